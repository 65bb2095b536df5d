import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { createKafka } from '../../apps/kafka/client.ts';
import { findJava } from '../../apps/kafka/find-java.mjs';
import type { RunningKafka, StartKafkaOptions } from '../../apps/kafka/running.ts';
import { startKafka } from '../../apps/kafka/start.ts';
import { ensureTopic, waitForLeaders } from '../../apps/kafka/topic.ts';

const root = join(import.meta.dirname, '..', '..');

/** Whether Kafka can run on Java here; where it runs in containers these tests have nothing to test. */
export const hasJava = findJava() !== undefined && existsSync(join(root, '.tools', 'kafka'));

export const silent = pino({ level: 'silent' });

/** A logger that keeps its messages. */
export function collectingLogger() {
  const messages: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => messages.push((JSON.parse(line) as { msg: string }).msg) });
  return { logger, messages };
}

/** What a test started and made, ended and removed in the opposite order. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'kafka-test-'));
    this.add(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  async kafka(options: Partial<StartKafkaOptions> & { dataFolder: string }): Promise<RunningKafka> {
    const kafka = await startKafka({ engine: 'java', ports: { kafka: 0, zooKeeper: 0 }, logger: silent, ...options });
    this.add(() => kafka.stop());
    return kafka;
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

/** Sends records to the topic `records`, which is made when it isn't there. */
export async function send(kafka: RunningKafka, ...values: string[]): Promise<void> {
  const client = createKafka({ brokers: kafka.brokers, clientId: 'test', logger: silent });
  await ensureTopic(client, { topic: 'records', partitions: 1, replicationFactor: 1 });
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic: 'records', messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

/** Reads the first records of the topic `records`. */
export async function read(kafka: RunningKafka, count: number): Promise<string[]> {
  const client = createKafka({ brokers: kafka.brokers, clientId: 'test', logger: silent });
  await waitForLeaders(client, 'records');
  const consumer = client.consumer({ groupId: `test-${Date.now()}-${Math.random()}` });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: 'records', fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value));
    },
  });
  await until(() => values.length >= count);
  await consumer.disconnect();
  return values;
}

/** Waits for a condition. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not so after ${withinMs} ms: ${condition}`);
    await wait(50);
  }
}

/** The processes whose command line holds a word, such as a data folder. */
export function processesWith(word: string): string[] {
  return execFileSync('ps', ['-ww', '-A', '-o', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(word) && !/^\s*\d+\s+Z/.test(line) && line.includes('java'));
}
