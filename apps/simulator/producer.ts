import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import type { Logger } from '../common/logger.ts';
import { kafkaErrorOf } from './kafka-error.ts';
import type { EventRecord } from './record.ts';
import { retryUntilDone } from './retry.ts';

export interface EventProducerOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly logger: Logger;
  /** Ends every attempt to send. */
  readonly signal: AbortSignal;
}

/** After these the broker no longer knows this producer's sequence: only a new producer gets on. */
const producerIsLost: ReadonlySet<string | undefined> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

/**
 * Sends events to Kafka and doesn't give up: what `send` was given is in the topic when it returns, in that order for each key.
 * The producer is idempotent, so its own repetitions arrive once. kafkajs sends one request at a time to each broker for that.
 */
export class EventProducer {
  readonly #options: EventProducerOptions;
  #producer: Producer | undefined;

  constructor(options: EventProducerOptions) {
    this.#options = options;
  }

  /** @throws the signal's reason when it aborts; then it isn't known which of the events have arrived */
  async send(records: readonly EventRecord[]): Promise<void> {
    const { topic, logger, signal } = this.#options;
    const messages = records.map(({ key, value, type }) => ({ key, value, headers: { event_type: type } }));
    const attempt = async () => {
      try {
        await (await this.#connected()).send({ topic, messages, acks: -1 });
      } catch (error) {
        if (producerIsLost.has(kafkaErrorOf(error))) await this.close();
        throw error;
      }
    };
    await retryUntilDone(attempt, { task: 'Sending events to Kafka', logger, signal });
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect();
  }

  async #connected(): Promise<Producer> {
    if (this.#producer) return this.#producer;
    const producer = this.#options.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    this.#producer = producer;
    return producer;
  }
}
