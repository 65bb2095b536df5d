/** How fast records get from Kafka into the raw table: this consumer, kafkajs reading alone, and the reference's way. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Kafka, Message } from 'kafkajs';
import { createLogger } from '../../apps/common/logger.ts';
import { LearningEventConsumer } from '../../apps/consumer/consumer.ts';
import { batchLimits } from '../../apps/consumer/settings.ts';
import { createKafka } from '../../apps/kafka/client.ts';
import { startKafka } from '../../apps/kafka/start.ts';
import { ensureTopic } from '../../apps/kafka/topic.ts';
import { DuckDbRawStore } from '../../apps/warehouse/duckdb.ts';

export interface IngestRates {
  /** Records on the topic. */
  readonly records: number;
  /** Records a second. */
  readonly kafkajsAlone: number;
  readonly consumer: number;
  readonly referenceWay: number;
}

const records = 300_000;
/** The reference's way is so slow that a part of the topic has to do. */
const referenceRecords = 10_000;
const topic = 'learning-events';
const logger = createLogger('bench', { level: 'fatal' });

/** Measures all three on one topic and one DuckDB file, in a temporary folder. */
export async function benchIngest(): Promise<IngestRates> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
  const server = await startKafka({
    dataFolder: join(folder, 'kafka'),
    ports: { kafka: 0, zooKeeper: 0, ui: 0 },
    logger,
  });
  try {
    const kafka = createKafka({ brokers: server.brokers, clientId: 'bench', logger });
    await ensureTopic(kafka, { topic, partitions: 3, replicationFactor: 1 });
    await produce(kafka);
    const landing = join(folder, 'landing.duckdb');
    const kafkajsAlone = await readAlone(kafka);
    const consumer = await consume(kafka, landing);
    return { records, kafkajsAlone, consumer, referenceWay: await referenceWay(kafka, landing) };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function produce(kafka: Kafka): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  for (let sent = 0; sent < records; sent += 2000) {
    await producer.send({ topic, messages: Array.from({ length: 2000 }, (_, index) => event(sent + index)) });
  }
  await producer.disconnect();
}

function event(number: number): Message {
  const userId = `U${number % 100}`;
  const value = JSON.stringify({
    event_id: randomUUID(),
    event_type: 'question_answered',
    timestamp: new Date(1_780_000_000_000 + number * 1000).toISOString(),
    user_id: userId,
    course_id: 'PY101',
    unit_id: 'U2',
    lesson_id: 'U2_L1',
    content_id: 'QZ002',
    content_type: 'quiz',
    metadata: { question_id: 'Q1', answer_given: 'float', time_spent: 7.312 },
  });
  return { key: userId, value, headers: { event_type: 'question_answered' } };
}

/** kafkajs handing over every record to nobody. */
async function readAlone(kafka: Kafka): Promise<number> {
  const reader = kafka.consumer({ groupId: 'bench-alone', maxWaitTimeInMs: 200 });
  await reader.connect();
  await reader.subscribe({ topic, fromBeginning: true });
  const rate = await new Promise<number>((resolve, reject) => {
    let read = 0;
    let started = 0;
    const eachBatch = async ({ batch }: { batch: { messages: unknown[] } }) => {
      started ||= performance.now();
      read += batch.messages.length;
      if (read === records) resolve(perSecond(records, started));
    };
    reader.run({ autoCommit: false, eachBatch }).catch(reject);
  });
  await reader.disconnect();
  return rate;
}

async function consume(kafka: Kafka, landing: string): Promise<number> {
  const consumer = new LearningEventConsumer({
    kafka,
    topic,
    group: 'bench-consumer',
    store: new DuckDbRawStore(landing),
    limits: batchLimits(),
    logger,
  });
  consumer.start();
  const total = async (counter: 'consumed' | 'persisted') =>
    (await consumer.metrics[counter].get()).values.reduce((sum, { value }) => sum + value, 0);
  while ((await total('consumed')) === 0) await sleep(5);
  const started = performance.now();
  while ((await total('persisted')) < records) await sleep(5);
  const rate = perSecond(records, started);
  await consumer.stop();
  return rate;
}

/** A row an INSERT, committed every 100 rows. */
async function referenceWay(kafka: Kafka, landing: string): Promise<number> {
  const instance = await DuckDBInstance.fromCache(landing);
  const connection = await instance.connect();
  await connection.run(
    'CREATE TABLE raw.reference_events (event_id VARCHAR, event_type VARCHAR, "timestamp" TIMESTAMP, raw_payload JSON)',
  );
  const insert = await connection.prepare('INSERT INTO raw.reference_events VALUES ($1, $2, $3::TIMESTAMP, $4::JSON)');
  const reader = kafka.consumer({ groupId: 'bench-reference', maxWaitTimeInMs: 200 });
  await reader.connect();
  await reader.subscribe({ topic, fromBeginning: true });
  const rate = await new Promise<number>((resolve, reject) => {
    let written = 0;
    let started = 0;
    const eachMessage = async ({ message: { value } }: { message: { value: Buffer | null } }) => {
      if (written === referenceRecords) return;
      started ||= performance.now();
      if (written % 100 === 0) await connection.run('BEGIN');
      const payload = String(value);
      const { event_id, event_type, timestamp } = JSON.parse(payload);
      insert.bind([event_id, event_type, timestamp.replace('Z', ''), payload]);
      await insert.run();
      if (++written % 100 === 0) await connection.run('COMMIT');
      if (written === referenceRecords) resolve(perSecond(referenceRecords, started));
    };
    reader.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await reader.disconnect();
  connection.closeSync();
  instance.closeSync();
  return rate;
}

function perSecond(count: number, started: number): number {
  return Math.round(count / ((performance.now() - started) / 1000));
}
