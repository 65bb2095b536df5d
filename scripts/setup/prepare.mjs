import { join } from 'node:path';
import { chooseEngine } from '../../apps/kafka/find-engine.mjs';
import { findJava, oldestJava } from '../../apps/kafka/find-java.mjs';
import { checks, hasMaven } from '../doctor/checks.mjs';
import { installKafkaJars, kafkaJarsAreReady } from './kafka-jars.mjs';
import { npmInstall } from './npm-packages.mjs';
import { runSteps } from './progress.mjs';
import { installPython, pythonIsReady } from './python.mjs';
import { runTool } from './run-tool.mjs';

/** Something on this machine is missing; the message says what, and how to get it. */
export class MachineError extends Error {}

/**
 * Installs what a command needs and isn't there.
 *
 * @param needs a row of `commands`
 * @throws {MachineError} when a tool is missing
 * @throws {ToolError} when an install failed
 */
export async function prepare(root, needs) {
  const required = ['system', 'node'];
  const steps = [];
  const npm = needs.npm && npmInstall(root, needs.npm);
  if (npm) {
    required.push('npm');
    steps.push({ title: 'npm packages', run: () => runTool('npm', [...npm, '--no-progress'], { cwd: root }) });
  }
  if (needs.python && !pythonIsReady(root)) {
    required.push('python');
    steps.push({ title: 'Python with dbt', run: () => installPython(root) });
  }
  if (needs.fakesnow && !pythonIsReady(root, 'fakesnow')) {
    required.push('fakesnow');
    steps.push({ title: 'Python with a Snowflake for tests', run: () => installPython(root, 'fakesnow') });
  }
  if (needs.kafka && useJava(root, needs.kafka) && !kafkaJarsAreReady(root)) {
    required.push('java');
    steps.push({ title: 'Kafka for Java', run: () => installKafkaJars(root) });
  }
  if (steps.length > 0) required.push('disk');
  await requireTools(root, required);
  if (steps.length > 0) await runSteps(steps);
}

/** Whether Kafka is to run on Java; where that is preferred, the program that comes is told so. */
function useJava(root, kafka) {
  // Asking a container engine takes its time, and where the jars are there, nothing hangs on its answer.
  const ready = kafkaJarsAreReady(root);
  if (kafka === 'auto') return ready || chooseEngine(join(root, '.data', 'kafka')) === 'java';
  if (process.env.KAFKA_ENGINE) return process.env.KAFKA_ENGINE === 'java';
  const can = ready || ((findJava()?.version ?? 0) >= oldestJava && hasMaven());
  if (can) process.env.KAFKA_ENGINE = 'java';
  return can || chooseEngine(join(root, '.data', 'kafka')) === 'java';
}

async function requireTools(root, names) {
  const rows = [];
  for (const name of names) rows.push(...(await checks[name].run(root)));
  const failed = rows.filter(({ state }) => state !== 'ok' && state !== 'note');
  if (failed.length === 0) return;
  const lines = failed.map((row) => `✗ ${row.name}: ${row.found} (${row.state})\n    → ${row.fix}`);
  throw new MachineError(`${lines.join('\n')}\n\nnpm run doctor shows everything that is needed.`);
}
