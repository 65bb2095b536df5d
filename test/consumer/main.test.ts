import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConsumerProcess } from '../pipeline/equipment/consumer.ts';

describe('the consumer as a service', () => {
  it.each([
    [{ KAFKA_TOPIC: 'learning events' }, 'KAFKA_TOPIC is "learning events": a topic name'],
    [{ KAFKA_BROKERS: 'localhost' }, 'KAFKA_BROKERS is "localhost": host:port'],
    [{ CONSUMER_BATCH_RECORDS: '0' }, 'CONSUMER_BATCH_RECORDS is "0": a whole number of records from 1'],
    [{ CONSUMER_BATCH_SECONDS: '-1' }, 'CONSUMER_BATCH_SECONDS is "-1": seconds, over 0'],
    [{ CONSUMER_PORT: '70000' }, 'CONSUMER_PORT is "70000": a port from 0 to 65535'],
  ])('names the setting %j, its value and what is allowed', async (environment, message) => {
    const consumer = new ConsumerProcess(environment);
    expect(await consumer.ended()).toBe(1);
    expect(consumer.logged(message)).toBeDefined();
    expect(consumer.logged('    at ')).toBeUndefined();
  });

  it('names a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const consumer = new ConsumerProcess({ CONSUMER_PORT: String(port) });
    expect(await consumer.ended()).toBe(1);
    expect(consumer.logged(`CONSUMER_PORT ${port} is taken`)).toBeDefined();
    other.close();
  });
});
