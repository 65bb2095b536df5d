import type { Bind, Connection, ConnectionOptions } from 'snowflake-sdk';
import { WarehouseMisconfiguredError, WarehouseUnavailableError } from './raw-store.ts';
import { explainSnowflakeError, isAnswer, SessionLostError, WarehouseAsleepError } from './snowflake-errors.ts';
import { quoted } from './snowflake-schema.ts';
import type { SnowflakeLogin, SnowflakeSettings } from './snowflake-settings.ts';

/** How long Snowflake may take, in milliseconds: the SDK's own time-out doesn't bound its retries. */
export interface SnowflakeDeadlines {
  /** Longer than a statement waits for a lock, and than a warehouse takes to wake. */
  readonly statement: number;
  readonly login: number;
  /** For a login at which a person has to do something. */
  readonly interactiveLogin: number;
  /** Whole seconds that a statement waits for another transaction's lock; Snowflake's own default is 12 hours. */
  readonly lockSeconds: number;
}

const usualDeadlines: SnowflakeDeadlines = {
  statement: 90_000,
  login: 60_000,
  interactiveLogin: 180_000,
  lockSeconds: 30,
};

/** More at once would only queue for the lock on the offsets; Snowflake lets 20 wait. */
const mostSessions = 8;

export interface Answer {
  /** Names in upper case, values as text. */
  readonly rows: readonly Record<string, string | null>[];
  /** Rows inserted or updated. */
  readonly changed: number;
}

/** One session: one transaction at a time. */
export class SnowflakeSession {
  readonly #connection: Connection;
  readonly #settings: SnowflakeSettings;
  readonly #deadline: number;
  #isUsable = true;
  /** Snowflake's id of the transaction that is open here. */
  transaction: string | undefined;

  constructor(connection: Connection, settings: SnowflakeSettings, deadline: number) {
    this.#connection = connection;
    this.#settings = settings;
    this.#deadline = deadline;
  }

  /** Whether Snowflake still answers here. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * Runs one statement.
   *
   * @throws {WarehouseUnavailableError} also when there was no answer in time; the session isn't usable then
   * @throws {RecordRefusedError} when a value can't be stored
   * @throws {WarehouseMisconfiguredError} when a person has to change something first
   */
  async run(sqlText: string, binds: readonly Bind[] = []): Promise<Answer> {
    try {
      return await within(this.#deadline, 'a statement', this.#execute(sqlText, binds));
    } catch (cause) {
      const error = explainSnowflakeError(cause, this.#settings);
      if (!isAnswer(cause) || error instanceof SessionLostError) this.#isUsable = false;
      throw error;
    }
  }

  /** Ends the session; without waiting, since what ends may not answer any more. */
  end(): void {
    this.#isUsable = false;
    try {
      this.#connection.destroy(() => undefined);
    } catch {
      // It ended by itself.
    }
  }

  #execute(sqlText: string, binds: readonly Bind[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#connection.execute({
        sqlText,
        binds,
        rowMode: 'object',
        fetchAsString: ['Number', 'Date', 'Boolean', 'JSON'],
        complete: (error, statement, rows) => {
          if (error) reject(error);
          else resolve({ rows: rows ?? [], changed: statement.getNumUpdatedRows() ?? 0 });
        },
      });
    });
  }
}

/** Sessions of one login. Each piece of work has one for itself; they are kept for the next. */
export class SnowflakeSessions {
  readonly #settings: SnowflakeSettings;
  readonly #deadlines: SnowflakeDeadlines;
  readonly #idle: SnowflakeSession[] = [];
  readonly #waiting: (() => void)[] = [];
  #used = 0;
  #isClosed = false;
  /** Transactions of sessions that were lost: until they are aborted they may hold locks, or even be committed. */
  readonly #orphans = new Set<string>();

  constructor(settings: SnowflakeSettings, deadlines: Partial<SnowflakeDeadlines> = {}) {
    this.#settings = settings;
    this.#deadlines = { ...usualDeadlines, ...deadlines };
  }

  get lockSeconds(): number {
    return this.#deadlines.lockSeconds;
  }

  /**
   * Does some work in a session. If that was lost since it was last used, or if the warehouse sleeps, the work is done once
   * more: it must have changed nothing when it throws such an error.
   */
  async use<Result>(work: (session: SnowflakeSession) => Promise<Result>): Promise<Result> {
    await this.#enter();
    try {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (error instanceof WarehouseAsleepError) await this.#attempt((session) => this.#wake(session, error));
        // What ended one session (hours without work, say) has mostly ended the others.
        else if (error instanceof SessionLostError) this.#endIdle();
        else throw error;
        return await this.#attempt(work);
      }
    } finally {
      this.#used--;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all sessions; those in use when their work is done. */
  close(): void {
    this.#isClosed = true;
    this.#endIdle();
  }

  #endIdle(): void {
    for (const session of this.#idle.splice(0)) session.end();
  }

  async #enter(): Promise<void> {
    while (this.#used >= mostSessions) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#used++;
  }

  async #attempt<Result>(work: (session: SnowflakeSession) => Promise<Result>): Promise<Result> {
    const session = this.#idle.pop() ?? (await this.#open());
    try {
      await this.#abortOrphans(session);
      return await work(session);
    } finally {
      if (session.transaction !== undefined) this.#orphans.add(session.transaction);
      const isClean = session.isUsable && session.transaction === undefined;
      if (isClean && !this.#isClosed) this.#idle.push(session);
      else session.end();
    }
  }

  /**
   * A transaction whose session was lost lives on until Snowflake finds it idle: with its locks, and with a COMMIT perhaps
   * under way. Aborting one that has ended is an error without harm.
   */
  async #abortOrphans(session: SnowflakeSession): Promise<void> {
    for (const id of this.#orphans) {
      try {
        await session.run(`SELECT SYSTEM$ABORT_TRANSACTION(${id})`);
      } catch (error) {
        if (!session.isUsable) throw error;
      }
      this.#orphans.delete(id);
    }
  }

  async #wake(session: SnowflakeSession, asleep: WarehouseAsleepError): Promise<void> {
    const name = quoted(this.#settings.warehouse);
    try {
      await session.run(`ALTER WAREHOUSE ${name} RESUME IF SUSPENDED`);
    } catch (error) {
      if (error instanceof WarehouseMisconfiguredError && /privilege/.test(error.message)) {
        const role = this.#settings.role ?? '…';
        throw new WarehouseMisconfiguredError(
          `${asleep.message} It doesn't resume by itself, and the role ${role} may not resume it: ` +
            `ALTER WAREHOUSE ${name} SET AUTO_RESUME = TRUE, or GRANT OPERATE ON WAREHOUSE ${name} TO ROLE ${role}.`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  async #open(): Promise<SnowflakeSession> {
    const { login, interactiveLogin, statement, lockSeconds } = this.#deadlines;
    const isInteractive = ['browser', 'password'].includes(this.#settings.login.kind);
    const connecting = connect(this.#settings);
    let connection: Connection;
    try {
      connection = await within(isInteractive ? interactiveLogin : login, 'the login', connecting);
    } catch (cause) {
      // It may still come, when nobody wants it any more.
      connecting.then((late) => new SnowflakeSession(late, this.#settings, statement).end()).catch(() => undefined);
      throw explainSnowflakeError(cause, this.#settings);
    }
    const session = new SnowflakeSession(connection, this.#settings, statement);
    try {
      await session.run(
        // A query that nobody waits for any more is ended, and with it its lock.
        `ALTER SESSION SET TIMEZONE = 'UTC' LOCK_TIMEOUT = ${lockSeconds} ABORT_DETACHED_QUERY = TRUE AUTOCOMMIT = TRUE ` +
          `STATEMENT_TIMEOUT_IN_SECONDS = ${Math.ceil(statement / 1000)} TIMESTAMP_INPUT_FORMAT = 'AUTO' QUERY_TAG = 'learning-analytics'`,
      );
    } catch (error) {
      session.end();
      throw error;
    }
    return session;
  }
}

async function connect(settings: SnowflakeSettings): Promise<Connection> {
  // Only who uses Snowflake waits for its SDK to load.
  const { default: sdk } = await import('snowflake-sdk');
  // Without it the SDK writes a log file into the working directory.
  sdk.configure({ logLevel: 'OFF', additionalLogToConsole: false });
  const { account, url, user, role, warehouse, database } = settings;
  const connection = sdk.createConnection({
    account,
    ...(url && { accessUrl: url }),
    ...(user && { username: user }),
    ...(role && { role }),
    warehouse,
    database,
    application: 'learning_analytics',
    representNullAsStringNull: false,
    // Whoever writes repeats by itself.
    sfRetryMaxLoginRetries: 1,
    ...loginOptions(settings.login),
  });
  // The promise of connectAsync is kept even where the login failed: only the callback tells.
  return new Promise((resolve, reject) => {
    connection.connectAsync((error) => (error ? reject(error) : resolve(connection))).catch(reject);
  });
}

/** What the SDK needs for a login. */
export function loginOptions(login: SnowflakeLogin): ConnectionOptions {
  switch (login.kind) {
    case 'workload identity':
      return { authenticator: 'WORKLOAD_IDENTITY', workloadIdentityProvider: login.provider };
    case 'key pair':
      return {
        authenticator: 'SNOWFLAKE_JWT',
        privateKeyPath: login.keyPath,
        ...(login.passphrase && { privateKeyPass: login.passphrase }),
      };
    case 'browser':
      // Kept for the next session, so that not each of them opens a browser.
      return { authenticator: 'EXTERNALBROWSER', clientStoreTemporaryCredential: true };
    case 'password':
      return {
        authenticator: 'USERNAME_PASSWORD_MFA',
        password: login.password,
        // Kept likewise; the SDK needs both to find where.
        clientRequestMFAToken: true,
        clientStoreTemporaryCredential: true,
        ...(login.passcode && { passcode: login.passcode }),
      };
  }
}

async function within<Result>(milliseconds: number, what: string, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(new WarehouseUnavailableError(`Snowflake didn't answer ${what} within ${milliseconds / 1000} seconds.`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
