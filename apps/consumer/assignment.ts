import type { Admin } from 'kafkajs';
import pRetry from 'p-retry';
import type { Logger } from '../common/logger.ts';
import type { RawStore, TopicPartition } from '../warehouse/raw-store.ts';
import type { ConsumerMetrics } from './metrics.ts';
import { PartitionWriter } from './partition-writer.ts';
import type { BatchLimits } from './settings.ts';
import { startPosition, type Watermarks } from './start-position.ts';

export interface AssignmentOptions {
  readonly cluster: string;
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly admin: Admin;
  readonly store: RawStore;
  readonly limits: BatchLimits;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
  /** Starts or stops Kafka's deliveries of a partition. */
  readonly resume: (partition: number, from?: number) => void;
  readonly pause: (partition: number) => void;
  /** Tells Kafka how far a partition is written, for tools that show the lag. */
  readonly commit: (partition: number, offset: number) => void;
}

interface Reading {
  readonly writer: PartitionWriter;
  /** Offset of the record that comes next. */
  next: number;
}

/** The partitions that this consumer has between two rebalances. Each starts where the warehouse says. */
export class Assignment {
  readonly #options: AssignmentOptions;
  readonly #readings = new Map<number, Reading>();
  readonly #stopped = new Map<number, string>();
  readonly #ended = new AbortController();

  constructor(options: AssignmentOptions) {
    this.#options = options;
  }

  /** Why partitions are stopped until a person decides, one line each. */
  get stopped(): string[] {
    return [...this.#stopped.values()];
  }

  get writers(): PartitionWriter[] {
    return [...this.#readings.values()].map(({ writer }) => writer);
  }

  /** Finds where each partition starts, and starts it. */
  start(): void {
    for (const partition of this.#options.partitions) this.#position(partition);
  }

  /**
   * The writer that takes a batch, or `undefined` when the batch isn't what comes next: then it must not be counted as read.
   *
   * @param first offset of the first record of the batch
   * @param last offset of the last one
   */
  async accept(partition: number, first: number, last: number): Promise<PartitionWriter | undefined> {
    const reading = this.#readings.get(partition);
    if (!reading) return undefined;
    if (first < reading.next) {
      // Kafka has fewer records than were read: it has sent the consumer back to the beginning.
      this.#stop(partition, reading.next);
      return undefined;
    }
    if (first > reading.next && (await this.#watermarks(partition)).low > reading.next) {
      this.#reposition(partition);
      return undefined;
    }
    if (this.#readings.get(partition) !== reading) return undefined;
    reading.next = last + 1;
    return reading.writer;
  }

  /** Compares with Kafka how far each partition is: sets the lag, and finds a topic that was created anew. */
  async observe(): Promise<void> {
    // Taken before Kafka is asked: its end of the partition can only be behind this if the partition isn't the same any more.
    const read = new Map([...this.#readings].map(([partition, { next }]) => [partition, next]));
    for (const { partition, high } of await this.#options.admin.fetchTopicOffsets(this.#options.topic)) {
      const reading = this.#readings.get(partition);
      if (!reading) continue;
      this.#options.metrics.lag.set({ partition }, Math.max(0, Number(high) - reading.next) + reading.writer.waiting);
      if (Number(high) < (read.get(partition) ?? 0)) this.#stop(partition, reading.next);
    }
  }

  /** Writes all that was read. */
  async flush(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.flush()));
  }

  /** The partitions belong to somebody else now: drops what isn't written. */
  end(): void {
    this.#ended.abort();
    for (const partition of [...this.#readings.keys()]) this.#close(partition);
  }

  #close(partition: number): void {
    this.#readings.get(partition)?.writer.close();
    this.#readings.delete(partition);
  }

  #reposition(partition: number): void {
    this.#options.pause(partition);
    this.#close(partition);
    this.#position(partition);
  }

  /** Repeats until warehouse and broker have both answered: the partition stays paused, the group membership is kept. */
  #position(partition: number): void {
    pRetry(() => this.#open(partition), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 200,
      maxTimeout: 5000,
      randomize: true,
      signal: this.#ended.signal,
      onFailedAttempt: ({ error }) =>
        this.#options.logger.warn({ partition }, `Can't find where to start: ${error.message} Trying again.`),
    }).catch((error: unknown) => {
      if (!this.#ended.signal.aborted) throw error;
    });
  }

  async #open(partition: number): Promise<void> {
    const { store, logger, metrics, resume } = this.#options;
    const id = this.#id(partition);
    const stored = await store.readOffset(id);
    const position = startPosition(stored, await this.#watermarks(partition));
    if (this.#ended.signal.aborted) return;

    if (position.kind === 'created anew') {
      this.#stop(partition, stored as number);
      return;
    }
    if (position.kind === 'gap') {
      await store.writeGap({ partition: id, expectedOffset: position.from, nextOffset: position.offset });
      metrics.lost.inc({ partition }, position.offset - position.from);
      logger.error(
        { ...id, from: position.from, to: position.offset },
        `${position.offset - position.from} records were lost: retention took them before they were read. ` +
          'The gap is written down in raw.ingest_gaps; reading goes on after it.',
      );
      if (this.#ended.signal.aborted) return;
    }
    const storedOffset = position.kind === 'gap' ? position.offset : stored;
    this.#stopped.delete(partition);
    this.#readings.set(partition, { writer: this.#createWriter(id, storedOffset), next: position.offset });
    logger.info({ ...id, from: position.offset }, 'Reading partition');
    resume(partition, position.offset);
  }

  #createWriter(id: TopicPartition, storedOffset: number | undefined): PartitionWriter {
    const { store, limits, metrics, logger, commit, resume } = this.#options;
    const writer: PartitionWriter = new PartitionWriter({
      store,
      partition: id,
      storedOffset,
      limits,
      metrics,
      logger,
      onWritten: (offset) => {
        commit(id.partition, offset);
        if (writer.hasRoom) resume(id.partition);
      },
      onFenced: (error) => {
        logger.warn({ ...id }, `${error.message} Going on from where the other one is.`);
        this.#reposition(id.partition);
      },
    });
    return writer;
  }

  #stop(partition: number, expected: number): void {
    this.#options.pause(partition);
    this.#close(partition);
    const { cluster, topic } = this.#options;
    const where = `kafka_cluster = '${cluster}' AND kafka_topic = '${topic}' AND kafka_partition = ${partition}`;
    const reason =
      `Partition ${partition} of ${topic} was created anew: the warehouse has its records up to offset ${expected}, and Kafka has fewer. ` +
      'Nothing was changed, and the partition is stopped. To keep the old records and read the new topic from its beginning, give the ' +
      `old ones another topic name in raw.raw_learning_events_v2, raw.raw_rejected_events and raw.ingest_offsets ` +
      `(UPDATE … SET kafka_topic = '${topic}-old' WHERE ${where}), and start the consumer again.`;
    this.#stopped.set(partition, reason);
    this.#options.logger.error({ ...this.#id(partition) }, reason);
  }

  async #watermarks(partition: number): Promise<Watermarks> {
    const all = await this.#options.admin.fetchTopicOffsets(this.#options.topic);
    const found = all.find((offsets) => offsets.partition === partition);
    if (!found) throw new Error(`Kafka knows no partition ${partition} of ${this.#options.topic}.`);
    return { low: Number(found.low), high: Number(found.high) };
  }

  #id(partition: number): TopicPartition {
    return { cluster: this.#options.cluster, topic: this.#options.topic, partition };
  }
}
