import { z } from 'zod';
import { brokerList, topicName } from '../common/formats.ts';

const count = (what: string) => z.coerce.number(what).int(what).min(1, what);
const secondsAllowed = 'seconds, over 0, up to 86400';
const seconds = z.coerce.number(secondsAllowed).gt(0, secondsAllowed).max(86_400, secondsAllowed);

const minutesAllowed = 'a whole number of minutes from 1 to 1440';

/** The consumer's settings, as environment variables. */
export const consumerEnvironment = z.object({
  KAFKA_BROKERS: brokerList.default(['localhost:9092']),
  KAFKA_TOPIC: topicName.default('learning-events'),
  /** Consumers of one group share the partitions. */
  CONSUMER_GROUP: z.string().default('learning-analytics-consumer'),
  /** A batch is written when it has so many records, … */
  CONSUMER_BATCH_RECORDS: count('a whole number of records from 1').default(50_000),
  /** … or so many bytes, … */
  CONSUMER_BATCH_BYTES: count('a whole number of bytes from 1').default(32_000_000),
  /** … or when its oldest record has waited so many seconds. */
  CONSUMER_BATCH_SECONDS: seconds.default(1),
  /** With it, events are read only at each so many minutes of the clock (UTC), and wait in Kafka in between. */
  CONSUMER_FLUSH_MINUTES: z.coerce
    .number(minutesAllowed)
    .int(minutesAllowed)
    .min(1, minutesAllowed)
    .max(1440, minutesAllowed)
    .optional(),
  /** Port of `/healthz` and `/metrics`; 0 takes any free one. */
  CONSUMER_PORT: z.coerce
    .number('a port from 0 to 65535')
    .int()
    .min(0)
    .max(65535, 'a port from 0 to 65535')
    .default(9464),
  CONSUMER_HOST: z.string().default('127.0.0.1'),
  /** The DuckDB file of the raw tables. */
  LANDING_DUCKDB: z.string().default('.data/landing.duckdb'),
});

export type ConsumerEnvironment = z.output<typeof consumerEnvironment>;

/** When a batch is written: whichever comes first. */
export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
  /** Milliseconds that the oldest record may wait. */
  readonly age: number;
}

/** The limits that an environment asks for; the defaults without one. */
export function batchLimits(environment: ConsumerEnvironment = consumerEnvironment.parse({})): BatchLimits {
  return {
    records: environment.CONSUMER_BATCH_RECORDS,
    bytes: environment.CONSUMER_BATCH_BYTES,
    age: environment.CONSUMER_BATCH_SECONDS * 1000,
  };
}
