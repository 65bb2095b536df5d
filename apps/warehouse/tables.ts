/**
 * The raw tables' columns as data: DuckDB's and Snowflake's statements are made from them, and so is what the warehouse
 * stack creates. The first four columns of the events are the reference's.
 */

/** `json` is JSON in DuckDB and VARIANT in Snowflake; `timestamp` is UTC without a zone in both. */
export type ColumnType = 'text' | 'json' | 'timestamp' | 'integer';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  readonly optional?: true;
}

export interface RawTable {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  /** Enforced by DuckDB; Snowflake enforces no key. */
  readonly primaryKey?: readonly string[];
}

export const rawSchema = 'raw';

const partitionColumns: readonly Column[] = [
  { name: 'kafka_cluster', type: 'text', description: 'Id of the Kafka cluster' },
  { name: 'kafka_topic', type: 'text', description: 'Topic of the record' },
  { name: 'kafka_partition', type: 'integer', description: 'Partition of the record' },
];

const recordColumns: readonly Column[] = [
  ...partitionColumns,
  { name: 'kafka_offset', type: 'integer', description: 'Offset of the record in its partition' },
  { name: 'ingested_at', type: 'timestamp', description: 'When the row was written, UTC' },
];

export const learningEventsTable: RawTable = {
  name: 'raw_learning_events_v2',
  description: 'One row for each record of the topic that could be taken, as it was sent. Append-only.',
  columns: [
    { name: 'event_id', type: 'text', description: 'event_id of the payload' },
    { name: 'event_type', type: 'text', description: 'event_type of the payload' },
    { name: 'timestamp', type: 'timestamp', description: 'timestamp of the payload in UTC' },
    { name: 'raw_payload', type: 'json', description: 'The whole event, in the words it was sent in' },
    ...recordColumns,
  ],
};

export const rejectedEventsTable: RawTable = {
  name: 'raw_rejected_events',
  description: 'One row for each record of the topic that could not be taken, with the reason. Append-only.',
  columns: [
    { name: 'payload', type: 'text', description: 'The value of the record; empty for a tombstone', optional: true },
    { name: 'payload_encoding', type: 'text', description: '`utf-8`, or `base64` when the bytes are not UTF-8' },
    { name: 'reason', type: 'text', description: 'Why the record was not taken, for a person' },
    ...recordColumns,
  ],
};

export const ingestOffsetsTable: RawTable = {
  name: 'ingest_offsets',
  description: 'How far each partition is written: in one transaction with the rows, so that each record has one row.',
  columns: [
    ...partitionColumns,
    { name: 'next_offset', type: 'integer', description: 'Offset of the first record that is not written yet' },
    { name: 'updated_at', type: 'timestamp', description: 'When it last moved, UTC' },
  ],
  primaryKey: partitionColumns.map(({ name }) => name),
};

export const ingestGapsTable: RawTable = {
  name: 'ingest_gaps',
  description: 'Records that retention took before they were written. A row here is an alarm.',
  columns: [
    ...partitionColumns,
    { name: 'first_missing_offset', type: 'integer', description: 'Offset of the first record that was lost' },
    { name: 'next_offset', type: 'integer', description: 'Offset of the first record that was still there' },
    { name: 'found_at', type: 'timestamp', description: 'When the gap was found, UTC' },
  ],
};

export const rawTables = [learningEventsTable, rejectedEventsTable, ingestOffsetsTable, ingestGapsTable] as const;
