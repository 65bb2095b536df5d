import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { messageOf, PipelineError } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';

export interface RetryOptions {
  /** For the log: `sending events`. */
  readonly task: string;
  readonly logger: Logger;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

const firstWait = 200;
const longestWait = 5000;

/**
 * Does something until it succeeds, with longer and longer waits between. kafkajs gives up after its own retries, and some of
 * what it throws then looks like a defect (a TypeError of a connection that is gone): whatever it is, Kafka may come back.
 *
 * @throws {PipelineError} of the work at once: no waiting helps there
 * @throws the signal's reason when it aborts, also while an attempt is on its way
 */
export async function retryUntilDone<Result>(
  work: () => Promise<Result>,
  { task, logger, signal }: RetryOptions,
): Promise<Result> {
  for (let wait = firstWait; ; wait = Math.min(wait * 2, longestWait)) {
    signal.throwIfAborted();
    try {
      return await unlessAborted(work(), signal);
    } catch (error) {
      if (error instanceof PipelineError) throw error;
      signal.throwIfAborted();
      logger.warn({ reason: messageOf(error) }, `${task} failed, trying again`);
    }
    await setTimeout(wait, undefined, { signal });
  }
}

/** The outcome of the work, or the signal's reason as soon as it aborts; the work itself goes on unheard. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const over = new AbortController();
  const aborted = once(signal, 'abort', { signal: over.signal }).then(() => {
    throw signal.reason;
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    over.abort();
  }
}
