import { setTimeout as wait } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { messageOf, PipelineError } from '../common/errors.ts';

export interface TopicOptions {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of each partition: 1 on a single broker. */
  readonly replicationFactor: number;
}

const day = 24 * 60 * 60 * 1000;

/** The topic's settings: what the design page asks for, as Kafka names them. */
export const topicSettings = {
  'retention.ms': String(30 * day),
  // Over the consumer's own limit of 1 MB, so that the consumer answers for a large record and not the broker.
  'max.message.bytes': String(8 * 1024 * 1024),
  // The time of producing: a backfill of 60 days must not fall to retention at once.
  'message.timestamp.type': 'LogAppendTime',
};

/** The topic isn't there, or a partition of it has no broker that serves it. */
export class TopicNotReadyError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('KAFKA_TOPIC_NOT_READY', message, options);
  }
}

/** There are more partitions than were asked for, and Kafka can't take partitions away. */
export class FewerPartitionsError extends PipelineError {
  constructor(topic: string, present: number, wanted: number) {
    super(
      'KAFKA_FEWER_PARTITIONS',
      `Topic ${topic} has ${present} partitions and Kafka can't take partitions away: ask for ${present} or more, not ${wanted}, or start anew with: npm run clean`,
    );
  }
}

/**
 * Creates the topic if it isn't there, and waits until every partition has a leader.
 *
 * @returns whether it was created now
 */
export async function ensureTopic(
  kafka: Kafka,
  { topic, partitions, replicationFactor }: TopicOptions,
): Promise<boolean> {
  return withAdmin(kafka, async (admin) => {
    const created = await admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(topicSettings).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    await untilLed(admin, topic);
    return created;
  });
}

/**
 * Waits until every partition of the topic has a leader: after a start of the broker it answers a little earlier.
 *
 * @throws {TopicNotReadyError} when that isn't so in time
 */
export async function waitForLeaders(kafka: Kafka, topic: string, withinMs = 30_000): Promise<void> {
  await withAdmin(kafka, (admin) => untilLed(admin, topic, withinMs));
}

/**
 * Adds partitions to the topic until there are as many as wanted. A learner's later events may go to another partition
 * than the earlier ones.
 *
 * @returns whether any were added
 * @throws {FewerPartitionsError} when there are more already
 */
export async function addPartitions(kafka: Kafka, topic: string, wanted: number): Promise<boolean> {
  return withAdmin(kafka, async (admin) => {
    await untilLed(admin, topic);
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const present = topics[0]?.partitions.length ?? 0;
    if (present > wanted) throw new FewerPartitionsError(topic, present, wanted);
    if (present === wanted) return false;
    await admin.createPartitions({ topicPartitions: [{ topic, count: wanted }] });
    await untilLed(admin, topic, 30_000, wanted);
    return true;
  });
}

async function untilLed(admin: Admin, topic: string, withinMs = 30_000, partitions = 1): Promise<void> {
  const deadline = Date.now() + withinMs;
  let problem: unknown = new Error('Some of its partitions have no leader');
  while (Date.now() < deadline) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const found = topics[0]?.partitions ?? [];
      if (found.length >= partitions && found.every(({ leader }) => leader >= 0)) return;
    } catch (error) {
      problem = error;
    }
    await wait(100);
  }
  throw new TopicNotReadyError(`Topic ${topic} isn't ready after ${withinMs / 1000} s: ${messageOf(problem)}`, {
    cause: problem,
  });
}

async function withAdmin<Result>(kafka: Kafka, use: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
