import type { Logger } from '../common/logger.ts';
import { retryForever } from '../common/retry.ts';
import {
  type RawRecord,
  type RawStore,
  RecordRefusedError,
  type TopicPartition,
  WarehouseUnavailableError,
  WriterFencedError,
} from '../warehouse/raw-store.ts';
import { rejectRefused } from './classify.ts';
import type { ConsumerMetrics } from './metrics.ts';
import type { BatchLimits } from './settings.ts';

export interface PartitionWriterOptions {
  readonly store: RawStore;
  readonly partition: TopicPartition;
  /** The stored offset, `undefined` when there is none. */
  readonly storedOffset: number | undefined;
  readonly limits: BatchLimits;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
  /** A batch was written; the offset is that of the next record. */
  readonly onWritten: (nextOffset: number) => void;
  /** Another consumer owns the partition: this writer has ended. */
  readonly onFenced: (error: WriterFencedError) => void;
}

/**
 * Collects the records of one partition and writes them in batches, one after the other. Adding never waits: whoever adds
 * looks at `hasRoom` and else reads no further until `onWritten`.
 */
export class PartitionWriter {
  readonly #options: PartitionWriterOptions;
  #storedOffset: number | undefined;
  #records: RawRecord[] = [];
  #bytes = 0;
  #oldestSince: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #lastWriteFailed = false;
  readonly #closed = new AbortController();

  constructor(options: PartitionWriterOptions) {
    this.#options = options;
    this.#storedOffset = options.storedOffset;
  }

  /** Whether to read on: not while writing fails, nor when two batches wait (the one that is written and the next). */
  get hasRoom(): boolean {
    const { records, bytes } = this.#options.limits;
    return !this.#lastWriteFailed && this.#records.length < 2 * records && this.#bytes < 2 * bytes;
  }

  /** Records that are read and not written. */
  get waiting(): number {
    return this.#records.length;
  }

  /** Whether the newest attempt to write failed. */
  get isFailing(): boolean {
    return this.#lastWriteFailed;
  }

  /** Milliseconds that the oldest record has waited, 0 when there is none. */
  get oldestAge(): number {
    return this.#oldestSince === undefined ? 0 : performance.now() - this.#oldestSince;
  }

  /** Takes records in the order of their offsets. */
  add(records: readonly RawRecord[]): void {
    if (this.#closed.signal.aborted || records.length === 0) return;
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += record.payload?.length ?? 0;
    }
    this.#oldestSince ??= performance.now();
    this.#writeWhenDue();
  }

  /** Writes everything that waits; resolves when it is written or the writer is closed. */
  async flush(): Promise<void> {
    while (this.#records.length > 0 && !this.#closed.signal.aborted) {
      this.#writing ??= this.#writeNext();
      await this.#writing;
    }
  }

  /** Drops what waits. A batch under way may still be written; the stored offset tells. */
  close(): void {
    this.#closed.abort();
    clearTimeout(this.#timer);
    this.#records = [];
    this.#bytes = 0;
    this.#oldestSince = undefined;
  }

  #writeWhenDue(): void {
    if (this.#writing || this.#records.length === 0 || this.#closed.signal.aborted) return;
    const { records, bytes, age } = this.#options.limits;
    const wait = this.#records.length >= records || this.#bytes >= bytes ? 0 : age - this.oldestAge;
    clearTimeout(this.#timer);
    if (wait <= 0) this.#writing = this.#writeNext();
    else this.#timer = setTimeout(() => this.#writeWhenDue(), wait);
  }

  /** Never rejects: what can be repeated is, being fenced is reported, and anything else is a defect that ends the process. */
  async #writeNext(): Promise<void> {
    const batch = this.#nextBatch();
    const startedAt = performance.now();
    const endTimer = this.#options.metrics.flushSeconds.startTimer();
    try {
      await this.#writeSplitting(batch);
      endTimer();
    } catch (error) {
      if (error instanceof WriterFencedError) {
        this.close();
        this.#options.onFenced(error);
      } else if (!this.#closed.signal.aborted) throw error;
    }
    this.#writing = undefined;
    if (this.#closed.signal.aborted) return;

    this.#records.splice(0, batch.length);
    this.#bytes = this.#records.reduce((sum, record) => sum + (record.payload?.length ?? 0), 0);
    this.#oldestSince = this.#records.length > 0 ? startedAt : undefined;
    if (this.#storedOffset !== undefined) this.#options.onWritten(this.#storedOffset);
    this.#writeWhenDue();
  }

  #nextBatch(): RawRecord[] {
    const { records, bytes } = this.#options.limits;
    let taken = 0;
    let size = 0;
    for (const record of this.#records) {
      size += record.payload?.length ?? 0;
      if (taken === records || (taken > 0 && size > bytes)) break;
      taken++;
    }
    return this.#records.slice(0, taken);
  }

  /** A batch that the warehouse refuses is halved until the record that it can't store stands alone; that is rejected. */
  async #writeSplitting(batch: RawRecord[]): Promise<void> {
    try {
      await this.#writeRepeating(batch);
    } catch (error) {
      const [only] = batch;
      if (!(error instanceof RecordRefusedError) || only === undefined) throw error;
      if (batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        await this.#writeSplitting(batch.slice(0, half));
        await this.#writeSplitting(batch.slice(half));
      } else {
        await this.#writeSplitting([rejectRefused(only, error)]);
      }
    }
  }

  /** The warehouse may be away for long: repeated with growing, random pauses until the writer is closed. */
  async #writeRepeating(records: RawRecord[]): Promise<void> {
    const { store, partition, metrics, logger } = this.#options;
    const nextOffset = (records.at(-1) as RawRecord).offset + 1;
    const write = () => store.write({ partition, records, expectedOffset: this.#storedOffset, nextOffset });
    await retryForever(write, {
      signal: this.#closed.signal,
      longestPause: 10_000,
      isFinal: (error) => !(error instanceof WarehouseUnavailableError),
      onFailure: ({ message }, attempt) => {
        this.#lastWriteFailed = true;
        metrics.failedFlushes.inc({ partition: partition.partition });
        logger.warn({ ...partition, attempt, waiting: this.#records.length }, `${message} Trying again.`);
      },
    });
    this.#lastWriteFailed = false;
    this.#storedOffset = nextOffset;
    const rejected = records.filter((record) => record.kind === 'rejected').length;
    metrics.persisted.inc({ partition: partition.partition }, records.length - rejected);
    metrics.rejected.inc({ partition: partition.partition }, rejected);
    logger.debug({ ...partition, records: records.length, rejected, nextOffset }, 'Batch written');
  }
}
