import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, TestKafka } from './equipment/stage.ts';
import { waitFor } from './equipment/wait.ts';

describe('Kafka or the warehouse go away: nothing is lost, and it goes on by itself', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await TestKafka.start();
  });
  afterAll(() => kafka.stop());

  it('the file is locked for 20 seconds: unhealthy, still in its group, then everything is written', async () => {
    await using stage = await kafka.openStage();
    const consumer = stage.startConsumer();
    await stage.send(events(1000));
    await stage.expectEachRecordInOneRow();
    await waitFor(async () => expect((await consumer.get('/healthz')).status).toBe(200));
    await stage.holdingTheLock(async () => {
      await stage.send(events(5000, 1000));
      await sleep(20_000);
      expect((await consumer.get('/healthz')).status).toBe(503);
      const { groups } = await stage.admin.describeGroups([stage.topic]);
      expect(groups[0]?.members).toHaveLength(1);
    });
    expect(await stage.expectEachRecordInOneRow()).toEqual({ events: 6000, rejected: 0 });
    await waitFor(async () => expect((await consumer.get('/healthz')).status).toBe(200));
    expect(consumer.log.filter(({ msg }) => msg === 'Joined the group')).toHaveLength(1);
  });

  it('the broker is killed and comes back', async () => {
    await using stage = await kafka.openStage();
    stage.startConsumer();
    await stage.send(events(5000));
    await kafka.server.killBroker();
    await kafka.server.startBroker();
    await stage.send(events(5000, 5000));
    expect(await stage.expectEachRecordInOneRow(60_000)).toEqual({ events: 10_000, rejected: 0 });
  });

  it('the broker is away for longer than kafkajs tries, with records in memory', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    const consumer = stage.startConsumer({ CONSUMER_BATCH_SECONDS: '25' });
    await waitFor(() => expect(consumer.logged('Reading partition')).toBeDefined());
    await stage.send(events(1000));
    await waitFor(async () => expect(await consumer.metric('learning_consumer_consumed_total', 0)).toBe(1000));
    await kafka.server.killBroker();
    await waitFor(() => expect(consumer.logged('Crash: ')).toBeDefined(), 60_000);
    await kafka.server.startBroker();
    await stage.send(events(500, 1000));
    expect(await stage.expectEachRecordInOneRow(60_000)).toEqual({ events: 1500, rejected: 0 });
  });

  it('the consumer is started before Kafka is there', async () => {
    await using stage = await kafka.openStage();
    await stage.send(events(100));
    await kafka.server.killBroker();
    const consumer = stage.startConsumer();
    await waitFor(async () => expect((await consumer.get('/healthz')).status).toBe(503));
    await kafka.server.startBroker();
    expect(await stage.expectEachRecordInOneRow(60_000)).toEqual({ events: 100, rejected: 0 });
  });
}, 120_000);
