/** How fast records get from Kafka into the raw table: this consumer, kafkajs reading alone, and the reference's way. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Kafka, Message } from 'kafkajs';
import { createLogger } from '../../apps/common/logger.ts';
import { createKafka } from '../../apps/kafka/client.ts';
import { startKafka } from '../../apps/kafka/start.ts';
import { ensureTopic } from '../../apps/kafka/topic.ts';
import { historyOf } from '../../apps/simulator/history.ts';

export interface IngestRates {
  /** Records on the topic. */
  readonly records: number;
  /** Records a second, from the first record to the last. */
  readonly kafkajsAlone: number;
  readonly consumer: number;
  readonly referenceWay: number;
}

const root = join(import.meta.dirname, '../..');
const topic = 'learning-events';
const records = 300_000;
/** The reference's way is so slow that a part of the topic has to do. */
const referenceRecords = 10_000;
/** No measurement takes so long, in milliseconds. */
const longest = 120_000;
const logger = createLogger('bench', { level: 'fatal' });

interface Target {
  readonly brokers: string;
  readonly landing: string;
}

/** Measures all three on one topic and one DuckDB file, each in a process of its own. */
export async function benchIngest(): Promise<IngestRates> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
  const ports = { kafka: 0, zooKeeper: 0, ui: 0 };
  const server = await startKafka({ dataFolder: join(folder, 'kafka'), ports, logger });
  try {
    await produce(createKafka({ brokers: server.brokers, clientId: 'bench', logger }));
    const target = { brokers: server.brokers.join(), landing: join(folder, 'landing.duckdb') };
    const kafkajsAlone = await runReader('read-alone.ts', target, records);
    const consumer = await runConsumer(target);
    return {
      records,
      kafkajsAlone,
      consumer,
      referenceWay: await runReader('reference-way.ts', target, referenceRecords),
    };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Simulated events, as many as are measured. */
async function produce(kafka: Kafka): Promise<void> {
  await ensureTopic(kafka, { topic, partitions: 3, replicationFactor: 1 });
  const producer = kafka.producer();
  await producer.connect();
  const history = historyOf({ seed: 42, learners: 15_000, days: 60, until: Date.UTC(2026, 5, 1) });
  let messages: Message[] = [];
  let sent = 0;
  for (const { key, type, value } of history) {
    if (sent === records) break;
    sent++;
    messages.push({ key, value, headers: { event_type: type } });
    if (messages.length < 1000) continue;
    await producer.send({ topic, messages });
    messages = [];
  }
  await producer.disconnect();
}

/** A reader prints its rate when it has read so many records. */
async function runReader(program: string, { brokers, landing }: Target, count: number): Promise<number> {
  const file = join(import.meta.dirname, 'ingest', program);
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', file, brokers, topic, String(count), landing], {
    cwd: root,
    timeout: longest,
  });
  return Number(stdout);
}

/** The service itself, watched by its metrics. */
async function runConsumer({ brokers, landing }: Target): Promise<number> {
  const service = execa(process.execPath, ['--import', 'tsx', join(root, 'apps/consumer/main.ts')], {
    cwd: root,
    env: { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic, LANDING_DUCKDB: landing, CONSUMER_PORT: '0', LOG_LEVEL: 'info' },
    reject: false,
  });
  const deadline = AbortSignal.timeout(longest);
  try {
    const port = await new Promise<string>((resolve) => {
      service.stderr.on('data', (lines) => resolve(/"port":(\d+)/.exec(String(lines))?.[1] ?? ''));
    });
    await reaches(1, 'consumed', port, deadline);
    const started = performance.now();
    await reaches(records, 'persisted', port, deadline);
    return Math.round(records / ((performance.now() - started) / 1000));
  } finally {
    service.kill('SIGTERM');
    await service;
  }
}

/** Waits until a counter, summed over the partitions, has reached a number. */
async function reaches(wanted: number, counter: string, port: string, signal: AbortSignal): Promise<void> {
  const line = new RegExp(`^learning_consumer_${counter}_total\\{.*\\} (\\d+)$`, 'gm');
  for (let total = 0; total < wanted; ) {
    await sleep(10, undefined, { signal });
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`, { signal })).text();
    total = [...metrics.matchAll(line)].reduce((sum, [, value]) => sum + Number(value), 0);
  }
}
