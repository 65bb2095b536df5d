import type { PipelineError } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import type { Binding } from './bound-process.ts';
import type { Engine } from './find-engine.mjs';

export interface StartKafkaOptions {
  /** Holds Kafka's data, logs and settings. Default: `.data/kafka` of this repository. */
  readonly dataFolder?: string;
  /** The name that Kafka UI shows. Default: `local`. */
  readonly clusterName?: string;
  /** Ports of this machine, 0 for any free one. A port that is taken is replaced by the next free one. */
  readonly ports?: Partial<Ports>;
  /**
   * What runs Kafka. Default `auto`: what KAFKA_ENGINE names, else what ran it last on these data, else containers if an
   * engine answers, else Java.
   */
  readonly engine?: Engine | 'auto';
  /** Where Kafka's program files are. Default: `.tools/kafka` of this repository. */
  readonly jarsFolder?: string;
  /** How the Java processes are tied to this one. For tests. */
  readonly binding?: Binding;
  readonly logger: Logger;
}

export interface Ports {
  /** Default: 9092. */
  readonly kafka: number;
  /** Only on Java; default: 2181. */
  readonly zooKeeper: number;
  /** Only in containers; default: 8080. */
  readonly ui: number;
}

/** A Kafka that answers. The part of tests (`kill…`, `start…`) is the same for containers and Java. */
export interface RunningKafka {
  readonly engine: Engine;
  /** For `createKafka`. */
  readonly brokers: readonly string[];
  /** Given by Kafka when its data begin; another one means other data. */
  readonly clusterId: string;
  /** The address of Kafka UI, in containers only. */
  readonly ui?: string;
  /** Where to look when something is wrong: files, or a command that prints the logs. */
  readonly logs: readonly string[];
  /** Settles when Kafka ended again and again and was given up: whoever started it then stops. */
  readonly failed: Promise<PipelineError>;
  /** Stops Kafka, then ZooKeeper. The data stay. A second call changes nothing. */
  stop(): Promise<void>;
  /** Kills the broker as a crash would; it stays down until `startBroker`. */
  killBroker(): Promise<void>;
  /** Starts the broker and waits until it answers. */
  startBroker(): Promise<void>;
  /** Kills ZooKeeper as a crash would; it stays down until `startZooKeeper`. */
  killZooKeeper(): Promise<void>;
  /** Starts ZooKeeper and waits until it answers. */
  startZooKeeper(): Promise<void>;
  /** Process ids on Java, for tests; empty in containers. */
  processIds(): readonly number[];
}
