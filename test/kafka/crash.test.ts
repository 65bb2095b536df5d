import { afterEach, describe, expect, test } from 'vitest';
import { createKafka } from '../../apps/kafka/client.ts';
import { Cleanup, collectingLogger, hasJava, read, send, silent, until } from './helpers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run(), 60_000);

describe.skipIf(!hasJava)('Kafka on Java, when something dies', { timeout: 120_000 }, () => {
  test('a killed broker comes back with its records', async () => {
    const kafka = await cleanup.kafka({ dataFolder: cleanup.folder() });
    await send(kafka, 'before');
    await kafka.killBroker();
    await kafka.startBroker();
    await send(kafka, 'after');
    expect(await read(kafka, 2)).toEqual(['before', 'after']);
  });

  test('a killed ZooKeeper comes back, and topics can be made again', async () => {
    const kafka = await cleanup.kafka({ dataFolder: cleanup.folder() });
    await send(kafka, 'before');
    await kafka.killZooKeeper();
    await kafka.startZooKeeper();
    const admin = createKafka({ brokers: kafka.brokers, clientId: 'test', logger: silent }).admin();
    await admin.connect();
    await until(() => admin.createTopics({ topics: [{ topic: 'another', numPartitions: 1 }] }).catch(() => false));
    await admin.disconnect();
    expect(await read(kafka, 1)).toEqual(['before']);
  });

  test('a broker that dies by itself is started again, and a producer loses nothing', async () => {
    const { logger, messages } = collectingLogger();
    const kafka = await cleanup.kafka({ dataFolder: cleanup.folder(), logger });
    await send(kafka, 'before');
    const [broker = 0] = kafka.processIds();
    process.kill(broker, 'SIGKILL');
    await until(() => messages.includes('Kafka is back'));
    await send(kafka, 'after');
    expect(messages).toContain('Kafka was ended by SIGKILL: starting it again');
    expect(await read(kafka, 2)).toEqual(['before', 'after']);
  });

  test('both killed: the records are there at the next start', async () => {
    const dataFolder = cleanup.folder();
    const first = await cleanup.kafka({ dataFolder });
    await send(first, 'before');
    await first.killBroker();
    await first.killZooKeeper();
    await first.stop();
    const second = await cleanup.kafka({ dataFolder });
    expect(await read(second, 1)).toEqual(['before']);
  });
});
