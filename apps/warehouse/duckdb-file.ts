import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import pRetry from 'p-retry';
import { messageOf } from '../common/errors.ts';
import { WarehouseUnavailableError } from './raw-store.ts';

/** After this long the file is given up for a moment even if more work waits, so that dbt gets its turn. */
const longestHold = 1500;
const restBetweenHolds = 30;

/**
 * A DuckDB file that several processes share. DuckDB locks a file for one process, so it is opened when there is something to
 * do, closed as soon as there isn't, and a lock of somebody else is waited for.
 */
export class DuckDbFile {
  readonly #path: string;
  readonly #longestWait: number;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #open: { instance: DuckDBInstance; connection: DuckDBConnection; since: number } | undefined;

  /** @param longestWait milliseconds to wait for somebody else's lock before the file counts as unavailable */
  constructor(path: string, longestWait = 5000) {
    this.#path = path;
    this.#longestWait = longestWait;
  }

  /**
   * Does some work on the file; one piece of work at a time.
   *
   * @throws {WarehouseUnavailableError} when the file can't be opened
   */
  use<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    this.#waiting++;
    const result = this.#queue.then(() => this.#run(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Waits for the work under way; the file is closed then. */
  async close(): Promise<void> {
    await this.#queue;
  }

  async #run<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    try {
      this.#open ??= { ...(await this.#openFile()), since: performance.now() };
      return await work(this.#open.connection);
    } finally {
      this.#waiting--;
      await this.#closeWhenDone();
    }
  }

  async #closeWhenDone(): Promise<void> {
    if (!this.#open) return;
    const heldLong = performance.now() - this.#open.since > longestHold;
    if (this.#waiting > 0 && !heldLong) return;
    // Closing would do it too, but would block this thread meanwhile.
    await this.#open.connection.run('CHECKPOINT').catch(() => undefined);
    this.#open.connection.closeSync();
    this.#open.instance.closeSync();
    this.#open = undefined;
    if (heldLong) await sleep(restBetweenHolds);
  }

  async #openFile(): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> {
    await mkdir(dirname(this.#path), { recursive: true });
    try {
      return await pRetry(
        async () => {
          // One thread: writing rows in their order gains nothing from more, and the reader needs the other core.
          // From the cache: the lock keeps other processes out, not a second instance in this one, which would damage the file.
          const instance = await DuckDBInstance.fromCache(this.#path, { threads: '1' });
          return { instance, connection: await instance.connect() };
        },
        { retries: 1000, minTimeout: 20, maxTimeout: 250, randomize: true, maxRetryTime: this.#longestWait },
      );
    } catch (error) {
      throw new WarehouseUnavailableError(`The DuckDB file can't be opened: ${messageOf(error)}`, { cause: error });
    }
  }
}
