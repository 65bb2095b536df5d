import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createRawTables } from '../../apps/warehouse/duckdb-schema.ts';

const root = join(import.meta.dirname, '../..');
const python = join(root, process.platform === 'win32' ? '.tools/python/Scripts/python' : '.tools/python/bin/python');

/** The moment at which the marts of a test stand, unless it says otherwise. */
export const asOf = '2026-06-01T00:00:00Z';

/** What `dbt/runner.py` answers. */
export interface Answer {
  readonly id: number | null;
  readonly ok: boolean;
  readonly seconds: number;
  readonly results: { readonly pass: number; readonly warn: number; readonly error: number; readonly skip: number };
  readonly failures: readonly string[];
}

/** A record as it stands in the topic. */
export interface LandedRecord {
  /** An event, or its text. */
  readonly event: object | string;
  /** Without it: by the learner, as Kafka does by key. */
  readonly partition?: number;
}

/** A landing file, the databases that dbt makes of it, and a resident dbt. Close it with `await using`. */
export class DbtStage implements AsyncDisposable {
  readonly folder: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string>;
  readonly #log: string[] = [];
  readonly #nextOffsets = new Map<number, number>();
  #requests = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.#process = spawn(python, [join(root, 'dbt/runner.py'), 'serve'], {
      cwd: folder,
      env: { ...process.env, ...this.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#answers = createInterface(this.#process.stdout)[Symbol.asyncIterator]();
    createInterface(this.#process.stderr).on('line', (line) => this.#log.push(line));
  }

  static async open(): Promise<DbtStage> {
    const folder = await mkdtemp(join(tmpdir(), 'pipeline-dbt-'));
    await cp(join(root, 'dbt/seeds'), join(folder, 'seeds'), { recursive: true });
    const stage = new DbtStage(folder);
    await stage.reset();
    return stage;
  }

  /** What tells `dbt/runner.py` where this stage is. */
  get environment(): Record<string, string> {
    return {
      LANDING_DUCKDB: this.file('landing'),
      ANALYTICS_DUCKDB: this.file('analytics'),
      PUBLISHED_DUCKDB: this.file('published'),
      DBT_TARGET_PATH: join(this.folder, 'target'),
      DBT_LOG_PATH: join(this.folder, 'logs'),
      DBT_SEEDS: join(this.folder, 'seeds'),
      // Hundredths of a second that it waits for a file.
      DUCKDB_ATTEMPTS: '500',
    };
  }

  file(name: 'landing' | 'analytics' | 'published'): string {
    return join(this.folder, `${name}.duckdb`);
  }

  /** An empty landing file, nothing built, and the repository's seeds. */
  async reset(): Promise<void> {
    for (const name of ['landing', 'analytics', 'published'] as const) {
      await rm(this.file(name), { force: true });
      await rm(`${this.file(name)}.wal`, { force: true });
    }
    await cp(join(root, 'dbt/seeds'), join(this.folder, 'seeds'), { recursive: true });
    this.#nextOffsets.clear();
    await this.use('landing', async (connection) => {
      for (const statement of createRawTables()) await connection.run(statement);
    });
  }

  /** Appends records as the consumer does: at the next offsets of their partitions, in one transaction. */
  async land(records: readonly LandedRecord[]): Promise<void> {
    await this.use('landing', async (connection) => {
      const rows = records.map(({ event, partition }) => {
        const payload = typeof event === 'string' ? event : JSON.stringify(event);
        const { event_id, event_type, timestamp, user_id } = JSON.parse(payload);
        const to = partition ?? Number(String(user_id).replaceAll(/\D/g, '')) % 3;
        const offset = this.#nextOffsets.get(to) ?? 0;
        this.#nextOffsets.set(to, offset + 1);
        const occurred = String(timestamp).replace(/(Z|[+]00:00)$/, '');
        return { event_id, event_type, occurred, payload, to, offset };
      });
      await connection.run(
        `INSERT INTO raw.raw_learning_events_v2
         SELECT event_id, event_type, occurred::TIMESTAMP, payload::JSON, 'test', 'learning-events', "to", "offset", TIMESTAMP '2026-06-01'
         FROM (SELECT unnest(from_json($rows::JSON, '[{"event_id": "VARCHAR", "event_type": "VARCHAR", "occurred": "VARCHAR",
           "payload": "VARCHAR", "to": "BIGINT", "offset": "BIGINT"}]'), recursive := true))`,
        { rows: JSON.stringify(rows) },
      );
    });
  }

  /** One command of dbt, at the moment `at`. */
  async dbt(command: readonly string[], at: string = asOf): Promise<Answer> {
    return this.request({ id: ++this.#requests, command: [...command, '--vars', JSON.stringify({ as_of: at })] });
  }

  /** As `dbt`, and fails where dbt does. */
  async succeed(command: readonly string[], at: string = asOf): Promise<Answer> {
    const answer = await this.dbt(command, at);
    if (!answer.ok) throw new Error(`dbt ${command.join(' ')}: ${answer.failures.join('\n')}\n${this.#log.join('\n')}`);
    return answer;
  }

  /** Sends one line, and takes the next. */
  async request(request: unknown): Promise<Answer> {
    this.#process.stdin.write(`${typeof request === 'string' ? request : JSON.stringify(request)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`dbt/runner.py ended:\n${this.#log.join('\n')}`);
    return JSON.parse(value) as Answer;
  }

  /** The rows of a query on a file. */
  async rows(
    sql: string,
    name: 'landing' | 'analytics' | 'published' = 'published',
  ): Promise<Record<string, unknown>[]> {
    return this.use(name, async (connection) => (await connection.runAndReadAll(sql)).getRowObjectsJson());
  }

  /** All published marts by content: each a sorted list of its rows. */
  async marts(): Promise<Record<string, unknown[]>> {
    return this.use('published', async (connection) => {
      const tables = await connection.runAndReadAll(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts' ORDER BY table_name",
      );
      const marts: Record<string, unknown[]> = {};
      for (const [table] of tables.getRowsJson()) {
        const content = await connection.runAndReadAll(`FROM marts.${table} ORDER BY ALL`);
        marts[String(table)] = content.getRowObjectsJson();
      }
      return marts;
    });
  }

  async use<Result>(
    name: 'landing' | 'analytics' | 'published',
    work: (connection: DuckDBConnection) => Promise<Result>,
  ): Promise<Result> {
    const options: Record<string, string> = name === 'published' ? { access_mode: 'READ_ONLY' } : {};
    const instance = await DuckDBInstance.create(this.file(name), options);
    try {
      const connection = await instance.connect();
      try {
        return await work(connection);
      } finally {
        connection.closeSync();
      }
    } finally {
      instance.closeSync();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.stdin.end();
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
