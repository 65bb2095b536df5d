import type { Admin } from 'kafkajs';
import type { Logger } from '../common/logger.ts';
import { retryForever } from '../common/retry.ts';
import type { PartitionEnd, RawStore, TopicPartition } from '../warehouse/raw-store.ts';
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
  readonly deliveries: Deliveries;
}

/** What Kafka delivers of a partition. */
export interface Deliveries {
  pause(partition: number): void;
  /** @param from offset of the next record, when it isn't the one after the last */
  resume(partition: number, from?: number): void;
  /** Tells Kafka how far a partition is written, for tools that show the lag. */
  commit(partition: number, offset: number): void;
}

interface Reading {
  readonly writer: PartitionWriter;
  /** Offset of the record that comes next. */
  next: number;
}

/** The partitions that this consumer has between two rebalances. Each starts where the warehouse says. */
export class Assignment {
  readonly #options: AssignmentOptions;
  readonly #limits: BatchLimits;
  readonly #readings = new Map<number, Reading>();
  /** Why a partition isn't read, for the health page. */
  readonly #problems = new Map<number, string>();
  /** Partitions that wait for a person. */
  readonly #stopped = new Set<number>();
  readonly #ended = new AbortController();

  constructor(options: AssignmentOptions) {
    this.#options = options;
    this.#limits = shareOf(options.limits, options.partitions.length);
  }

  /** Why partitions are not read or not written, one line each. */
  get problems(): string[] {
    const problems = [...this.#problems.values()];
    if (this.writers.some((writer) => writer.isFailing)) {
      problems.push('The newest attempt to write to the warehouse failed; it is repeated.');
    }
    return problems;
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
    const isOtherPartition = first < reading.next;
    const hasGap = first > reading.next && (await this.#watermarks(partition)).low > reading.next;
    if (this.#readings.get(partition) !== reading) return undefined;
    if (isOtherPartition || hasGap) {
      this.#leave(partition, reading, isOtherPartition);
      return undefined;
    }
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
      if (Number(high) < (read.get(partition) ?? 0)) this.#leave(partition, reading, true);
    }
  }

  /** Lets Kafka deliver what the writers have room for. */
  resume(): void {
    for (const [partition, { writer }] of this.#readings) {
      if (writer.hasRoom) this.#options.deliveries.resume(partition);
    }
  }

  /** Leaves what comes in Kafka. */
  pause(): void {
    for (const partition of this.#readings.keys()) this.#options.deliveries.pause(partition);
  }

  /** Whether all records before these ends are read, but for partitions that wait for a person. */
  hasRead(ends: readonly PartitionEnd[]): boolean {
    const endOf = new Map(ends.map(({ partition, offset }) => [partition, offset]));
    return this.#options.partitions.every((partition) => {
      const reading = this.#readings.get(partition);
      return this.#stopped.has(partition) || (reading !== undefined && reading.next >= (endOf.get(partition) ?? 0));
    });
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
    this.#options.metrics.lag.remove({ partition });
  }

  /**
   * Kafka doesn't have the records that come next: writes what was read, since Kafka may have that no more either, and looks
   * again.
   *
   * @param isOther whether it is sure that this isn't the partition that was read before, whatever its offsets are by now
   */
  #leave(partition: number, { writer }: Reading, isOther: boolean): void {
    this.#options.deliveries.pause(partition);
    void writer.flush().then(() => {
      if (this.#readings.get(partition)?.writer !== writer) return;
      this.#close(partition);
      this.#position(partition, isOther);
    });
  }

  /** Repeats until warehouse and broker have both answered: the partition stays paused, the group membership is kept. */
  #position(partition: number, isOther = false): void {
    retryForever(() => this.#open(partition, isOther), {
      signal: this.#ended.signal,
      longestPause: 5000,
      onFailure: ({ message }) => {
        const problem = `Can't find where partition ${partition} starts: ${message} Trying again.`;
        this.#problems.set(partition, problem);
        this.#options.logger.warn({ partition }, problem);
      },
    }).catch((error: unknown) => {
      if (!this.#ended.signal.aborted) throw error;
    });
  }

  async #open(partition: number, isOther: boolean): Promise<void> {
    const { store, logger, metrics, deliveries } = this.#options;
    const id = { cluster: this.#options.cluster, topic: this.#options.topic, partition };
    let stored = await store.readOffset(id);
    const position = startPosition(stored, await this.#watermarks(partition));
    if (this.#ended.signal.aborted) return;

    if (isOther || position.kind === 'created anew') {
      const problem = createdAnew(id, stored ?? 0);
      this.#problems.set(partition, problem);
      this.#stopped.add(partition);
      logger.error({ ...id }, problem);
      return;
    }
    if (position.kind === 'gap') {
      await store.writeGap({ partition: id, expectedOffset: position.from, nextOffset: position.offset });
      stored = position.offset;
      metrics.lost.inc({ partition }, position.offset - position.from);
      logger.error(
        { ...id, from: position.from, to: position.offset },
        `${position.offset - position.from} records were lost: retention took them before they were read. ` +
          'The gap is written down in raw.ingest_gaps; reading goes on after it.',
      );
      if (this.#ended.signal.aborted) return;
    }
    this.#problems.delete(partition);
    this.#readings.set(partition, { writer: this.#createWriter(id, stored), next: position.offset });
    logger.info({ ...id, from: position.offset }, 'Reading partition');
    deliveries.resume(partition, position.offset);
    if (stored !== undefined) deliveries.commit(partition, stored);
  }

  #createWriter(id: TopicPartition, storedOffset: number | undefined): PartitionWriter {
    const { store, metrics, logger, deliveries } = this.#options;
    const writer: PartitionWriter = new PartitionWriter({
      store,
      partition: id,
      storedOffset,
      limits: this.#limits,
      metrics,
      logger,
      onWritten: (offset) => {
        deliveries.commit(id.partition, offset);
        if (writer.hasRoom) deliveries.resume(id.partition);
      },
      onFenced: (error) => {
        logger.warn({ ...id }, `${error.message} Going on from where the other one is.`);
        deliveries.pause(id.partition);
        this.#close(id.partition);
        this.#position(id.partition);
      },
    });
    return writer;
  }

  async #watermarks(partition: number): Promise<Watermarks> {
    const all = await this.#options.admin.fetchTopicOffsets(this.#options.topic);
    const found = all.find((offsets) => offsets.partition === partition);
    if (!found) throw new Error(`Kafka knows no partition ${partition} of ${this.#options.topic}.`);
    return { low: Number(found.low), high: Number(found.high) };
  }
}

/** The limits are for all partitions together, so that memory doesn't grow with their number. */
function shareOf({ records, bytes, age }: BatchLimits, partitions: number): BatchLimits {
  const share = (limit: number) => Math.max(1, Math.ceil(limit / Math.max(1, partitions)));
  return { records: share(records), bytes: share(bytes), age };
}

function createdAnew({ cluster, topic, partition }: TopicPartition, stored: number): string {
  const where = `kafka_cluster = '${cluster}' AND kafka_topic = '${topic}' AND kafka_partition = ${partition}`;
  return (
    `Partition ${partition} of ${topic} was created anew: the warehouse has its records up to offset ${stored}, and Kafka has fewer. ` +
    'The partition is stopped. To keep the old records and read the new topic from its beginning, give the old ones another topic ' +
    'name in raw.raw_learning_events_v2, raw.raw_rejected_events, raw.ingest_offsets and raw.ingest_gaps ' +
    `(UPDATE … SET kafka_topic = '${topic}-old' WHERE ${where}), and start the consumer again.`
  );
}
