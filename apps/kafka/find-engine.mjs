// Built-ins only: `scripts/run.mjs` asks before a package is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What can run Kafka: a container engine, or Java. */
export const engines = ['docker', 'podman', 'java'];

/** The container engine that answers and has compose; a command alone is none, its engine may not run. */
export function findContainerEngine(environment = process.env) {
  return ['docker', 'podman'].find((engine) => answers(engine, environment));
}

/** Whether a container engine is there, runs, and has compose. */
export function answers(engine, environment = process.env) {
  const options = { env: environment, stdio: 'ignore', timeout: 15_000 };
  return (
    spawnSync(engine, ['compose', 'version'], options).status === 0 && spawnSync(engine, ['info'], options).status === 0
  );
}

/** What ran Kafka last on a data folder, and so has its data. */
export function lastEngine(dataFolder) {
  try {
    const { engine } = JSON.parse(readFileSync(join(dataFolder, 'run.json'), 'utf8'));
    return engines.includes(engine) ? engine : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is to run Kafka: what KAFKA_ENGINE names, else what has the data, else a container engine that answers, else Java.
 */
export function chooseEngine(dataFolder, environment = process.env) {
  const named = environment.KAFKA_ENGINE;
  if (named && named !== 'auto') return named;
  return lastEngine(dataFolder) ?? findContainerEngine(environment) ?? 'java';
}
