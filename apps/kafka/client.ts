import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import type { Logger } from '../common/logger.ts';

export interface KafkaOptions {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  /** Names this process in the broker's log and in Kafka UI. */
  readonly clientId: string;
  readonly logger: Logger;
}

/**
 * A Kafka client that logs through the app's logger. It retries a call for about half a minute; whoever calls decides what
 * happens after that.
 */
export function createKafka({ brokers, clientId, logger }: KafkaOptions): Kafka {
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3000,
    retry: { initialRetryTime: 200, maxRetryTime: 5000, retries: 8 },
    logCreator: logThrough(logger),
  });
}

/** kafkajs reports every rebalance and every retry as an error; none of them is one to the person who reads the log. */
function logThrough(logger: Logger): NonNullable<KafkaConfig['logCreator']> {
  return () =>
    ({ level, namespace, log: { message, timestamp: _, logger: __, ...details } }) => {
      const at = level === logLevel.ERROR || level === logLevel.WARN ? 'debug' : 'trace';
      logger[at]({ kafkajs: namespace, ...details }, message);
    };
}
