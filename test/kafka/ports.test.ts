import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { choosePort } from '../../apps/kafka/ports.ts';
import { Cleanup, collectingLogger, silent } from './helpers.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

async function takePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen({ port: 0, host });
  await once(server, 'listening');
  cleanup.add(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

test.for(['127.0.0.1', '0.0.0.0'])('a port that is taken on %s is named, and the next free one taken', async (host) => {
  const taken = await takePort(host);
  const { logger, messages } = collectingLogger();
  const port = await choosePort({ purpose: 'Kafka', wanted: taken }, logger);
  expect(port).toBeGreaterThan(taken);
  expect(messages).toEqual([
    expect.stringMatching(
      new RegExp(`^Port ${taken} is taken by (.+ \\(process ${process.pid}\\)|another process): Kafka uses ${port}$`),
    ),
  ]);
});

test('the port of the last run is taken again if it is free, else the one that is wanted', async () => {
  const free = await choosePort({ purpose: 'Kafka', wanted: 0 }, silent);
  expect(await choosePort({ purpose: 'Kafka', wanted: 9092, last: free }, silent)).toBe(free);
  const taken = await takePort();
  expect(await choosePort({ purpose: 'Kafka', wanted: free, last: taken }, silent)).toBe(free);
});

test('an error names the range when no port is free', async () => {
  const choice = choosePort({ purpose: 'Kafka', wanted: 65_536 }, silent);
  await expect(choice).rejects.toMatchObject({ code: 'KAFKA_PORTS_TAKEN', message: expect.stringContaining('65536') });
});
