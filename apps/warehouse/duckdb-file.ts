import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import pRetry from 'p-retry';
import { messageOf } from '../common/errors.ts';
import { WarehouseUnavailableError } from './raw-store.ts';

/** After this long the file is given up for a moment even if more work waits, so that dbt gets its turn. Milliseconds, as below. */
const longestHold = 3000;
const restBetweenHolds = 75;
/** Shorter than that rest, so that who waits gets the file. */
const longestPauseBetweenAttempts = 50;

/**
 * One thread, since writing rows in their order gains nothing from more. And no checkpoint in the middle of the work: there is
 * one at the end, and each writes a part of the table again.
 */
const settings = { threads: '1', wal_autocheckpoint: '1GB' };

/** The time from opening the file to closing it. */
interface Hold {
  readonly instance: DuckDBInstance;
  readonly since: number;
  /** Pieces of work under way; 0 once the file is being closed. */
  users: number;
  readonly closed: Promise<void>;
  readonly setClosed: () => void;
}

/**
 * A DuckDB file that several processes share. DuckDB locks a file for one process, so it is opened when there is something to
 * do, closed as soon as there isn't, and a lock of somebody else is waited for.
 */
export class DuckDbFile {
  readonly #path: string;
  readonly #longestWait: number;
  #hold: Promise<Hold> | undefined;

  /** @param longestWait milliseconds to wait for somebody else's lock before the file counts as unavailable */
  constructor(path: string, longestWait = 10_000) {
    this.#path = path;
    this.#longestWait = longestWait;
  }

  /**
   * Does some work on a connection of its own; pieces of work that are asked for at the same time run beside each other.
   *
   * @throws {WarehouseUnavailableError} when the file can't be opened
   */
  async use<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const hold = await this.#enter();
    try {
      const connection = await hold.instance.connect();
      try {
        return await work(connection);
      } finally {
        connection.closeSync();
      }
    } finally {
      await this.#leave(hold);
    }
  }

  /** Waits for the work under way; the file is closed then. */
  async close(): Promise<void> {
    const hold = await this.#hold?.catch(() => undefined);
    await hold?.closed;
  }

  async #enter(): Promise<Hold> {
    for (;;) {
      this.#hold ??= this.#open();
      const hold = await this.#hold;
      if (hold.users >= 0 && performance.now() - hold.since < longestHold) {
        hold.users++;
        return hold;
      }
      await hold.closed;
    }
  }

  /** The last one closes the file. */
  async #leave(hold: Hold): Promise<void> {
    hold.users--;
    if (hold.users > 0) return;
    hold.users = Number.NEGATIVE_INFINITY;
    // Closing would do it too, but would block this thread meanwhile.
    await hold.instance
      .connect()
      .then((connection) => connection.run('CHECKPOINT').finally(() => connection.closeSync()))
      .catch(() => undefined);
    hold.instance.closeSync();
    if (performance.now() - hold.since >= longestHold) await sleep(restBetweenHolds);
    this.#hold = undefined;
    hold.setClosed();
  }

  async #open(): Promise<Hold> {
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      const instance = await pRetry(
        // From the cache: the lock keeps other processes out, not a second instance in this one, which would damage the file.
        () => DuckDBInstance.fromCache(this.#path, settings),
        {
          retries: Number.POSITIVE_INFINITY,
          minTimeout: 10,
          maxTimeout: longestPauseBetweenAttempts,
          randomize: true,
          maxRetryTime: this.#longestWait,
        },
      );
      let setClosed = () => {};
      const closed = new Promise<void>((resolve) => {
        setClosed = resolve;
      });
      return { instance, since: performance.now(), users: 0, closed, setClosed };
    } catch (error) {
      this.#hold = undefined;
      throw new WarehouseUnavailableError(`The DuckDB file can't be opened: ${messageOf(error)}`, { cause: error });
    }
  }
}
