import { BIGINT, type DuckDBConnection, DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import { messageOf } from '../common/errors.ts';
import { DuckDbFile } from './duckdb-file.ts';
import { createRawTables } from './duckdb-schema.ts';
import {
  type AcceptedRecord,
  type Gap,
  type PartitionEnd,
  type RawBatch,
  type RawStore,
  type RecordCounts,
  RecordRefusedError,
  type RejectedRecord,
  type TopicPartition,
  WarehouseUnavailableError,
  WriterFencedError,
} from './raw-store.ts';
import { ingestGapsTable, ingestOffsetsTable, learningEventsTable, rawSchema, rejectedEventsTable } from './tables.ts';

const events = `${rawSchema}.${learningEventsTable.name}`;
const rejected = `${rawSchema}.${rejectedEventsTable.name}`;
const offsets = `${rawSchema}.${ingestOffsetsTable.name}`;
const gaps = `${rawSchema}.${ingestGapsTable.name}`;

/** DuckDB's vectors hold this many rows. */
const chunkSize = 2048;
const now = "(now() AT TIME ZONE 'UTC')";
const ofPartition = 'kafka_cluster = $cluster AND kafka_topic = $topic AND kafka_partition = $partition';

/** The raw tables in a DuckDB file. */
export class DuckDbRawStore implements RawStore {
  readonly #file: DuckDbFile;

  constructor(path: string) {
    this.#file = new DuckDbFile(path);
  }

  async prepare(): Promise<void> {
    await this.#file.use(async (connection) => {
      for (const statement of createRawTables()) await connection.run(statement);
    });
  }

  readOffset(partition: TopicPartition): Promise<number | undefined> {
    return this.#file.use(async (connection) => {
      const found = await connection.runAndReadAll(`SELECT next_offset FROM ${offsets} WHERE ${ofPartition}`, {
        ...partition,
      });
      const offset = found.getRows()[0]?.[0];
      return offset === undefined ? undefined : Number(offset);
    });
  }

  write({ partition, records, expectedOffset, nextOffset }: RawBatch): Promise<void> {
    return this.#transaction(partition, expectedOffset, async (connection) => {
      await insertAccepted(
        connection,
        partition,
        records.filter((record) => record.kind === 'accepted'),
      );
      await insertRejected(
        connection,
        partition,
        records.filter((record) => record.kind === 'rejected'),
      );
      await moveOffset(connection, partition, expectedOffset, nextOffset);
    });
  }

  writeGap({ partition, expectedOffset, nextOffset }: Gap): Promise<void> {
    return this.#transaction(partition, expectedOffset, async (connection) => {
      await connection.run(
        `INSERT INTO ${gaps} VALUES ($cluster, $topic, $partition, $expectedOffset, $nextOffset, ${now})`,
        {
          ...partition,
          expectedOffset,
          nextOffset,
        },
      );
      await moveOffset(connection, partition, expectedOffset, nextOffset);
    });
  }

  async countRecords(
    { cluster, topic }: Pick<TopicPartition, 'cluster' | 'topic'>,
    ends: readonly PartitionEnd[],
  ): Promise<RecordCounts> {
    if (ends.length === 0) return { events: 0, rejected: 0, lost: 0 };
    const isBefore = (offset: string) =>
      ends.map((end) => `(kafka_partition = ${end.partition} AND ${offset} < ${end.offset})`).join(' OR ');
    const ofTopic = (offset: string) => `kafka_cluster = $cluster AND kafka_topic = $topic AND (${isBefore(offset)})`;
    return this.#file.use(async (connection) => {
      const found = await connection.runAndReadAll(
        `SELECT (SELECT count(*) FROM ${events} WHERE ${ofTopic('kafka_offset')}),
           (SELECT count(*) FROM ${rejected} WHERE ${ofTopic('kafka_offset')}),
           (SELECT sum(next_offset - first_missing_offset) FROM ${gaps} WHERE ${ofTopic('first_missing_offset')})`,
        { cluster, topic },
      );
      const [eventCount, rejectedCount, lost] = found.getRows()[0] ?? [];
      return { events: Number(eventCount), rejected: Number(rejectedCount), lost: Number(lost ?? 0) };
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #transaction(
    partition: TopicPartition,
    expectedOffset: number | undefined,
    work: (connection: DuckDBConnection) => Promise<void>,
  ): Promise<void> {
    return this.#file.use(async (connection) => {
      try {
        await connection.run('BEGIN');
        await work(connection);
        await connection.run('COMMIT');
      } catch (error) {
        // A failed COMMIT has already ended the transaction; what went wrong first is what the caller needs to know.
        await connection.run('ROLLBACK').catch(() => undefined);
        throw conflict.test(messageOf(error)) ? new WriterFencedError(partition, expectedOffset) : explain(error);
      }
    });
  }
}

/** The rows go through a temporary table: DuckDB appends columns fastest, and the INSERT checks every value. */
async function insertAccepted(connection: DuckDBConnection, partition: TopicPartition, records: AcceptedRecord[]) {
  if (records.length === 0) return;
  await append(connection, records, [
    ['event_id', (record) => record.eventId],
    ['event_type', (record) => record.eventType],
    ['event_time', (record) => record.timestamp],
    ['payload', (record) => record.payload],
  ]);
  await connection.run(
    `INSERT INTO ${events}
     SELECT event_id, event_type, event_time::TIMESTAMP, payload::JSON, $cluster, $topic, $partition, kafka_offset, ${now}
     FROM incoming`,
    { ...partition },
  );
}

async function insertRejected(connection: DuckDBConnection, partition: TopicPartition, records: RejectedRecord[]) {
  if (records.length === 0) return;
  await append(connection, records, [
    ['payload', (record) => record.payload],
    ['encoding', (record) => record.encoding],
    ['reason', (record) => record.reason],
  ]);
  await connection.run(
    `INSERT INTO ${rejected}
     SELECT payload, encoding, reason, $cluster, $topic, $partition, kafka_offset, ${now} FROM incoming`,
    { ...partition },
  );
}

async function append<Row extends { offset: number }>(
  connection: DuckDBConnection,
  rows: readonly Row[],
  columns: readonly [name: string, value: (row: Row) => string | null][],
): Promise<void> {
  const definitions = columns.map(([name]) => `${name} VARCHAR`).join(', ');
  await connection.run(`CREATE OR REPLACE TEMP TABLE incoming (${definitions}, kafka_offset BIGINT)`);
  const appender = await connection.createAppender('incoming', undefined, 'temp');
  const types = [...columns.map(() => VARCHAR), BIGINT];
  for (let first = 0; first < rows.length; first += chunkSize) {
    const slice = rows.slice(first, first + chunkSize);
    const chunk = DuckDBDataChunk.create(types, slice.length);
    for (const [index, [, value]] of columns.entries()) chunk.setColumnValues(index, slice.map(value));
    chunk.setColumnValues(
      columns.length,
      slice.map((row) => BigInt(row.offset)),
    );
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

async function moveOffset(
  connection: DuckDBConnection,
  partition: TopicPartition,
  expectedOffset: number | undefined,
  nextOffset: number,
): Promise<void> {
  const moved =
    expectedOffset === undefined
      ? await connection.run(
          `INSERT INTO ${offsets} VALUES ($cluster, $topic, $partition, $nextOffset, ${now}) ON CONFLICT DO NOTHING`,
          { ...partition, nextOffset },
        )
      : await connection.run(
          `UPDATE ${offsets} SET next_offset = $nextOffset, updated_at = ${now}
           WHERE ${ofPartition} AND next_offset = $expectedOffset`,
          { ...partition, expectedOffset, nextOffset },
        );
  if (moved.rowsChanged !== 1) throw new WriterFencedError(partition, expectedOffset);
}

/** The only key in a batch's transaction is the offset's: another writer is moving it. */
const conflict = /^(TransactionContext|Constraint) Error: .*(conflict|duplicate key|unique constraint)/is;
/** A value of a record can't be stored. Other errors of these kinds are about connections and files. */
const aboutTheRecord = /^(Conversion Error|Out of Range Error|Invalid Input Error: .*(JSON|UTF|cast|convert))/is;

function explain(error: unknown): unknown {
  if (error instanceof WriterFencedError) return error;
  const words = messageOf(error);
  if (aboutTheRecord.test(words)) return new RecordRefusedError(error, firstLine(words));
  return new WarehouseUnavailableError(`DuckDB can't write: ${firstLine(words)}`, { cause: error });
}

/** DuckDB repeats the whole value and the statement after what it has to say. */
function firstLine(words: string): string {
  return (words.split(/\s+Input: |\n/)[0] ?? words).slice(0, 500);
}
