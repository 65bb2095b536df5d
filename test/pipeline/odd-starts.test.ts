import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, TestKafka } from './equipment/stage.ts';
import { waitFor } from './equipment/wait.ts';

describe('where reading starts', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await TestKafka.start();
  });
  afterAll(() => kafka.stop());

  it("goes on from the warehouse, whatever Kafka has as the group's offset", async () => {
    await using stage = await kafka.openStage();
    await stage.send(events(3000));
    const first = stage.startConsumer();
    await stage.expectEachRecordInOneRow();
    await first.stop();
    await stage.admin.setOffsets({
      groupId: stage.topic,
      topic: stage.topic,
      partitions: [0, 1, 2].map((partition) => ({ partition, offset: partition === 0 ? '0' : '700' })),
    });
    await stage.send(events(300, 3000));
    stage.startConsumer();
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 3300, rejected: 0 });
  });

  it('a topic created anew: the partition is stopped, nothing is changed, and the error says how to go on', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    await stage.send(events(1000));
    const first = stage.startConsumer();
    await stage.expectEachRecordInOneRow();
    await first.stop();
    await stage.recreateTopic(1);
    await stage.send(events(10));

    const second = stage.startConsumer();
    await waitFor(() => expect(second.logged('created anew')).toBeDefined());
    expect(second.logged('created anew')?.msg).toMatch(/offset 1000.*To keep the old records.*UPDATE/s);
    expect((await second.get('/healthz')).status).toBe(503);
    await second.stop();
    const [rows] = await stage.query<{ count: string }>('SELECT count(*) AS count FROM raw.raw_learning_events_v2');
    expect(Number(rows?.count)).toBe(1000);

    for (const table of ['raw_learning_events_v2', 'raw_rejected_events', 'ingest_offsets']) {
      await stage.query(
        `UPDATE raw.${table} SET kafka_topic = kafka_topic || '-old' WHERE kafka_topic = '${stage.topic}'`,
      );
    }
    stage.startConsumer();
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 10, rejected: 0 });
  });

  it('a topic created anew while it is read: the partition is stopped', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    const consumer = stage.startConsumer();
    await stage.send(events(1000));
    await stage.expectEachRecordInOneRow();
    await stage.recreateTopic(1);
    await stage.send(events(10));
    await waitFor(() => expect(consumer.logged('created anew')).toBeDefined());
    const [rows] = await stage.query<{ count: string }>('SELECT count(*) AS count FROM raw.raw_learning_events_v2');
    expect(Number(rows?.count)).toBe(1000);
  });

  it('retention took records: the gap is written down, and the rest is read', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    await stage.send(events(1000));
    const first = stage.startConsumer();
    await stage.expectEachRecordInOneRow();
    await first.stop();
    await stage.send(events(500, 1000));
    await stage.admin.deleteTopicRecords({ topic: stage.topic, partitions: [{ partition: 0, offset: '1200' }] });

    const second = stage.startConsumer();
    await waitFor(
      async () => {
        const [offset] = await stage.query<{ next_offset: string }>('SELECT next_offset FROM raw.ingest_offsets');
        expect(offset?.next_offset).toBe('1500');
      },
      30_000,
      300,
    );
    const [rows] = await stage.query<{ count: string }>(
      'SELECT count(DISTINCT kafka_offset) AS count FROM raw.raw_learning_events_v2',
    );
    expect(Number(rows?.count)).toBe(1300);
    const gaps = await stage.query('SELECT kafka_partition, first_missing_offset, next_offset FROM raw.ingest_gaps');
    expect(gaps).toEqual([{ kafka_partition: '0', first_missing_offset: '1000', next_offset: '1200' }]);
    expect(second.logged('200 records were lost')).toBeDefined();
    expect(await second.metric('learning_consumer_lost_total', 0)).toBe(200);
  });
});
