import type { Bind } from 'snowflake-sdk';
import {
  type Gap,
  type PartitionEnd,
  type RawBatch,
  type RawStore,
  type RecordCounts,
  type TopicPartition,
  WarehouseUnavailableError,
  WriterFencedError,
} from './raw-store.ts';
import { type SnowflakeDeadlines, type SnowflakeSession, SnowflakeSessions } from './snowflake-connection.ts';
import { LockHeldError } from './snowflake-errors.ts';
import { acceptedDocuments, type RowDocument, rejectedDocuments } from './snowflake-rows.ts';
import { columnNames, createTable, quoted, schemaName, tableName } from './snowflake-schema.ts';
import type { SnowflakeSettings } from './snowflake-settings.ts';
import {
  ingestGapsTable,
  ingestOffsetsTable,
  learningEventsTable,
  rawSchema,
  rawTables,
  rejectedEventsTable,
} from './tables.ts';

const ofPartition = 'KAFKA_CLUSTER = ? AND KAFKA_TOPIC = ? AND KAFKA_PARTITION = ?';
/** The row of a partition that has no offset yet: the first writers of the partition meet on it. */
const noOffset = -1;
/**
 * A statement of a batch does something only inside the batch's own transaction. Snowflake may have ended that (aborted by
 * hand, or idle while others waited for its lock), and would commit what comes then at once and by itself.
 */
const inTransaction = 'TO_VARCHAR(CURRENT_TRANSACTION()) = ?';

/** The COMMIT failed or wasn't answered: only the stored offset tells what became of the transaction. */
class CommitUnknownError extends WarehouseUnavailableError {}

/**
 * The raw tables in Snowflake.
 *
 * Exactly one writer moves a partition's offset from one value to the next, though Snowflake enforces no key. It locks a table
 * for UPDATE, not for INSERT, until the transaction ends, and each statement sees what was committed before it began
 * (READ COMMITTED). So:
 *
 * - Where there is an offset, the move is one UPDATE of its row under the condition on its old value. Two of them can't pass each
 *   other: the second waits for the first's transaction, finds the value changed, and changes nothing.
 * - Where there is none, two INSERTs would pass each other, and so would two MERGEs that only insert. So each first writer makes
 *   sure, and commits, that there is a row with no offset. They may leave one each; still, each UPDATEs after its own row was
 *   committed, so the one whose row came later sees the other's too: both UPDATE one and the same row. That is the lock. What was stored
 *   meanwhile is looked at after that, in a statement of its own, which sees all that the lock's last holder committed.
 *
 * The rows are inserted before that, in the same transaction: the lock is held only for the last statement and the COMMIT.
 */
export class SnowflakeRawStore implements RawStore {
  readonly #sessions: SnowflakeSessions;
  readonly #database: string;
  readonly #events: string;
  readonly #rejected: string;
  readonly #offsets: string;
  readonly #gaps: string;

  constructor(settings: SnowflakeSettings, deadlines: Partial<SnowflakeDeadlines> = {}) {
    this.#sessions = new SnowflakeSessions(settings, deadlines);
    this.#database = settings.database;
    this.#events = tableName(settings.database, learningEventsTable);
    this.#rejected = tableName(settings.database, rejectedEventsTable);
    this.#offsets = tableName(settings.database, ingestOffsetsTable);
    this.#gaps = tableName(settings.database, ingestGapsTable);
  }

  /** Creates nothing where all is there: the consumer's role may not, and looking wakes no warehouse. */
  prepare(): Promise<void> {
    return this.#sessions.use(async (session) => {
      const { rows } = await session.run(`SHOW TERSE TABLES IN DATABASE ${quoted(this.#database)}`);
      const present = rows.filter((row) => row.schema_name === rawSchema.toUpperCase()).map((row) => row.name);
      const missing = rawTables.filter(({ name }) => !present.includes(name.toUpperCase()));
      if (missing.length === 0) return;
      await session.run(`CREATE SCHEMA IF NOT EXISTS ${schemaName(this.#database)}`);
      for (const table of missing) await session.run(createTable(this.#database, table));
    });
  }

  readOffset(partition: TopicPartition): Promise<number | undefined> {
    return this.#sessions.use(async (session) => {
      const { rows } = await session.run(
        `SELECT MAX(NEXT_OFFSET) AS NEXT_OFFSET FROM ${this.#offsets} WHERE ${ofPartition}`,
        keyOf(partition),
      );
      const offset = Number(rows[0]?.NEXT_OFFSET ?? noOffset);
      return offset === noOffset ? undefined : offset;
    });
  }

  write({ partition, records, expectedOffset, nextOffset }: RawBatch): Promise<void> {
    const accepted = acceptedDocuments(records.filter((record) => record.kind === 'accepted'));
    const rejected = rejectedDocuments(records.filter((record) => record.kind === 'rejected'));
    return this.#move(partition, expectedOffset, nextOffset, async (session, id) => {
      for (const document of accepted) await this.#insertAccepted(session, id, partition, document);
      for (const document of rejected) await this.#insertRejected(session, id, partition, document);
    });
  }

  writeGap({ partition, expectedOffset, nextOffset }: Gap): Promise<void> {
    return this.#move(partition, expectedOffset, nextOffset, async (session, id) => {
      await session.run(
        `INSERT INTO ${this.#gaps} (${columnNames(ingestGapsTable)}) SELECT ?, ?, ?, ?, ?, SYSDATE() WHERE ${inTransaction}`,
        [...keyOf(partition), expectedOffset, nextOffset, id],
      );
    });
  }

  async countRecords(
    { cluster, topic }: Pick<TopicPartition, 'cluster' | 'topic'>,
    ends: readonly PartitionEnd[],
  ): Promise<RecordCounts> {
    if (ends.length === 0) return { events: 0, rejected: 0, lost: 0 };
    const ofTopic = (offset: string) =>
      `KAFKA_CLUSTER = ? AND KAFKA_TOPIC = ? AND (${ends
        .map((end) => `(KAFKA_PARTITION = ${end.partition} AND ${offset} < ${end.offset})`)
        .join(' OR ')})`;
    return this.#sessions.use(async (session) => {
      const { rows } = await session.run(
        `SELECT (SELECT COUNT(*) FROM ${this.#events} WHERE ${ofTopic('KAFKA_OFFSET')}) AS EVENTS,
           (SELECT COUNT(*) FROM ${this.#rejected} WHERE ${ofTopic('KAFKA_OFFSET')}) AS REJECTED,
           (SELECT SUM(NEXT_OFFSET - FIRST_MISSING_OFFSET) FROM ${this.#gaps} WHERE ${ofTopic('FIRST_MISSING_OFFSET')}) AS LOST`,
        [cluster, topic, cluster, topic, cluster, topic],
      );
      const [counts] = rows;
      return {
        events: Number(counts?.EVENTS),
        rejected: Number(counts?.REJECTED),
        lost: Number(counts?.LOST ?? 0),
      };
    });
  }

  async close(): Promise<void> {
    this.#sessions.close();
  }

  /** One transaction: some rows, then the offset. */
  async #move(
    partition: TopicPartition,
    expectedOffset: number | undefined,
    nextOffset: number,
    insert: (session: SnowflakeSession, transaction: string) => Promise<void>,
  ): Promise<void> {
    try {
      await this.#sessions.use(async (session) => {
        if (expectedOffset === undefined) await this.#ensureRow(session, partition);
        await inOneTransaction(session, async (id) => {
          await insert(session, id);
          if (expectedOffset === undefined) await this.#lockRow(session, id, partition);
          const moved = await this.#moveOffset(session, id, partition, expectedOffset ?? noOffset, nextOffset);
          if (!moved) throw new WriterFencedError(partition, expectedOffset);
        });
      });
    } catch (error) {
      if (error instanceof LockHeldError) await this.#abortForgottenHolders();
      if (!(error instanceof CommitUnknownError)) throw error;
      // The session that reads aborts the transaction first, so that what it reads stays so.
      const stored = await this.readOffset(partition);
      if (stored === nextOffset) return;
      throw stored === expectedOffset ? error : new WriterFencedError(partition, expectedOffset);
    }
  }

  /** One INSERT for all rows of a document. */
  async #insertAccepted(session: SnowflakeSession, id: string, partition: TopicPartition, { json, rows }: RowDocument) {
    const { changed } = await session.run(
      `INSERT INTO ${this.#events} (${columnNames(learningEventsTable)})
       SELECT VALUE:event_id::VARCHAR, VALUE:event_type::VARCHAR, VALUE:event_time::VARCHAR::TIMESTAMP_NTZ,
         PARSE_JSON(VALUE:payload::VARCHAR), ?, ?, ?, VALUE:kafka_offset::NUMBER, SYSDATE()
       FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) WHERE ${inTransaction}`,
      [...keyOf(partition), json, id],
    );
    expectRows(changed, rows);
  }

  async #insertRejected(session: SnowflakeSession, id: string, partition: TopicPartition, { json, rows }: RowDocument) {
    const { changed } = await session.run(
      `INSERT INTO ${this.#rejected} (${columnNames(rejectedEventsTable)})
       SELECT VALUE:payload::VARCHAR, VALUE:payload_encoding::VARCHAR, VALUE:reason::VARCHAR, ?, ?, ?,
         VALUE:kafka_offset::NUMBER, SYSDATE()
       FROM TABLE(FLATTEN(INPUT => PARSE_JSON(?))) WHERE ${inTransaction}`,
      [...keyOf(partition), json, id],
    );
    expectRows(changed, rows);
  }

  async #ensureRow(session: SnowflakeSession, partition: TopicPartition): Promise<void> {
    await session.run(
      `INSERT INTO ${this.#offsets} (${columnNames(ingestOffsetsTable)}) SELECT ?, ?, ?, ${noOffset}, SYSDATE()
       WHERE NOT EXISTS (SELECT 1 FROM ${this.#offsets} WHERE ${ofPartition})`,
      [...keyOf(partition), ...keyOf(partition)],
    );
  }

  async #lockRow(session: SnowflakeSession, id: string, partition: TopicPartition): Promise<void> {
    const { changed } = await session.run(
      `UPDATE ${this.#offsets} SET UPDATED_AT = SYSDATE() WHERE ${ofPartition} AND ${inTransaction}`,
      [...keyOf(partition), id],
    );
    if (changed === 0) throw transactionEnded();
  }

  async #moveOffset(
    session: SnowflakeSession,
    id: string,
    partition: TopicPartition,
    from: number,
    to: number,
  ): Promise<boolean> {
    // A first writer that came very late may have left a row with no offset beside the real one.
    const { changed } = await session.run(
      `UPDATE ${this.#offsets} SET NEXT_OFFSET = ?, UPDATED_AT = SYSDATE()
       WHERE ${ofPartition} AND NEXT_OFFSET = ? AND ${inTransaction}
         AND NOT EXISTS (SELECT 1 FROM ${this.#offsets} AS OTHER
           WHERE OTHER.KAFKA_CLUSTER = ? AND OTHER.KAFKA_TOPIC = ? AND OTHER.KAFKA_PARTITION = ? AND OTHER.NEXT_OFFSET > ?)`,
      [to, ...keyOf(partition), from, id, ...keyOf(partition), from],
    );
    return changed > 0;
  }

  /**
   * A writer that was killed between its UPDATE and its COMMIT leaves a transaction that holds the lock on the offsets, until
   * Snowflake finds it idle after minutes. A living one holds it for a moment: whoever has held it for longer than others
   * wait is aborted. If it lives after all, it changes nothing any more.
   */
  async #abortForgottenHolders(): Promise<void> {
    await this.#sessions
      .use(async (session) => {
        const { rows } = await session.run('SHOW LOCKS');
        const offsets = `.${ingestOffsetsTable.name.toUpperCase()}`;
        const oldest = Date.now() - this.#sessions.lockSeconds * 1000;
        for (const lock of rows) {
          // Snowflake's id of a transaction is the moment it began, in nanoseconds or milliseconds.
          const began = Number((lock.transaction ?? '').slice(0, 13));
          if (lock.status === 'HOLDING' && lock.resource?.endsWith(offsets) && began <= oldest) {
            await session.run(`SELECT SYSTEM$ABORT_TRANSACTION(${lock.transaction})`);
          }
        }
      })
      .catch(() => undefined);
  }
}

async function inOneTransaction(session: SnowflakeSession, work: (id: string) => Promise<void>): Promise<void> {
  await session.run('BEGIN TRANSACTION');
  try {
    const { rows } = await session.run('SELECT TO_VARCHAR(CURRENT_TRANSACTION()) AS ID');
    const id = rows[0]?.ID;
    if (!id) throw transactionEnded();
    session.transaction = id;
    await work(id);
  } catch (error) {
    await rollBack(session);
    throw error;
  }
  try {
    await session.run('COMMIT');
  } catch (cause) {
    throw new CommitUnknownError('Snowflake did not confirm the COMMIT, and the rows are not there.', { cause });
  }
  session.transaction = undefined;
}

/** What went wrong first is what the caller needs to know. A session that can't roll back is ended. */
async function rollBack(session: SnowflakeSession): Promise<void> {
  try {
    await session.run('ROLLBACK');
    session.transaction = undefined;
  } catch {
    session.end();
  }
}

function keyOf({ cluster, topic, partition }: TopicPartition): Bind[] {
  return [cluster, topic, partition];
}

function expectRows(changed: number, rows: number): void {
  if (changed !== rows) throw transactionEnded();
}

function transactionEnded(): WarehouseUnavailableError {
  return new WarehouseUnavailableError('Snowflake ended the transaction before it was through.');
}
