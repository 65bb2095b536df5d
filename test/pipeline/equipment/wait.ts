import pRetry from 'p-retry';

/** Waits until a condition holds; the error of the last try says what didn't. */
export function waitFor<Result>(
  condition: () => Result | Promise<Result>,
  milliseconds = 30_000,
  interval = 100,
): Promise<Result> {
  return pRetry(async () => condition(), {
    retries: 100_000,
    minTimeout: interval,
    factor: 1,
    maxRetryTime: milliseconds,
    // An assertion that doesn't hold yet may be of any kind.
    shouldRetry: () => true,
  });
}
