import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Admin, Kafka, Message, Producer } from 'kafkajs';
import { expect } from 'vitest';
import { createLogger } from '../../../apps/common/logger.ts';
import { createKafka } from '../../../apps/kafka/client.ts';
import type { RunningKafka } from '../../../apps/kafka/running.ts';
import { startKafka } from '../../../apps/kafka/start.ts';
import { ensureTopic } from '../../../apps/kafka/topic.ts';
import { DuckDbFile } from '../../../apps/warehouse/duckdb-file.ts';
import { ConsumerProcess } from './consumer.ts';
import { waitFor } from './wait.ts';

const logger = createLogger('test', { level: 'fatal' });

/** A Kafka in a temporary folder, on free ports; each test opens its own stage on it. */
export class TestKafka {
  readonly server: RunningKafka;
  readonly #folder: string;

  private constructor(server: RunningKafka, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  static async start(): Promise<TestKafka> {
    const folder = await mkdtemp(join(tmpdir(), 'pipeline-kafka-'));
    const ports = { kafka: 0, zooKeeper: 0, ui: 0 };
    return new TestKafka(await startKafka({ dataFolder: folder, ports, engine: 'java', logger }), folder);
  }

  async openStage({ partitions = 3 } = {}): Promise<Stage> {
    const stage = new Stage(this.server, await mkdtemp(join(tmpdir(), 'pipeline-stage-')));
    await stage.admin.connect();
    await stage.producer.connect();
    await stage.createTopic(partitions);
    return stage;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A topic, a landing file and consumers of one test. Close it with `await using`. */
export class Stage implements AsyncDisposable {
  readonly topic = `events-${randomUUID()}`;
  readonly folder: string;
  readonly landing: string;
  readonly server: RunningKafka;
  readonly kafka: Kafka;
  readonly admin: Admin;
  producer: Producer;
  readonly #consumers: ConsumerProcess[] = [];

  constructor(server: RunningKafka, folder: string) {
    this.server = server;
    this.folder = folder;
    this.landing = join(folder, 'landing.duckdb');
    this.kafka = createKafka({ brokers: server.brokers, clientId: 'test', logger });
    this.admin = this.kafka.admin();
    this.producer = this.#createProducer();
  }

  #createProducer(): Producer {
    return this.kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  }

  async createTopic(partitions: number): Promise<void> {
    await ensureTopic(this.kafka, { topic: this.topic, partitions, replicationFactor: 1 });
  }

  /** Deletes the topic and creates one of the same name, with other records. */
  async recreateTopic(partitions: number): Promise<void> {
    await this.admin.deleteTopics({ topics: [this.topic] });
    // Until the deletion is through, creating says that the topic is there.
    const topics = [{ topic: this.topic, numPartitions: partitions, replicationFactor: 1 }];
    await waitFor(async () => expect(await this.admin.createTopics({ topics, waitForLeaders: true })).toBe(true));
    // An idempotent producer counts the records of each partition: it must not go on counting in the new one.
    await this.producer.disconnect();
    this.producer = this.#createProducer();
    await this.producer.connect();
  }

  startConsumer(environment: Record<string, string> = {}): ConsumerProcess {
    const consumer = new ConsumerProcess({
      KAFKA_BROKERS: this.server.brokers.join(','),
      KAFKA_TOPIC: this.topic,
      CONSUMER_GROUP: this.topic,
      LANDING_DUCKDB: this.landing,
      CONSUMER_BATCH_SECONDS: '0.2',
      ...environment,
    });
    this.#consumers.push(consumer);
    return consumer;
  }

  async send(messages: Message[]): Promise<void> {
    for (let first = 0; first < messages.length; first += 1000) {
      await this.producer.send({ topic: this.topic, messages: messages.slice(first, first + 1000) });
    }
  }

  /** Rows of a query on the landing file; waits while a consumer has it. */
  async query<Row = Record<string, unknown>>(sql: string): Promise<Row[]> {
    return new DuckDbFile(this.landing).use(async (connection) => {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[];
    });
  }

  /** Holds the lock on the landing file for as long as some work takes. */
  async holdingTheLock(work: () => Promise<void>): Promise<void> {
    const instance = await waitFor(() => DuckDBInstance.create(this.landing));
    try {
      await work();
    } finally {
      instance.closeSync();
    }
  }

  /** Waits until every record of the topic has exactly one row in exactly one of the two tables. */
  async expectEachRecordInOneRow(milliseconds = 40_000): Promise<{ events: number; rejected: number }> {
    const ends = await this.admin.fetchTopicOffsets(this.topic);
    const expected = ends.flatMap(({ partition, low, high }) => [{ partition, low: Number(low), high: Number(high) }]);
    const total = expected.reduce((sum, { low, high }) => sum + high - low, 0);
    const rows = `SELECT 'events' AS place, kafka_partition, kafka_offset FROM raw.raw_learning_events_v2 WHERE kafka_topic = '${this.topic}'
      UNION ALL SELECT 'rejected', kafka_partition, kafka_offset FROM raw.raw_rejected_events WHERE kafka_topic = '${this.topic}'`;
    const counts = await waitFor(
      async () => {
        const found = await this.query<{
          partition: string;
          events: string;
          rejected: string;
          records: string;
          first: string;
          last: string;
        }>(
          `SELECT kafka_partition AS partition, count(*) FILTER (place = 'events') AS events, count(*) FILTER (place = 'rejected') AS rejected,
           count(DISTINCT kafka_offset) AS records, min(kafka_offset) AS first, max(kafka_offset) AS last
         FROM (${rows}) GROUP BY 1 ORDER BY 1`,
        );
        const sum = (of: (row: (typeof found)[number]) => string) =>
          found.reduce((all, row) => all + Number(of(row)), 0);
        const events = sum((row) => row.events);
        const rejected = sum((row) => row.rejected);
        expect({ rows: events + rejected, distinct: sum((row) => row.records) }).toEqual({
          rows: total,
          distinct: total,
        });
        return { events, rejected, found };
      },
      milliseconds,
      300,
    );
    for (const { partition, first, last } of counts.found) {
      const offsets = expected.find((each) => each.partition === Number(partition));
      expect({ partition, first: Number(first), next: Number(last) + 1 }).toEqual({
        partition,
        first: offsets?.low,
        next: offsets?.high,
      });
    }
    return { events: counts.events, rejected: counts.rejected };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    await this.producer.disconnect();
    await this.admin.disconnect();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Well-formed events of a few learners. */
export function events(count: number, from = 0): Message[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const userId = `U${String(number % 50).padStart(3, '0')}`;
    return {
      key: userId,
      headers: { event_type: 'slide_viewed' },
      value: JSON.stringify({
        event_id: randomUUID(),
        event_type: 'slide_viewed',
        timestamp: new Date(Date.UTC(2026, 4, 1) + number).toISOString(),
        user_id: userId,
        course_id: 'PY101',
        unit_id: 'U1',
        lesson_id: 'U1_L1',
        content_id: 'SLD001',
        content_type: 'slide',
        metadata: { slide_index: 1 + (number % 6) },
      }),
    };
  });
}
