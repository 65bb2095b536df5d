import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, PipelineError } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { type Binding, spawnBound } from './bound-process.ts';
import { KafkaProcessError } from './errors.ts';
import { endOfLog, rotateLog, tailOfLog } from './log-tail.ts';

export interface ServiceOptions {
  /** For people: `Kafka`, `ZooKeeper`. */
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly logFile: string;
  readonly logger: Logger;
  readonly binding?: Binding | undefined;
  /** What has to be true before a start makes sense. */
  readonly beforeStart?: () => Promise<void>;
  /** Whether it does its work: asked again and again until it says so. */
  readonly isReady: () => Promise<boolean>;
  /** Makes an error of a known cause out of the last lines of the log. */
  readonly explain?: (lastLines: string) => PipelineError | undefined;
  /** Told of each process that was started. */
  readonly onSpawn: (pid: number) => void;
  /** Called when it ended again and again and isn't restarted any more. */
  readonly onGiveUp: (error: PipelineError) => void;
}

const readyWithinMs = 60_000;
const stopWithinMs = 20_000;
const restartDelaysMs = [200, 1000, 2000, 5000, 10_000];
/** After this long without an end the restarts are counted from the beginning. */
const steadyMs = 60_000;

/** A process that is started, watched, restarted when it ends by itself, and stopped. */
export class Service {
  readonly #options: ServiceOptions;
  #child: ChildProcess | undefined;
  /** Whether it should run: an end while it shouldn't is not a failure. */
  #wanted = false;
  #restarts = 0;
  #startedAt = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts it and waits until it does its work. */
  async start(): Promise<void> {
    if (this.#child) return;
    this.#wanted = true;
    try {
      await this.#startOnce();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** SIGTERM, and SIGKILL when that took too long. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Kills it, as a crash would; it stays down until the next `start()`. For tests. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const lateKill = setTimeout(() => {
      this.#options.logger.warn(`${this.#options.name} didn't stop in ${stopWithinMs / 1000} s and is killed`);
      child.kill('SIGKILL');
    }, stopWithinMs);
    await ended;
    clearTimeout(lateKill);
  }

  async #startOnce(): Promise<void> {
    const { name, logFile, beforeStart } = this.#options;
    await beforeStart?.();
    if (!this.#wanted) return;
    rotateLog(logFile);
    const logStart = endOfLog(logFile);
    const child = spawnBound(this.#options);
    this.#child = child;
    this.#startedAt = Date.now();
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with code ${code}`));
    });
    if (child.pid !== undefined) this.#options.onSpawn(child.pid);
    let up = false;
    void ended.then((how) => {
      this.#child = undefined;
      if (up && this.#wanted) void this.#restart(how);
    });
    const result = await Promise.race([ended, this.#untilReady(child)]);
    if (result === 'ready') {
      up = true;
      return;
    }
    if (!this.#wanted) return;
    throw this.#failure(
      result === 'late' ? `${name} isn't ready after ${readyWithinMs / 1000} s` : `${name} ${result}`,
      logStart,
    );
  }

  async #untilReady(child: ChildProcess): Promise<'ready' | 'late'> {
    const deadline = Date.now() + readyWithinMs;
    while (Date.now() < deadline && this.#child === child) {
      if (await this.#options.isReady()) return 'ready';
      await wait(50);
    }
    return 'late';
  }

  #failure(what: string, logStart: number): PipelineError {
    const { logFile, explain } = this.#options;
    const lastLines = tailOfLog(logFile, logStart);
    return explain?.(lastLines) ?? new KafkaProcessError(`${what}. The last lines of ${logFile}:\n${lastLines}`);
  }

  async #restart(how: string): Promise<void> {
    const { name, logger, onGiveUp } = this.#options;
    if (Date.now() - this.#startedAt > steadyMs) this.#restarts = 0;
    let failure = new KafkaProcessError(`${name} ${how} ${restartDelaysMs.length} times in a row.`) as PipelineError;
    while (this.#restarts < restartDelaysMs.length) {
      const delay = restartDelaysMs[this.#restarts] ?? 0;
      this.#restarts += 1;
      logger.warn(`${name} ${how}: starting it again`);
      await wait(delay);
      if (!this.#wanted) return;
      try {
        await this.#startOnce();
        if (this.#wanted) logger.info(`${name} is back`);
        return;
      } catch (error) {
        failure = error instanceof PipelineError ? error : new KafkaProcessError(messageOf(error), { cause: error });
        how = "didn't start";
        await this.#endLate();
      }
    }
    this.#wanted = false;
    onGiveUp(failure);
  }

  /** A start that took too long left its process behind. */
  async #endLate(): Promise<void> {
    const wanted = this.#wanted;
    await this.#end('SIGKILL');
    this.#wanted = wanted;
  }
}
