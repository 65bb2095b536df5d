import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Logger } from '../common/logger.ts';
import { PortsTakenError } from './errors.ts';
import { isFree, whoListens } from './listeners.mjs';

export interface PortRequest {
  /** What the port is for, in messages: `Kafka`. */
  readonly purpose: string;
  /** The port to take, or else the next free one after it; 0 for any free port. */
  readonly wanted: number;
  /** The port of the last run, which is taken first. */
  readonly last?: number | undefined;
}

const tries = 100;

/**
 * A free port of 127.0.0.1. Says who has the one that was wanted, and which one is taken instead.
 *
 * @throws {PortsTakenError} when a hundred in a row are taken
 */
export async function choosePort({ purpose, wanted, last }: PortRequest, logger: Logger): Promise<number> {
  if (last !== undefined && (await isFree(last))) return last;
  if (wanted === 0) return anyFreePort();
  const end = Math.min(wanted + tries, 65_536);
  for (let port = wanted; port < end; port += 1) {
    if (!(await isFree(port))) continue;
    if (port !== wanted) {
      logger.warn({ port, wanted }, `Port ${wanted} is taken by ${whoListens(wanted)}: ${purpose} uses ${port}`);
    }
    return port;
  }
  throw new PortsTakenError(
    `No port for ${purpose}: ${wanted} to ${end - 1} are all taken, ${wanted} by ${whoListens(wanted)}. Stop what uses them, or choose another port.`,
  );
}

async function anyFreePort(): Promise<number> {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
