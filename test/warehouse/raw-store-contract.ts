import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AcceptedRecord,
  type RawRecord,
  type RawStore,
  RecordRefusedError,
  type TopicPartition,
  WriterFencedError,
} from '../../apps/warehouse/raw-store.ts';

/** What a test needs of a warehouse beside the interface. */
export interface RawStoreUnderTest {
  open(): Promise<RawStore>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Fails unless a stored payload is the one that was sent. Default: by its words. */
  samePayload?(stored: string, sent: string): void;
  dispose(): Promise<void>;
}

/** The promises of `RawStore`: every implementation passes the same suite. */
export function rawStoreContract(name: string, create: () => Promise<RawStoreUnderTest>): void {
  describe(`raw store on ${name}`, () => {
    let warehouse: RawStoreUnderTest;
    let store: RawStore;
    let partition: TopicPartition;
    let testNumber = 0;
    beforeAll(async () => {
      warehouse = await create();
      store = await warehouse.open();
      await store.prepare();
    });
    beforeEach(() => {
      partition = { cluster: 'cluster', topic: `topic-${testNumber++}`, partition: 0 };
    });
    afterAll(async () => {
      await store.close();
      await warehouse.dispose();
    });

    const everything = [{ partition: 0, offset: 1_000_000 }];
    const count = () => store.countRecords(partition, everything);
    const rows = async () => (await count()).events;

    it('prepares twice without harm', async () => {
      await store.write({ partition, records: [accepted(0)], expectedOffset: undefined, nextOffset: 1 });
      await store.prepare();
      expect(await rows()).toBe(1);
    });

    it('has no offset before the first batch, and the one after the batch then', async () => {
      expect(await store.readOffset(partition)).toBeUndefined();
      await store.write({ partition, records: [accepted(5), accepted(6)], expectedOffset: undefined, nextOffset: 7 });
      expect(await store.readOffset(partition)).toBe(7);
    });

    it('keeps the offsets of clusters, topics and partitions apart', async () => {
      await store.write({ partition, records: [accepted(0)], expectedOffset: undefined, nextOffset: 1 });
      expect(await store.readOffset({ ...partition, partition: 1 })).toBeUndefined();
      expect(await store.readOffset({ ...partition, cluster: 'other' })).toBeUndefined();
      expect(await store.readOffset({ ...partition, topic: 'other' })).toBeUndefined();
    });

    it('stores an event with its payload in the words it was sent in', async () => {
      const payload = '{ "event_id":"e-3",  "n": 1.50, "text": "Māori ✓" }';
      await store.write({
        partition,
        records: [{ ...accepted(3), payload }],
        expectedOffset: undefined,
        nextOffset: 4,
      });
      const [row] = await warehouse.query(
        `SELECT event_id, event_type, event.timestamp::VARCHAR AS happened_at, raw_payload::VARCHAR AS payload, kafka_cluster,
           kafka_partition, kafka_offset
         FROM raw.raw_learning_events_v2 AS event WHERE kafka_topic = '${partition.topic}'`,
      );
      expect(row).toMatchObject({
        event_id: 'e-3',
        event_type: 'slide_viewed',
        happened_at: '2026-05-01 03:04:05.123456',
        kafka_cluster: 'cluster',
        kafka_partition: '0',
        kafka_offset: '3',
      });
      const samePayload = warehouse.samePayload ?? ((stored, sent) => expect(stored).toBe(sent));
      samePayload(String(row?.payload), payload);
    });

    it('stores accepted and rejected records of one batch together', async () => {
      const records: RawRecord[] = [accepted(0), rejected(1, 'no'), rejected(2, null), accepted(3)];
      await store.write({ partition, records, expectedOffset: undefined, nextOffset: 4 });
      expect(await count()).toEqual({ events: 2, rejected: 2, lost: 0 });
      const found = await warehouse.query(
        `SELECT payload, payload_encoding, reason FROM raw.raw_rejected_events WHERE kafka_topic = '${partition.topic}' ORDER BY kafka_offset`,
      );
      expect(found).toEqual([
        { payload: 'no', payload_encoding: 'utf-8', reason: 'because' },
        { payload: null, payload_encoding: 'utf-8', reason: 'because' },
      ]);
    });

    it('writes a batch of 5,000 records', async () => {
      const records = Array.from({ length: 5000 }, (_, offset) => accepted(offset));
      await store.write({ partition, records, expectedOffset: undefined, nextOffset: 5000 });
      expect(await rows()).toBe(5000);
    });

    it('a writer that starts from an old offset is fenced and changes nothing', async () => {
      await store.write({ partition, records: [accepted(0)], expectedOffset: undefined, nextOffset: 1 });
      await store.write({ partition, records: [accepted(1)], expectedOffset: 1, nextOffset: 2 });
      const late = store.write({
        partition,
        records: [accepted(1), rejected(2, 'x')],
        expectedOffset: 1,
        nextOffset: 3,
      });
      await expect(late).rejects.toBeInstanceOf(WriterFencedError);
      expect(await count()).toEqual({ events: 2, rejected: 0, lost: 0 });
      expect(await store.readOffset(partition)).toBe(2);
    });

    it('of two first writers one is fenced and changes nothing', async () => {
      const other = await warehouse.open();
      const results = await Promise.allSettled(
        [store, other].map((each) =>
          each.write({ partition, records: [accepted(0)], expectedOffset: undefined, nextOffset: 1 }),
        ),
      );
      await other.close();
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused.map(({ reason }) => reason.code)).toEqual(['WRITER_FENCED']);
      expect(await rows()).toBe(1);
    });

    it('a record that the warehouse refuses: the batch changes nothing, and the error has its words', async () => {
      const records = [accepted(0), { ...accepted(1), payload: '{"event_id": ' }, accepted(2)];
      const refused = store.write({ partition, records, expectedOffset: undefined, nextOffset: 3 });
      await expect(refused).rejects.toBeInstanceOf(RecordRefusedError);
      await expect(refused).rejects.toThrow(/JSON/);
      expect(await rows()).toBe(0);
      expect(await store.readOffset(partition)).toBeUndefined();
    });

    it('counts what became of the records before some ends', async () => {
      const records: RawRecord[] = [accepted(0), rejected(1, 'no'), accepted(2), accepted(3)];
      await store.write({ partition, records, expectedOffset: undefined, nextOffset: 4 });
      await store.writeGap({ partition, expectedOffset: 4, nextOffset: 10 });
      expect(await store.countRecords(partition, [{ partition: 0, offset: 3 }])).toEqual({
        events: 2,
        rejected: 1,
        lost: 0,
      });
      expect(await count()).toEqual({ events: 3, rejected: 1, lost: 6 });
      expect(await store.countRecords(partition, [])).toEqual({ events: 0, rejected: 0, lost: 0 });
    });

    it('writes a gap down and moves the offset past it, unless another writer was there', async () => {
      await store.write({ partition, records: [accepted(0)], expectedOffset: undefined, nextOffset: 1 });
      await store.writeGap({ partition, expectedOffset: 1, nextOffset: 10 });
      expect(await store.readOffset(partition)).toBe(10);
      await expect(store.writeGap({ partition, expectedOffset: 1, nextOffset: 20 })).rejects.toBeInstanceOf(
        WriterFencedError,
      );
      const gaps = await warehouse.query(
        `SELECT first_missing_offset, next_offset FROM raw.ingest_gaps WHERE kafka_topic = '${partition.topic}'`,
      );
      expect(gaps).toEqual([{ first_missing_offset: '1', next_offset: '10' }]);
    });
  });
}

function accepted(offset: number): AcceptedRecord {
  return {
    kind: 'accepted',
    offset,
    eventId: `e-${offset}`,
    eventType: 'slide_viewed',
    timestamp: '2026-05-01 03:04:05.123456',
    payload: `{"event_id":"e-${offset}","event_type":"slide_viewed"}`,
  };
}

function rejected(offset: number, payload: string | null): RawRecord {
  return { kind: 'rejected', offset, payload, encoding: 'utf-8', reason: 'because' };
}
