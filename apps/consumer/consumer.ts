import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { messageOf } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { retryForever } from '../common/retry.ts';
import type { RawStore } from '../warehouse/raw-store.ts';
import { Assignment, type Deliveries } from './assignment.ts';
import { classify } from './classify.ts';
import { untilNextTick } from './flush-clock.ts';
import { ConsumerMetrics } from './metrics.ts';
import type { BatchLimits } from './settings.ts';

export interface LearningEventConsumerOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly group: string;
  readonly store: RawStore;
  readonly limits: BatchLimits;
  /** With it, events are read only at each so many minutes of the clock (UTC), and wait in Kafka in between. */
  readonly flushMinutes?: number | undefined;
  readonly logger: Logger;
}

export interface Health {
  readonly healthy: boolean;
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

/** How often the lag is read from Kafka, in milliseconds. */
const observeEvery = 5000;

/**
 * Reads the topic and writes each record to exactly one row. Kafka and the warehouse may both go away for as long as they
 * like: nothing is lost, and it goes on by itself.
 */
export class LearningEventConsumer {
  readonly metrics = new ConsumerMetrics(() => this.#oldestAge() / 1000);
  readonly #options: LearningEventConsumerOptions;
  readonly #admin: Admin;
  readonly #stopping = new AbortController();
  #consumer: Consumer | undefined;
  #assignment: Assignment | undefined;
  #inGroup = false;
  #leaving = false;
  /** Whether Kafka may deliver; always, but for a consumer that goes by the clock. */
  #isReading = true;
  #lastFailure: string | undefined;
  #finished: Promise<void> = Promise.resolve();

  constructor(options: LearningEventConsumerOptions) {
    this.#options = options;
    this.#admin = options.kafka.admin();
  }

  /** Starts to read, and goes on until `stop`. Doesn't wait for Kafka or the warehouse to be there. */
  start(): void {
    this.#finished = Promise.all([this.#keepConsuming(), this.#keepObserving(), this.#keepToTheClock()]).then(
      () => undefined,
    );
  }

  /** Unhealthy when the newest write failed, a partition is stopped or the consumer isn't in its group. */
  health(): Health {
    const problems = [...(this.#assignment?.problems ?? [])];
    if (!this.#inGroup) problems.push(this.#lastFailure ?? 'The consumer has not joined its group yet.');
    return { healthy: problems.length === 0, problems };
  }

  /** Writes what was read, leaves the group, closes the store and stops, within 10 seconds: what isn't written by then stays in Kafka. */
  async stop(): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    const written = await endsWithin(6000, this.#assignment?.flush());
    if (!written) this.#options.logger.warn('Stopped before everything was written: the rest stays in Kafka.');
    this.#assignment?.end();
    this.#stopping.abort();
    const { store } = this.#options;
    await endsWithin(3000, Promise.all([this.#consumer?.disconnect(), this.#admin.disconnect(), this.#finished]));
    await endsWithin(500, store.close());
  }

  /** kafkajs restarts itself after most errors; after the others a new consumer is built. */
  async #keepConsuming(): Promise<void> {
    const { store, topic, logger } = this.#options;
    const consumeUntilItEnds = async () => {
      await store.prepare();
      await this.#admin.connect();
      const { clusterId } = await this.#admin.describeCluster();
      await this.#consume(clusterId);
      if (!this.#stopping.signal.aborted) throw new Error('The consumer has ended.');
    };
    await retryForever(consumeUntilItEnds, {
      signal: this.#stopping.signal,
      longestPause: 5000,
      onFailure: ({ message }) => {
        this.#lastFailure = `Can't read topic ${topic}: ${message} Trying again.`;
        logger.warn(this.#lastFailure);
      },
    }).catch(this.#unlessStopping);
  }

  async #consume(cluster: string): Promise<void> {
    const { kafka, topic, group, logger } = this.#options;
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: 6000,
      heartbeatInterval: 1000,
      rebalanceTimeout: 10_000,
      // How soon added partitions are noticed.
      metadataMaxAge: 5000,
      // How long an idle or paused consumer takes to see that there is something to do.
      maxWaitTimeInMs: 100,
    });
    this.#consumer = consumer;
    const ended = new Promise<Error | undefined>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        this.#inGroup = false;
        this.#assignment?.end();
        if (!payload.restart) resolve(payload.error);
      });
      this.#stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#inGroup = true;
      if (!this.#leaving) this.#take(consumer, cluster, payload.memberAssignment[topic] ?? []);
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (batch) => this.#read(batch) });
      const error = await ended;
      if (error) throw error;
    } finally {
      this.#inGroup = false;
      if (!this.#stopping.signal.aborted) {
        this.#assignment?.end();
        await consumer.disconnect().catch((error: Error) => logger.debug(error.message));
      }
    }
  }

  /** Runs inside kafkajs's join, before the first fetch: the partitions are paused until the warehouse has said where they start. */
  #take(consumer: Consumer, cluster: string, partitions: readonly number[]): void {
    const { topic, store, limits, logger } = this.#options;
    this.#assignment?.end();
    if (partitions.length > 0) consumer.pause([{ topic, partitions: [...partitions] }]);
    logger.info({ topic, partitions }, 'Joined the group');
    this.#assignment = new Assignment({
      cluster,
      topic,
      partitions,
      admin: this.#admin,
      store,
      limits,
      metrics: this.metrics,
      logger,
      deliveries: this.#deliveries(consumer),
    });
    this.#assignment.start();
  }

  /** After a crash kafkajs has no subscription until it has joined again; then everything is positioned anew. */
  #deliveries(consumer: Consumer): Deliveries {
    const { topic, logger } = this.#options;
    const whileInGroup = (action: () => void) => {
      if (!this.#inGroup) return;
      try {
        action();
      } catch (error) {
        // The subscription is gone some moments before kafkajs says that it crashed.
        logger.debug(messageOf(error));
      }
    };
    return {
      pause: (partition) => whileInGroup(() => consumer.pause([{ topic, partitions: [partition] }])),
      resume: (partition, from) =>
        whileInGroup(() => {
          if (this.#leaving) return;
          if (from !== undefined) consumer.seek({ topic, partition, offset: String(from) });
          if (this.#isReading) consumer.resume([{ topic, partitions: [partition] }]);
        }),
      commit: (partition, offset) => {
        consumer.commitOffsets([{ topic, partition, offset: String(offset) }]).catch((error: Error) => {
          // Only tools that show the lag read it; the next batch commits again.
          logger.debug({ partition, offset }, error.message);
        });
      },
    };
  }

  /** Never waits for the warehouse: a partition whose writer is full is paused, so that the group membership is kept. */
  async #read({ batch, resolveOffset, pause, isStale }: EachBatchPayload): Promise<void> {
    const first = batch.firstOffset();
    if (this.#leaving) pause();
    if (first === null || this.#leaving || isStale()) return;
    const { partition } = batch;
    const last = batch.lastOffset();
    // Before the batch is accepted: what is thrown here must not count it as read.
    const records = batch.messages.map(({ offset, value }) => classify(Number(offset), value));
    const writer = await this.#assignment?.accept(partition, Number(first), Number(last));
    if (!writer) return;
    writer.add(records);
    resolveOffset(last);
    this.metrics.consumed.inc({ partition }, records.length);
    this.metrics.lag.set({ partition }, Number(batch.highWatermark) - Number(last) - 1 + writer.waiting);
    if (!writer.hasRoom) pause();
  }

  /** At the start and at each tick: reads what the topic has at that moment, writes it, and leaves the rest in Kafka. */
  async #keepToTheClock(): Promise<void> {
    const { flushMinutes, logger } = this.#options;
    if (flushMinutes === undefined) return;
    const { signal } = this.#stopping;
    const options = { signal, longestPause: 1000, onFailure: ({ message }: Error) => logger.debug(message) };
    while (!signal.aborted) {
      this.#isReading = true;
      await retryForever(() => this.#readToTheEnd(), options).catch(this.#unlessStopping);
      this.#isReading = false;
      this.#assignment?.pause();
      await this.#assignment?.flush();
      await sleep(untilNextTick(flushMinutes), undefined, { signal }).catch(this.#unlessStopping);
    }
  }

  async #readToTheEnd(): Promise<void> {
    const { topic } = this.#options;
    if (!this.#inGroup) throw new Error('The consumer is not in its group yet.');
    const ends = (await this.#admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
      partition,
      offset: Number(high),
    }));
    this.#assignment?.resume();
    while (!this.#assignment?.hasRead(ends)) await sleep(100, undefined, { signal: this.#stopping.signal });
  }

  readonly #unlessStopping = (error: unknown): void => {
    if (!this.#stopping.signal.aborted) throw error;
  };

  async #keepObserving(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(observeEvery, undefined, { signal }).catch(this.#unlessStopping);
      if (!this.#inGroup) continue;
      await this.#assignment?.observe().catch((error: Error) => this.#options.logger.debug(error.message));
    }
  }

  #oldestAge(): number {
    return Math.max(0, ...(this.#assignment?.writers.map((writer) => writer.oldestAge) ?? []));
  }
}

async function endsWithin(milliseconds: number, work: Promise<unknown> | undefined): Promise<boolean> {
  const deadline = new AbortController();
  const tooLate = sleep(milliseconds, false, { signal: deadline.signal }).catch(() => false);
  const inTime = await Promise.race([Promise.resolve(work).then(() => true), tooLate]);
  deadline.abort();
  return inTime;
}
