import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { PipelineError } from '../../apps/common/errors.ts';
import type { DataFolder } from './data-folder.ts';

const root = join(import.meta.dirname, '../..');

/** What `dbt/runner.py` answers. */
export interface DbtResult {
  readonly ok: boolean;
  readonly seconds: number;
  readonly results: { readonly pass: number; readonly warn: number; readonly error: number; readonly skip: number };
  /** `node: what went wrong`. */
  readonly failures: readonly string[];
  /** `test: what it found`. */
  readonly warnings: readonly string[];
}

/** dbt failed; the message names what did. */
export class DbtError extends PipelineError {
  constructor(message: string) {
    super('DBT_FAILED', message);
  }
}

/** dbt in one resident process: starting it costs seconds, so it starts once, while nothing waits for it. */
export class ResidentDbt implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  constructor(folder: DataFolder) {
    const python = join(root, '.tools/python/bin/python');
    if (!existsSync(python)) throw new DbtError('dbt is not installed: npm run demo installs it.');
    this.#process = spawn(python, [join(root, 'dbt/runner.py'), 'serve'], {
      // A process group of its own: Ctrl-C must not stop it in the middle, the demo does when it is time.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...process.env,
        LANDING_DUCKDB: folder.landing,
        ANALYTICS_DUCKDB: folder.analytics,
        PUBLISHED_DUCKDB: folder.published,
        DBT_SEEDS: folder.seeds,
        DBT_TARGET_PATH: join(folder.path, 'dbt/target'),
        DBT_LOG_PATH: join(folder.path, 'dbt/logs'),
      },
    });
    this.#process.stderr?.pipe(createWriteStream(folder.log, { flags: 'a' }));
    this.#lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /**
   * Runs one dbt command; one at a time.
   *
   * @throws {DbtError} when dbt failed
   */
  async run(command: readonly string[]): Promise<DbtResult> {
    this.#process.stdin?.write(`${JSON.stringify({ id: 1, command })}\n`);
    const { value, done } = await this.#answers.next();
    if (done)
      throw new DbtError('dbt has ended unexpectedly. Its last words are at the end of demo.log in the data folder.');
    const result = JSON.parse(value) as DbtResult;
    if (!result.ok)
      throw new DbtError(`dbt ${command[0]} failed:\n${result.failures.map((each) => `  - ${each}`).join('\n')}`);
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    await once(this.#process, 'exit');
    this.#lines.close();
  }
}
