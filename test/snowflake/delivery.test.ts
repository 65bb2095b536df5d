import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WarehouseUnavailableError, WriterFencedError } from '../../apps/warehouse/raw-store.ts';
import { SnowflakeRawStore } from '../../apps/warehouse/snowflake.ts';
import type { SnowflakeSettings } from '../../apps/warehouse/snowflake-settings.ts';
import { waitFor } from '../pipeline/equipment/wait.ts';
import { batch } from './equipment/batches.ts';
import { shortDeadlines, TestSnowflake } from './equipment/server.ts';

describe('the raw store on Snowflake: each record in exactly one row', () => {
  let snowflake: TestSnowflake;
  let settings: SnowflakeSettings;
  let store: SnowflakeRawStore;
  let topic: string;
  let testNumber = 0;
  beforeAll(async () => {
    snowflake = await TestSnowflake.start();
    settings = snowflake.settings();
    store = new SnowflakeRawStore(settings, shortDeadlines);
    await store.prepare();
  });
  beforeEach(async () => {
    topic = `topic-${testNumber++}`;
    await snowflake.observe();
  });
  afterAll(async () => {
    await store.close();
    await snowflake.stop();
  });

  const offsets = async () => {
    const rows = await snowflake.query(
      settings,
      `SELECT kafka_offset FROM raw.raw_learning_events_v2 WHERE kafka_topic = '${topic}' ORDER BY kafka_offset`,
    );
    return rows.map((row) => Number(row.kafka_offset));
  };
  const upTo = (end: number) => Array.from({ length: end }, (_, offset) => offset);

  it('a batch of 5,000 records is one INSERT', async () => {
    await store.write(batch(topic, 0, 1));
    await snowflake.observe();
    await store.write(batch(topic, 1, 5000));
    const { statements } = await snowflake.observe();
    expect(statements.map((statement) => statement.trim().split(' ')[0])).toEqual([
      'BEGIN',
      'SELECT',
      'INSERT',
      'UPDATE',
      'COMMIT',
    ]);
  });

  it('a writer that was killed before its COMMIT: its transaction is aborted, and its records are written once', async () => {
    await store.write(batch(topic, 0, 3));
    await killedAt({ statement: '^COMMIT', hang: 'before' }, 3, 4);
    expect(await store.readOffset(batch(topic, 3, 4).partition)).toBe(3);
    // It holds the lock: the first attempt waits for it, and aborts it.
    await expect(store.write(batch(topic, 3, 4))).rejects.toBeInstanceOf(WarehouseUnavailableError);
    await store.write(batch(topic, 3, 4));
    expect(await offsets()).toEqual(upTo(7));
  });

  it('a first writer that was killed before its COMMIT', async () => {
    await killedAt({ statement: '^COMMIT', hang: 'before' }, 0, 4);
    expect(await store.readOffset(batch(topic, 0, 4).partition)).toBeUndefined();
    await expect(store.write(batch(topic, 0, 4))).rejects.toBeInstanceOf(WarehouseUnavailableError);
    await store.write(batch(topic, 0, 4));
    expect(await offsets()).toEqual(upTo(4));
  });

  it('a writer that was killed after its COMMIT: the offset says so', async () => {
    await killedAt({ statement: '^COMMIT', hang: 'after' }, 0, 4);
    expect(await store.readOffset(batch(topic, 0, 4).partition)).toBe(4);
    await expect(store.write(batch(topic, 0, 4))).rejects.toBeInstanceOf(WriterFencedError);
    expect(await offsets()).toEqual(upTo(4));
  });

  it('a COMMIT that went through, and whose answer was lost, counts', async () => {
    await store.write(batch(topic, 0, 2));
    await snowflake.fault({ statement: '^COMMIT', hang: 'after' });
    await store.write(batch(topic, 2, 2));
    await store.write(batch(topic, 4, 2));
    expect(await offsets()).toEqual(upTo(6));
  });

  it('a COMMIT that was lost on its way does not: the batch is written again', async () => {
    await store.write(batch(topic, 0, 2));
    await snowflake.fault({ statement: '^COMMIT', hang: 'before' });
    await expect(store.write(batch(topic, 2, 2))).rejects.toBeInstanceOf(WarehouseUnavailableError);
    await store.write(batch(topic, 2, 2));
    expect(await offsets()).toEqual(upTo(4));
  });

  it.each(['INSERT', 'UPDATE'])(
    'a network cut at the %s: no later than its deadline, then written again',
    async (statement) => {
      await store.write(batch(topic, 0, 2));
      await snowflake.fault({ statement: `^${statement}`, hang: 'after' });
      await expect(store.write(batch(topic, 2, 2))).rejects.toThrow(/answer a statement within 2 seconds/);
      await store.write(batch(topic, 2, 2));
      expect(await offsets()).toEqual(upTo(4));
    },
  );

  it.each(['BEGIN', 'INSERT', 'UPDATE'])(
    'a session that is gone at the %s: the batch is written in another',
    async (statement) => {
      await store.write(batch(topic, 0, 2));
      await snowflake.fault({ statement: `^${statement}`, lose: true });
      await store.write(batch(topic, 2, 2));
      expect(await offsets()).toEqual(upTo(4));
    },
  );

  it('all sessions that were kept have ended, as after a night without events', async () => {
    const other = new SnowflakeRawStore(settings, shortDeadlines);
    await Promise.all([0, 1, 2].map((partition) => other.readOffset({ ...batch(topic, 0, 1).partition, partition })));
    await snowflake.endSessions();
    await other.write(batch(topic, 0, 2));
    expect(await offsets()).toEqual(upTo(2));
    await other.close();
  });

  it.each([
    ['INSERT', WarehouseUnavailableError],
    ['UPDATE', WriterFencedError],
  ])('a transaction that was aborted before its %s: nothing is written by itself', async (statement, error) => {
    await store.write(batch(topic, 0, 2));
    await snowflake.fault({ statement: `^${statement}`, abort: true });
    await expect(store.write(batch(topic, 2, 2))).rejects.toBeInstanceOf(error);
    expect(await offsets()).toEqual(upTo(2));
    await store.write(batch(topic, 2, 2));
    expect(await offsets()).toEqual(upTo(4));
  });

  it('a suspended warehouse is resumed', async () => {
    await snowflake.fault({
      statement: '^INSERT',
      code: '000000',
      message: "Warehouse 'INGEST' is suspended. Use 'alter warehouse INGEST resume;'",
    });
    await store.write(batch(topic, 0, 2));
    expect((await snowflake.observe()).statements).toContain('ALTER WAREHOUSE "INGEST" RESUME IF SUSPENDED');
    expect(await offsets()).toEqual(upTo(2));
  });

  it('of many first writers one wins, again and again', async () => {
    const stores = [store, ...[1, 2, 3].map(() => new SnowflakeRawStore(settings))];
    for (let round = 0; round < 5; round++) {
      topic = `race-${round}`;
      const results = await Promise.allSettled(stores.map((each) => each.write(batch(topic, 0, 3))));
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      expect(errors).toEqual(['WRITER_FENCED', 'WRITER_FENCED', 'WRITER_FENCED']);
      expect(await offsets()).toEqual(upTo(3));
      expect(await store.readOffset(batch(topic, 0, 3).partition)).toBe(3);
    }
    for (const each of stores.slice(1)) await each.close();
  });

  async function killedAt(fault: Parameters<TestSnowflake['fault']>[0], first: number, count: number): Promise<void> {
    await snowflake.fault(fault);
    const writer = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        join(import.meta.dirname, 'equipment/writer.ts'),
        JSON.stringify(settings),
        topic,
        String(first),
        String(count),
      ],
      { stdio: ['ignore', 'inherit', 'ignore'] },
    );
    const ended = once(writer, 'exit');
    await waitFor(async () => expect((await snowflake.observe()).hanging).toBe(1));
    writer.kill('SIGKILL');
    await ended;
  }
});
