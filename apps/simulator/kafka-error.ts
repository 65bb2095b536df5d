/** Kafka's own name of what went wrong, such as `UNKNOWN_PRODUCER_ID`, from what kafkajs threw; undefined where there is none. */
export function kafkaErrorOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('type' in thrown && typeof thrown.type === 'string') return thrown.type;
  // kafkajs wraps it once its retries are over.
  return kafkaErrorOf(thrown.cause);
}
