import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../../..');

/** A consumer in a process of its own, so that it can be killed. */
export class ConsumerProcess {
  readonly log: Record<string, unknown>[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(environment: Record<string, string>) {
    this.#process = spawn(process.execPath, ['--import', 'tsx', 'apps/consumer/main.ts'], {
      cwd: root,
      env: { ...process.env, CONSUMER_PORT: '0', LOG_LEVEL: 'debug', ...environment },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    this.#ended = once(this.#process, 'exit');
    if (this.#process.stderr) {
      createInterface(this.#process.stderr).on('line', (line) => {
        this.log.push(line.startsWith('{') ? JSON.parse(line) : { msg: line });
      });
    }
  }

  /** The newest line of the log whose message has these words. */
  logged(words: string): Record<string, unknown> | undefined {
    return this.log.findLast(({ msg }) => String(msg).includes(words));
  }

  async get(path: string): Promise<Response> {
    const port = this.logged('Consumer started')?.port;
    if (!port) throw new Error('The consumer has not said its port yet.');
    return fetch(`http://127.0.0.1:${port}${path}`);
  }

  /** The value of one metric of one partition, 0 when there is none. */
  async metric(name: string, partition?: number): Promise<number> {
    const text = await (await this.get('/metrics')).text();
    const labels = partition === undefined ? '' : `\\{partition="${partition}"\\}`;
    return Number(new RegExp(`^${name}${labels} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** Gives the exit code when it has ended by itself. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }

  /** SIGTERM; gives the exit code. */
  async stop(): Promise<number | null> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGTERM');
    await this.#ended;
    return this.#process.exitCode;
  }
}
