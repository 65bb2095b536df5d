import type { Kafka } from 'kafkajs';

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

/**
 * Creates the topic if it isn't there, and waits until every partition has a leader.
 *
 * @returns whether it was created now
 */
export async function ensureTopic(
  kafka: Kafka,
  { topic, partitions, replicationFactor }: TopicOptions,
): Promise<boolean> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(topicSettings).map(([name, value]) => ({ name, value })),
        },
      ],
    });
  } finally {
    await admin.disconnect();
  }
}
