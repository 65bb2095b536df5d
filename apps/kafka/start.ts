import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSettingError } from '../common/validation.ts';
import { removeVolumes, startInContainers } from './containers.ts';
import { ContainerEngineError } from './errors.ts';
import { answers, chooseEngine, type Engine, engines, lastEngine } from './find-engine.mjs';
import { startOnJava } from './java.ts';
import { claimFolder } from './run-file.ts';
import type { RunningKafka, StartKafkaOptions } from './running.ts';

const root = join(import.meta.dirname, '..', '..');
const defaultDataFolder = join(root, '.data', 'kafka');

/**
 * Starts ZooKeeper and Kafka and waits until they answer. They end with this process, however it ends; the data stay.
 *
 * @example
 * const kafka = await startKafka({ logger });
 * const client = createKafka({ brokers: kafka.brokers, clientId: 'example', logger });
 * await kafka.stop();
 */
export async function startKafka(options: StartKafkaOptions): Promise<RunningKafka> {
  const dataFolder = options.dataFolder ?? defaultDataFolder;
  const jarsFolder = options.jarsFolder ?? join(root, '.tools', 'kafka');
  const ports = { kafka: 9092, zooKeeper: 2181, ui: 8080, ...options.ports };
  const { engine = 'auto' } = options;
  const chosen = checkEngine(engine === 'auto' ? chooseEngine(dataFolder) : engine);
  const last = lastEngine(dataFolder);
  if (last !== undefined && last !== chosen) {
    throw new ContainerEngineError(
      `Kafka's data are in ${last}, and ${chosen} was asked for. Use ${last}, or start anew with: npm run clean`,
    );
  }
  if (chosen === 'java') return startOnJava({ ...options, dataFolder, ports, jarsFolder });
  if (!answers(chosen)) {
    throw new ContainerEngineError(
      `${chosen} doesn't answer${last === undefined ? '' : ", and Kafka's data are in it"}. Start it (\`${chosen} info\` shows whether it runs), or start anew on Java: npm run clean, then KAFKA_ENGINE=java.`,
    );
  }
  return startInContainers(chosen, { ...options, dataFolder, ports });
}

/**
 * Removes Kafka's data, wherever they are; the next start makes a new cluster.
 *
 * @throws {KafkaInUseError} while Kafka runs on them
 */
export async function removeKafkaData(dataFolder: string = defaultDataFolder): Promise<void> {
  await claimFolder(dataFolder);
  const last = lastEngine(dataFolder);
  if (last !== undefined && last !== 'java') await removeVolumes(last, dataFolder);
  rmSync(dataFolder, { recursive: true, force: true });
}

function checkEngine(name: string): Engine {
  const engine = engines.find((known) => known === name);
  if (engine) return engine;
  throw new InvalidSettingError(`KAFKA_ENGINE is ${JSON.stringify(name)}: one of auto, ${engines.join(', ')}.`);
}
