import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, TestKafka } from './equipment/stage.ts';
import { waitFor } from './equipment/wait.ts';

describe('delivery: every record of the topic ends in exactly one row', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await TestKafka.start();
  });
  afterAll(() => kafka.stop());

  it('when the consumer is killed in the middle of batches, again and again', async () => {
    await using stage = await kafka.openStage();
    await stage.send(events(30_000));
    const small = { CONSUMER_BATCH_RECORDS: '500' };
    for (const batches of [1, 3, 6]) {
      const consumer = stage.startConsumer(small);
      await waitFor(
        () => expect(consumer.log.filter(({ msg }) => msg === 'Batch written').length).toBeGreaterThanOrEqual(batches),
        30_000,
        5,
      );
      await consumer.kill();
    }
    stage.startConsumer(small);
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 30_000, rejected: 0 });
  });

  it('when a second consumer joins and leaves in the middle of batches', async () => {
    await using stage = await kafka.openStage();
    await stage.send(events(20_000));
    const small = { CONSUMER_BATCH_RECORDS: '200' };
    stage.startConsumer(small);
    const second = stage.startConsumer(small);
    await waitFor(() => expect(second.logged('Batch written')).toBeDefined());
    await stage.send(events(10_000, 20_000));
    await second.kill();
    const third = stage.startConsumer(small);
    await stage.send(events(10_000, 30_000));
    await waitFor(() => expect(third.logged('Joined the group')).toBeDefined());
    expect(await third.stop()).toBe(0);
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 40_000, rejected: 0 });
  });

  it('when two consumers read the same partitions: a fenced writer changes nothing and goes on', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    // Two groups on one warehouse: the sharpest case of a writer that doesn't know that it lost its partition.
    const first = stage.startConsumer({ CONSUMER_BATCH_RECORDS: '100', CONSUMER_GROUP: `${stage.topic}-a` });
    const second = stage.startConsumer({ CONSUMER_BATCH_RECORDS: '100', CONSUMER_GROUP: `${stage.topic}-b` });
    await waitFor(() => expect([first, second].every((each) => each.logged('Reading partition'))).toBe(true));
    await stage.send(events(5000));
    await stage.expectEachRecordInOneRow();
    expect([first, second].some((each) => each.logged('Another consumer has written'))).toBe(true);
    await stage.send(events(1000, 5000));
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 6000, rejected: 0 });
  });

  it('on an idle topic: a few records are written by their age alone', async () => {
    await using stage = await kafka.openStage();
    const consumer = stage.startConsumer({ CONSUMER_BATCH_SECONDS: '1' });
    await waitFor(() => expect(consumer.logged('Reading partition')).toBeDefined());
    await stage.send(events(3));
    expect(await stage.expectEachRecordInOneRow(10_000)).toEqual({ events: 3, rejected: 0 });
  });

  it('when it goes by the clock: at once at the start, then nothing until the next minute', async () => {
    await using stage = await kafka.openStage();
    await stage.send(events(300));
    const consumer = stage.startConsumer({ CONSUMER_FLUSH_MINUTES: '1' });
    const consumed = async () => {
      const each = await Promise.all(
        [0, 1, 2].map((partition) => consumer.metric('learning_consumer_consumed_total', partition)),
      );
      return each.reduce((sum, count) => sum + count);
    };
    await stage.expectEachRecordInOneRow();
    // Not within the last seconds of a minute, when the next tick would be too near.
    await waitFor(() => expect(new Date().getUTCSeconds()).toBeLessThan(50));
    const minute = new Date().getUTCMinutes();
    await stage.send(events(100, 300));
    await waitFor(async () => {
      const lag = await Promise.all(
        [0, 1, 2].map((partition) => consumer.metric('learning_consumer_lag_records', partition)),
      );
      expect(lag.reduce((sum, count) => sum + count)).toBe(100);
    });
    expect(await consumed()).toBe(300);
    expect(new Date().getUTCMinutes()).toBe(minute);
    expect(await stage.expectEachRecordInOneRow(70_000)).toEqual({ events: 400, rejected: 0 });
    expect(new Date().getUTCMinutes()).not.toBe(minute);
  }, 120_000);

  it('when SIGTERM comes: what was read is written and the consumer leaves within 10 seconds', async () => {
    await using stage = await kafka.openStage();
    const consumer = stage.startConsumer({ CONSUMER_BATCH_SECONDS: '3600' });
    await waitFor(() => expect(consumer.logged('Reading partition')).toBeDefined());
    await stage.send(events(2000));
    await waitFor(async () =>
      expect(await consumer.metric('learning_consumer_oldest_unflushed_seconds')).toBeGreaterThan(0),
    );
    await waitFor(async () => {
      const read = await Promise.all(
        [0, 1, 2].map((each) => consumer.metric('learning_consumer_consumed_total', each)),
      );
      expect(read.reduce((sum, each) => sum + each)).toBe(2000);
    });
    const asked = performance.now();
    expect(await consumer.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 2000, rejected: 0 });
    const { groups } = await stage.admin.describeGroups([stage.topic]);
    expect(groups[0]?.members).toEqual([]);
  });

  it('when SIGTERM comes in the middle of much to read: it leaves in time, and the next one goes on', async () => {
    await using stage = await kafka.openStage();
    await stage.send(events(40_000));
    const small = { CONSUMER_BATCH_RECORDS: '300' };
    const consumer = stage.startConsumer(small);
    await waitFor(() => expect(consumer.logged('Batch written')).toBeDefined());
    const asked = performance.now();
    expect(await consumer.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(consumer.logged('Stopped before everything was written')).toBeUndefined();
    stage.startConsumer();
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 40_000, rejected: 0 });
  });

  it('and says how many: the metrics agree with the tables', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    const consumer = stage.startConsumer();
    await stage.send([...events(90), ...Array.from({ length: 10 }, () => ({ key: 'U001', value: 'not JSON' }))]);
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 90, rejected: 10 });
    await waitFor(async () => expect(await consumer.metric('learning_consumer_persisted_total', 0)).toBe(90));
    expect(await consumer.metric('learning_consumer_rejected_total', 0)).toBe(10);
    expect(await consumer.metric('learning_consumer_consumed_total', 0)).toBe(100);
    expect(await consumer.metric('learning_consumer_oldest_unflushed_seconds')).toBe(0);
    expect(await consumer.metric('learning_consumer_flush_seconds_count')).toBeGreaterThan(0);
    await waitFor(async () => expect(await consumer.metric('learning_consumer_lag_records', 0)).toBe(0));
  });

  it('when partitions are added while it runs: they are read within 15 seconds', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    const consumer = stage.startConsumer();
    await waitFor(() => expect(consumer.logged('Reading partition')).toBeDefined());
    await stage.admin.createPartitions({ topicPartitions: [{ topic: stage.topic, count: 4 }] });
    await stage.producer.send({
      topic: stage.topic,
      messages: events(40).map((event, index) => ({ ...event, partition: index % 4 })),
    });
    expect(await stage.expectEachRecordInOneRow(15_000)).toEqual({ events: 40, rejected: 0 });
  });
});
