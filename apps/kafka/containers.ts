import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { messageOf } from '../common/errors.ts';
import { ContainerEngineError } from './errors.ts';
import { choosePort } from './ports.ts';
import { describeCluster } from './readiness.ts';
import { claimFolder, readRunState, releaseFolder, writeRunState } from './run-file.ts';
import type { Ports, RunningKafka, StartKafkaOptions } from './running.ts';

export interface ContainerOptions extends StartKafkaOptions {
  readonly dataFolder: string;
  readonly ports: Ports;
}

type ContainerEngine = 'docker' | 'podman';

const composeFile = join(import.meta.dirname, 'compose.yaml');
const readyWithinMs = 180_000;

/** Starts the compose file; the containers are stopped when this process ends, however it ends. */
export async function startInContainers(engine: ContainerEngine, options: ContainerOptions): Promise<RunningKafka> {
  const { dataFolder, logger, clusterName = 'local' } = options;
  await claimFolder(dataFolder);
  const compose = composeOf(engine, dataFolder);
  try {
    // What a run that was killed left behind holds its own ports.
    await compose.run(['down', '--timeout', '30']);
    const last = readRunState(dataFolder)?.ports;
    const kafkaPort = await choosePort({ purpose: 'Kafka', wanted: options.ports.kafka, last: last?.kafka }, logger);
    const uiPort = await choosePort({ purpose: 'Kafka UI', wanted: options.ports.ui, last: last?.ui }, logger);
    const variables = {
      KAFKA_PORT: String(kafkaPort),
      KAFKA_UI_PORT: String(uiPort),
      KAFKA_CLUSTER_NAME: clusterName,
      // Not after a restart of the machine: nobody would stop it then.
      KAFKA_RESTART: 'on-failure',
    };
    writeRunState(dataFolder, { engine, ports: { kafka: kafkaPort, ui: uiPort }, processes: [] });
    const releaseGuard = stopWhenParentIsGone(compose);
    const brokers = [`127.0.0.1:${kafkaPort}`];
    let stopped: Promise<void> | undefined;
    const stop = () => {
      // Once: the folder may be another process's by the second call.
      stopped ??= (async () => {
        await compose.run(['down', '--timeout', '30'], variables);
        releaseGuard();
        releaseFolder(dataFolder);
      })();
      return stopped;
    };
    try {
      logger.info(`Starting Kafka in ${engine}; the first time its images are fetched, which takes a few minutes`);
      await compose.run(['up', '--detach'], variables);
      const clusterId = await untilReady(brokers, () => compose.run(['logs', '--tail', '15']));
      return {
        engine,
        brokers,
        clusterId,
        ui: `http://127.0.0.1:${uiPort}`,
        logs: [`${engine} compose -p ${compose.project} logs`],
        // The engine restarts what ends, without an end.
        failed: new Promise(() => {}),
        stop,
        killBroker: async () => {
          await compose.run(['kill', '-s', 'SIGKILL', 'kafka'], variables);
        },
        startBroker: async () => {
          await compose.run(['start', 'kafka'], variables);
          await untilReady(brokers, () => compose.run(['logs', '--tail', '15', 'kafka']));
        },
        killZooKeeper: async () => {
          await compose.run(['kill', '-s', 'SIGKILL', 'zookeeper'], variables);
        },
        startZooKeeper: async () => {
          await compose.run(['start', 'zookeeper'], variables);
        },
        processIds: () => [],
      };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    releaseFolder(dataFolder);
    throw error;
  }
}

/** Removes the volumes with Kafka's data: what deleting the data folder is for Java. */
export async function removeVolumes(engine: ContainerEngine, dataFolder: string): Promise<void> {
  await composeOf(engine, dataFolder).run(['down', '--volumes', '--timeout', '30']);
}

interface Compose {
  readonly project: string;
  readonly command: readonly [string, ...string[]];
  run(words: readonly string[], variables?: Record<string, string>): Promise<string>;
}

function composeOf(engine: ContainerEngine, dataFolder: string): Compose {
  // One project a data folder: two clones of the repository don't share their Kafka.
  const project = `pipeline-kafka-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 8)}`;
  const command = [engine, 'compose', '--project-name', project, '--file', composeFile] as const;
  return {
    project,
    command,
    run: async (words, variables = {}) => {
      const [program, ...first] = command;
      try {
        const { all } = await execa(program, [...first, ...words], { all: true, env: variables });
        return all;
      } catch (error) {
        throw new ContainerEngineError(`${engine} compose ${words[0]} failed: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

async function untilReady(brokers: readonly string[], logs: () => Promise<string>): Promise<string> {
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline) {
    const cluster = await describeCluster(brokers);
    if (cluster) return cluster.clusterId;
    await wait(250);
  }
  throw new ContainerEngineError(
    `Kafka doesn't answer on ${brokers.join()} after ${readyWithinMs / 1000} s. Its last lines:\n${await logs()}`,
  );
}

/** A shell that waits on a pipe from this process: the pipe closes when the process ends, by whatever it ended. */
function stopWhenParentIsGone(compose: Compose): () => void {
  const guard = spawn('sh', ['-c', 'read -r _; exec "$@"', 'guard', ...compose.command, 'stop'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return () => {
    guard.kill('SIGKILL');
  };
}
