import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelineError } from '../common/errors.ts';
import { checkVersion, explain, kafkaVersion, requireJava } from './java-checks.ts';
import { brokerProperties, zooKeeperProperties } from './java-settings.ts';
import { choosePort } from './ports.ts';
import { identify } from './processes.ts';
import { brokerPlaceIsFree, describeCluster, zooKeeperServes } from './readiness.ts';
import { claimFolder, readRunState, releaseFolder, writeRunState } from './run-file.ts';
import type { Ports, RunningKafka, StartKafkaOptions } from './running.ts';
import { Service } from './service.ts';

export interface JavaOptions extends StartKafkaOptions {
  readonly dataFolder: string;
  readonly jarsFolder: string;
  readonly ports: Ports;
}

const settingsFolder = import.meta.dirname;

/** Starts ZooKeeper and Kafka as two Java processes that end with this one. */
export async function startOnJava(options: JavaOptions): Promise<RunningKafka> {
  const { dataFolder, jarsFolder, logger } = options;
  const java = requireJava();
  const version = kafkaVersion(jarsFolder);
  await claimFolder(dataFolder);
  try {
    const last = readRunState(dataFolder);
    checkVersion(dataFolder, last, version);
    const kafkaPort = await choosePort(
      { purpose: 'Kafka', wanted: options.ports.kafka, last: last?.ports.kafka },
      logger,
    );
    const zooKeeperPort = await choosePort(
      { purpose: 'ZooKeeper', wanted: options.ports.zooKeeper, last: last?.ports.zooKeeper },
      logger,
    );
    const settings = { dataFolder, kafkaPort, zooKeeperPort };
    writeFileSync(join(dataFolder, 'zookeeper.properties'), zooKeeperProperties(settings));
    writeFileSync(join(dataFolder, 'broker.properties'), brokerProperties(settings));
    return await run({ ...options, java, version, kafkaPort, zooKeeperPort });
  } catch (error) {
    releaseFolder(dataFolder);
    throw error;
  }
}

interface RunOptions extends JavaOptions {
  readonly java: string;
  readonly version: string;
  readonly kafkaPort: number;
  readonly zooKeeperPort: number;
}

async function run(options: RunOptions): Promise<RunningKafka> {
  const { dataFolder, logger, java, version, kafkaPort, zooKeeperPort, binding } = options;
  const brokers = [`127.0.0.1:${kafkaPort}`];
  let giveUp: (error: PipelineError) => void = () => {};
  const failed = new Promise<PipelineError>((resolve) => {
    giveUp = resolve;
  });
  const remember = () =>
    writeRunState(dataFolder, {
      engine: 'java',
      version,
      ports: { kafka: kafkaPort, zooKeeper: zooKeeperPort },
      processes: [broker.pid, zooKeeper.pid].flatMap((pid) => (pid === undefined ? [] : (identify(pid) ?? []))),
    });
  const common = {
    command: java,
    logger,
    binding,
    onSpawn: remember,
    onGiveUp: (error: PipelineError) => {
      logger.error(error.message);
      giveUp(error);
    },
    explain: (lastLines: string) => explain(lastLines, options),
  };
  const zooKeeper = new Service({
    ...common,
    name: 'ZooKeeper',
    arguments: javaArguments(options, 128, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', 'zookeeper.properties'),
    logFile: join(dataFolder, 'zookeeper.log'),
    isReady: () => zooKeeperServes(zooKeeperPort),
  });
  const broker = new Service({
    ...common,
    name: 'Kafka',
    arguments: javaArguments(options, 256, 'kafka.Kafka', 'broker.properties'),
    logFile: join(dataFolder, 'kafka.log'),
    beforeStart: () => brokerPlaceIsFree(zooKeeperPort, 10_000),
    isReady: async () => (await describeCluster(brokers)) !== undefined,
  });

  let stopped: Promise<void> | undefined;
  const stop = () => {
    // Once: the folder may be another process's by the second call.
    stopped ??= (async () => {
      // A broker that stops without ZooKeeper waits for it.
      await broker.stop();
      await zooKeeper.stop();
      remember();
      releaseFolder(dataFolder);
    })();
    return stopped;
  };
  try {
    await zooKeeper.start();
    await broker.start();
    const cluster = await describeCluster(brokers);
    return {
      engine: 'java',
      brokers,
      clusterId: cluster?.clusterId ?? '',
      logs: [join(dataFolder, 'kafka.log'), join(dataFolder, 'zookeeper.log')],
      failed,
      stop,
      killBroker: () => broker.kill(),
      startBroker: () => broker.start(),
      killZooKeeper: () => zooKeeper.kill(),
      startZooKeeper: () => zooKeeper.start(),
      processIds: () => [broker.pid, zooKeeper.pid].filter((pid) => pid !== undefined),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function javaArguments(options: RunOptions, heapMb: number, mainClass: string, settings: string): string[] {
  return [
    `-Xmx${heapMb}m`,
    // One small process on a laptop: less memory and a faster start are worth more than throughput.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    '-Dzookeeper.jmx.log4j.disable=true',
    // ZooKeeper reserves its transaction log in pieces of 64 MB otherwise.
    '-Dzookeeper.preAllocSize=1024',
    `-Dlog4j.configuration=file:${join(settingsFolder, 'log4j.properties')}`,
    '-cp',
    join(options.jarsFolder, '*'),
    mainClass,
    join(options.dataFolder, settings),
  ];
}
