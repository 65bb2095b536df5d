import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createKafka } from '../../apps/kafka/client.ts';
import { removeKafkaData, startKafka } from '../../apps/kafka/start.ts';
import { addPartitions, ensureTopic } from '../../apps/kafka/topic.ts';
import { Cleanup, hasJava, processesWith, read, send, silent } from './helpers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run(), 60_000);

describe.skipIf(!hasJava)('Kafka on Java', { timeout: 120_000 }, () => {
  test('stop leaves no process, and a second start on the same data goes on, on the same port', async () => {
    const dataFolder = cleanup.folder();
    const first = await cleanup.kafka({ dataFolder });
    await send(first, 'first');
    expect(processesWith(dataFolder)).toHaveLength(2);
    await first.stop();
    await first.stop();
    expect(processesWith(dataFolder)).toEqual([]);

    const second = await cleanup.kafka({ dataFolder });
    expect(second.clusterId).toBe(first.clusterId);
    expect(second.brokers).toEqual(first.brokers);
    expect(await read(second, 1)).toEqual(['first']);
  });

  test('data that were removed make way for a new cluster', async () => {
    const dataFolder = cleanup.folder();
    const first = await cleanup.kafka({ dataFolder });
    await expect(removeKafkaData(dataFolder)).rejects.toMatchObject({ code: 'KAFKA_IN_USE' });
    await first.stop();
    await removeKafkaData(dataFolder);
    const second = await cleanup.kafka({ dataFolder });
    expect(second.clusterId).not.toBe(first.clusterId);
  });

  test('a second one on the same data is refused, and the first goes on', async () => {
    const dataFolder = cleanup.folder();
    const first = await cleanup.kafka({ dataFolder });
    const second = startKafka({ dataFolder, engine: 'java', logger: silent });
    await expect(second).rejects.toMatchObject({
      code: 'KAFKA_IN_USE',
      message: expect.stringContaining(`${process.pid}`),
    });
    await send(first, 'still here');
    expect(await read(first, 1)).toEqual(['still here']);
  });

  test('listens on 127.0.0.1 only', async () => {
    const dataFolder = cleanup.folder();
    await cleanup.kafka({ dataFolder });
    expect(readFileSync(join(dataFolder, 'broker.properties'), 'utf8')).toMatch(
      /^listeners=PLAINTEXT:\/\/127\.0\.0\.1:/m,
    );
    expect(readFileSync(join(dataFolder, 'zookeeper.properties'), 'utf8')).toMatch(/^clientPortAddress=127\.0\.0\.1$/m);
  });

  test('a broker that ends while it starts fails with the last lines of its log', async () => {
    const dataFolder = cleanup.folder();
    // Where the broker wants its folder there is a file.
    writeFileSync(join(dataFolder, 'kafka'), '');
    const start = startKafka({ dataFolder, engine: 'java', ports: { kafka: 0, zooKeeper: 0 }, logger: silent });
    await expect(start).rejects.toMatchObject({
      code: 'KAFKA_PROCESS_ENDED',
      message: expect.stringMatching(/Kafka ended with code 1.*kafka\.log:\n.*(ERROR|FATAL)/s),
    });
    expect(processesWith(dataFolder)).toEqual([]);
  });

  test('data of another version of Kafka are left as they are', async () => {
    const dataFolder = cleanup.folder();
    writeFileSync(
      join(dataFolder, 'run.json'),
      JSON.stringify({ engine: 'java', version: '3.7', ports: {}, processes: [] }),
    );
    const start = startKafka({ dataFolder, engine: 'java', logger: silent });
    await expect(start).rejects.toMatchObject({
      code: 'KAFKA_DATA',
      message: expect.stringContaining('npm run clean'),
    });
  });

  test('missing program files are named, with the folder', async () => {
    const dataFolder = cleanup.folder();
    const jarsFolder = join(dataFolder, 'none');
    mkdirSync(jarsFolder);
    const start = startKafka({ dataFolder, jarsFolder, engine: 'java', logger: silent });
    await expect(start).rejects.toMatchObject({
      code: 'KAFKA_JARS_MISSING',
      message: expect.stringContaining(jarsFolder),
    });
  });

  test('partitions can be added, and not taken away', async () => {
    const kafka = await cleanup.kafka({ dataFolder: cleanup.folder() });
    const client = createKafka({ brokers: kafka.brokers, clientId: 'test', logger: silent });
    const topic = { topic: 'events', partitions: 2, replicationFactor: 1 };
    expect(await ensureTopic(client, topic)).toBe(true);
    expect(await ensureTopic(client, topic)).toBe(false);
    expect(await addPartitions(client, 'events', 4)).toBe(true);
    expect(await addPartitions(client, 'events', 4)).toBe(false);
    await expect(addPartitions(client, 'events', 3)).rejects.toMatchObject({ code: 'KAFKA_FEWER_PARTITIONS' });
  });
});
