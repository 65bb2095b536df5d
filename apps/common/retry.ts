import pRetry, { AbortError } from 'p-retry';

export interface RetryOptions {
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  /** The longest pause between two attempts, in milliseconds. The first is 200. */
  readonly longestPause: number;
  /** Whether no waiting helps: the error is thrown at once. */
  readonly isFinal?: (error: unknown) => boolean;
  readonly onFailure?: (error: Error, attempt: number) => void;
}

/**
 * Does something until it succeeds, with growing, random pauses.
 *
 * @throws the error of the work when it is final, the signal's reason when it aborts
 */
export function retryForever<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { signal, longestPause, isFinal, onFailure } = options;
  const attempt = async () => {
    try {
      return await work();
    } catch (error) {
      if (isFinal?.(error)) throw error instanceof Error ? new AbortError(error) : error;
      // p-retry takes a TypeError for a defect; kafkajs throws some when a connection is gone.
      throw error instanceof TypeError ? new Error(error.message, { cause: error }) : error;
    }
  };
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 200,
    maxTimeout: longestPause,
    randomize: true,
    signal,
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (!signal.aborted && !isFinal?.(error)) onFailure?.(error, attemptNumber);
    },
  });
}
