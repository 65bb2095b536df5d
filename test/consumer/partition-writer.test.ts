import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../apps/common/logger.ts';
import { ConsumerMetrics } from '../../apps/consumer/metrics.ts';
import { PartitionWriter } from '../../apps/consumer/partition-writer.ts';
import { DuckDbRawStore } from '../../apps/warehouse/duckdb.ts';
import type { AcceptedRecord, TopicPartition } from '../../apps/warehouse/raw-store.ts';
import { waitFor } from '../pipeline/equipment/wait.ts';

describe('the writer of a partition', () => {
  let folder: string;
  let store: DuckDbRawStore;
  let partition: TopicPartition;
  let written: number[];
  let fenced: number;
  let testNumber = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'partition-writer-'));
    store = new DuckDbRawStore(join(folder, 'landing.duckdb'));
    await store.prepare();
  });
  beforeEach(() => {
    partition = { cluster: 'c', topic: `t-${testNumber++}`, partition: 0 };
    written = [];
    fenced = 0;
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const never = 3_600_000;
  function writer(limits: { records?: number; bytes?: number; age?: number }): PartitionWriter {
    return new PartitionWriter({
      store,
      partition,
      storedOffset: undefined,
      limits: { records: 1000, bytes: 1_000_000, age: never, ...limits },
      metrics: new ConsumerMetrics(() => 0),
      logger: createLogger('test', { level: 'silent' }),
      onWritten: (offset) => written.push(offset),
      onFenced: () => fenced++,
    });
  }
  const counts = () => store.countRecords(partition, [{ partition: 0, offset: 1_000_000 }]);

  it('writes when a batch has enough records, in batches of that size', async () => {
    const each = writer({ records: 10 });
    each.add(records(0, 25));
    await waitFor(() => expect(written).toEqual([10, 20]));
    expect(each.waiting).toBe(5);
  });

  it('writes when a batch has enough bytes', async () => {
    const each = writer({ bytes: 1000 });
    each.add(records(0, 5));
    expect(each.waiting).toBe(5);
    each.add(records(5, 1, 'x'.repeat(1000)));
    // The last one alone is as large as a batch.
    await waitFor(() => expect(written).toEqual([5, 6]));
  });

  it('writes when the oldest record has waited long enough', async () => {
    const each = writer({ age: 50 });
    each.add(records(0, 3));
    expect(each.oldestAge).toBeGreaterThanOrEqual(0);
    await waitFor(() => expect(written).toEqual([3]));
    expect(each.oldestAge).toBe(0);
  });

  it('has no more room when two batches wait, and room again when they are written', async () => {
    const each = writer({ records: 10 });
    each.add(records(0, 19));
    expect(each.hasRoom).toBe(true);
    each.add(records(19, 1));
    expect(each.hasRoom).toBe(false);
    await waitFor(() => expect(each.hasRoom).toBe(true));
  });

  it('rejects the records that the warehouse refuses, and only those', async () => {
    const each = writer({});
    const all = records(0, 100);
    const bad = [0, 41, 42, 99];
    each.add(all.map((record) => (bad.includes(record.offset) ? { ...record, payload: '{"a":"\\ud800"}' } : record)));
    await each.flush();
    expect(await counts()).toEqual({ events: 96, rejected: 4, lost: 0 });
    expect(await store.readOffset(partition)).toBe(100);
  });

  it('ends when another writer has moved the offset, and changes nothing', async () => {
    const each = writer({});
    await store.write({ partition, records: records(0, 2), expectedOffset: undefined, nextOffset: 2 });
    each.add(records(0, 5));
    await each.flush();
    expect(fenced).toBe(1);
    expect(await counts()).toEqual({ events: 2, rejected: 0, lost: 0 });
  });

  it('drops what waits when it is closed', async () => {
    const each = writer({});
    each.add(records(0, 5));
    each.close();
    await each.flush();
    expect(each.waiting).toBe(0);
    expect(await counts()).toEqual({ events: 0, rejected: 0, lost: 0 });
  });
});

function records(from: number, count: number, text = ''): AcceptedRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'accepted',
    offset: from + index,
    eventId: `e-${from + index}`,
    eventType: 'slide_viewed',
    timestamp: '2026-05-01 03:04:05.000',
    payload: JSON.stringify({ event_id: `e-${from + index}`, text }),
  }));
}
