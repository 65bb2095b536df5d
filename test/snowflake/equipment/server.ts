import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type SnowflakeDeadlines, SnowflakeSessions } from '../../../apps/warehouse/snowflake-connection.ts';
import type { SnowflakeSettings } from '../../../apps/warehouse/snowflake-settings.ts';

const root = join(import.meta.dirname, '../../..');
const python = join(root, '.tools/fakesnow/bin/python');

/** What goes wrong with the next statement that matches; `LOGIN` stands for a login. */
export interface Fault {
  /** A regular expression. */
  readonly statement: string;
  /** Default: once. */
  readonly times?: number;
  /** An error of Snowflake's instead of an answer. */
  readonly code?: string;
  readonly message?: string;
  /** An HTTP status instead of an answer; for logins. */
  readonly status?: number;
  /** No answer: the statement is run, or isn't. */
  readonly hang?: 'before' | 'after';
  /** The session is gone, with its transaction. */
  readonly lose?: true;
  /** Its transaction was aborted; the session goes on without one. */
  readonly abort?: true;
}

/** A Snowflake in a process of its own, which ends with this one. Close it with `await using`, or `stop`. */
export class TestSnowflake implements AsyncDisposable {
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'test-snowflake-'));
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(this.#keyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }

  get #keyPath(): string {
    return join(this.#folder, 'key.p8');
  }

  static async start(): Promise<TestSnowflake> {
    const server = spawn(python, [join(import.meta.dirname, 'server.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(server, 'exit').then(([code]) => {
      throw new Error(`The test Snowflake ended with code ${code} before it said its port.`);
    });
    const port = once(createInterface(server.stdout), 'line').then(([line]) => Number(line));
    const snowflake = new TestSnowflake(server, `http://127.0.0.1:${await Promise.race([port, ended])}`);
    ended.catch(() => undefined);
    await snowflake.observe();
    return snowflake;
  }

  /** The settings of a database of its own. Any key is taken: logins are not what this proves. */
  settings(database = `TEST_${randomBytes(6).toString('hex').toUpperCase()}`): SnowflakeSettings {
    return {
      account: 'test',
      url: this.url,
      user: 'TESTER',
      role: 'LOADER',
      warehouse: 'INGEST',
      database,
      login: { kind: 'key pair', keyPath: this.#keyPath },
    };
  }

  /** The rows of a query, as DuckDB's tests have them: names in lower case, numbers as text. */
  async query(settings: SnowflakeSettings, sql: string): Promise<Record<string, unknown>[]> {
    const sessions = new SnowflakeSessions(settings);
    const { rows } = await sessions.use(async (session) => {
      await session.run("ALTER SESSION SET TIMESTAMP_NTZ_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6'");
      return session.run(sql);
    });
    sessions.close();
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value])),
    );
  }

  async fault(fault: Fault): Promise<void> {
    await fetch(`${this.url}/equipment`, { method: 'POST', body: JSON.stringify(fault) });
  }

  /** Ends every session there is. */
  async endSessions(): Promise<void> {
    await fetch(`${this.url}/equipment`, { method: 'DELETE' });
  }

  /** The statements since the last time, and how many hang. */
  async observe(): Promise<{ readonly statements: string[]; readonly hanging: number }> {
    const response = await fetch(`${this.url}/equipment`);
    return (await response.json()) as { statements: string[]; hanging: number };
  }

  async stop(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Deadlines short enough for tests. */
export const shortDeadlines: Partial<SnowflakeDeadlines> = {
  statement: 2000,
  login: 5000,
  interactiveLogin: 5000,
  lockSeconds: 1,
};
