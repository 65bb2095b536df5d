import { once } from 'node:events';
import { messageOf, PipelineError } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import { retryForever } from '../common/retry.ts';

export interface RetryOptions {
  /** For the log: `sending events`. */
  readonly task: string;
  readonly logger: Logger;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

/**
 * Does something until it succeeds. kafkajs gives up after its own retries; Kafka may come back all the same.
 *
 * @throws {PipelineError} of the work at once: no waiting helps there
 * @throws the signal's reason when it aborts, also while an attempt is on its way
 */
export function retryUntilDone<Result>(
  work: () => Promise<Result>,
  { task, logger, signal }: RetryOptions,
): Promise<Result> {
  const attempts = retryForever(work, {
    signal,
    longestPause: 5000,
    isFinal: (error) => error instanceof PipelineError,
    onFailure: (error) => logger.warn({ reason: messageOf(error) }, `${task} failed, trying again`),
  });
  return unlessAborted(attempts, signal);
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
