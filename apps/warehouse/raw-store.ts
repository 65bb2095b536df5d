/** The raw tables as the consumer sees them: one interface, whatever the warehouse. */
import { PipelineError } from '../common/errors.ts';

/** One partition of a topic; together with an offset it names a record. */
export interface TopicPartition {
  /** Id of the Kafka cluster: a new cluster starts with no stored offsets. */
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
}

/** A record that goes to `raw_learning_events_v2`. */
export interface AcceptedRecord {
  readonly kind: 'accepted';
  readonly offset: number;
  readonly eventId: string;
  readonly eventType: string;
  /** UTC, `YYYY-MM-DD HH:MM:SS[.ffffff]`. */
  readonly timestamp: string;
  /** The value of the record, in the words it was sent in. */
  readonly payload: string;
}

/** A record that goes to `raw_rejected_events`. */
export interface RejectedRecord {
  readonly kind: 'rejected';
  readonly offset: number;
  /** `null` for a tombstone. */
  readonly payload: string | null;
  readonly encoding: 'utf-8' | 'base64';
  /** For a person. */
  readonly reason: string;
}

export type RawRecord = AcceptedRecord | RejectedRecord;

export interface RawBatch {
  readonly partition: TopicPartition;
  /** In the order of their offsets; at least one. */
  readonly records: readonly RawRecord[];
  /** The stored offset that the writer started from; `undefined` when there was none. */
  readonly expectedOffset: number | undefined;
  /** What the stored offset is after the batch. */
  readonly nextOffset: number;
}

export interface Gap {
  readonly partition: TopicPartition;
  /** The stored offset: the first record that is lost. */
  readonly expectedOffset: number;
  /** The first record that is still there. */
  readonly nextOffset: number;
}

/** The end of a partition at some moment: the offset that its next record gets. */
export interface PartitionEnd {
  readonly partition: number;
  readonly offset: number;
}

/** What became of the records of a topic. */
export interface RecordCounts {
  /** Rows of `raw_learning_events_v2`. */
  readonly events: number;
  /** Rows of `raw_rejected_events`. */
  readonly rejected: number;
  /** Records that retention took before they were read. */
  readonly lost: number;
}

/**
 * Writes records so that each ends in exactly one row: a batch's rows and the partition's new offset are one transaction, and
 * the offset moves only if it is still the one that the writer started from.
 */
export interface RawStore {
  /** Creates the raw tables where they are missing. */
  prepare(): Promise<void>;

  /** The offset of the first record of the partition that isn't written yet, or `undefined` if none ever was. */
  readOffset(partition: TopicPartition): Promise<number | undefined>;

  /**
   * Writes a batch whole or not at all.
   *
   * @throws {WriterFencedError} when another writer moved the offset; nothing was changed
   * @throws {RecordRefusedError} when the warehouse can't store one of the records; nothing was changed
   * @throws {WarehouseUnavailableError} when trying again may help
   * @throws {WarehouseMisconfiguredError} when a person has to change something first
   */
  write(batch: RawBatch): Promise<void>;

  /** Writes down that records were lost, and moves the stored offset past them; throws as `write` does. */
  writeGap(gap: Gap): Promise<void>;

  /** What became of the records of a topic that stand before some ends. */
  countRecords(of: Pick<TopicPartition, 'cluster' | 'topic'>, ends: readonly PartitionEnd[]): Promise<RecordCounts>;

  close(): Promise<void>;
}

/** Another writer owns the partition by now. The writer reads the stored offset again and goes on from there. */
export class WriterFencedError extends PipelineError {
  constructor({ topic, partition }: TopicPartition, expectedOffset: number | undefined) {
    super(
      'WRITER_FENCED',
      `Another consumer has written partition ${partition} of ${topic} since this one read its offset ` +
        `(${expectedOffset ?? 'none'}). Nothing was changed.`,
    );
  }
}

/** The warehouse can't store a record; its own words are in the message. */
export class RecordRefusedError extends PipelineError {
  constructor(cause: unknown, words: string) {
    super('RECORD_REFUSED', words, { cause });
  }
}

/** The warehouse is away, locked or out of room: the same call may go through later. */
export class WarehouseUnavailableError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('WAREHOUSE_UNAVAILABLE', message, options);
  }
}

/** Something about the warehouse must be changed by a person first: trying again won't help. The message says what. */
export class WarehouseMisconfiguredError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('WAREHOUSE_MISCONFIGURED', message, options);
  }
}
