import type { Kafka, Producer } from 'kafkajs';
import { z } from 'zod';
import type { Logger } from '../common/logger.ts';
import { kafkaErrorOf } from './kafka-error.ts';
import { type OpenPlan, SimulatorError } from './plan.ts';
import { retryUntilDone } from './retry.ts';

/** How far a backfill got. */
export interface Progress {
  /** That many of its first events are in the topic. */
  readonly sent: number;
  /** The end of its period, in milliseconds since 1970. */
  readonly until: number;
  readonly finished: boolean;
}

export interface ProgressStoreOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly plan: OpenPlan;
  readonly logger: Logger;
}

/** Part of the group's name. With another number, a backfill that was sent before is sent anew: change it only for that. */
const contractVersion = 1;

const storedMetadata = z.object({ until: z.number(), finished: z.boolean() });

/** Both mean that a newer producer has taken the transactional id. */
const takenOver: ReadonlySet<string | undefined> = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED']);

/**
 * Keeps in Kafka how far a backfill got: as the offset of a group that nobody is a member of, written by a producer that does
 * nothing else. That producer is transactional because this is how an offset can be committed without joining a group; and
 * Kafka lets only the newest producer of a transactional id commit, so a second simulator stops the first.
 */
export class ProgressStore {
  readonly groupId: string;
  readonly #options: ProgressStoreOptions;
  #producer: Producer | undefined;

  constructor(options: ProgressStoreOptions) {
    const { seed, learners, days } = options.plan;
    this.#options = options;
    this.groupId = `simulator-backfill.v${contractVersion}.seed-${seed}.learners-${learners}.days-${days}`;
  }

  /**
   * What is stored, once every other simulator of this backfill is locked out; nothing before the first `write`.
   *
   * @throws {SimulatorError} when something else is stored under the group's name
   * @throws the signal's reason when it aborts
   */
  async read(signal: AbortSignal): Promise<Progress | undefined> {
    const { kafka, topic, logger } = this.#options;
    const attempt = async () => {
      // First: it locks the others out, and ends what one of them has begun to write.
      await this.#connected();
      const admin = kafka.admin();
      await admin.connect();
      try {
        const [stored] = await admin.fetchOffsets({ groupId: this.groupId, topics: [topic] });
        return stored?.partitions.find(({ partition }) => partition === 0);
      } finally {
        await admin.disconnect();
      }
    };
    const stored = await retryUntilDone(attempt, { task: 'Reading how far the backfill got', logger, signal });
    return stored && Number(stored.offset) >= 0 ? this.#parse(stored.offset, stored.metadata) : undefined;
  }

  /**
   * Stores how far the backfill got; only what Kafka has acknowledged may be counted.
   *
   * @throws {SimulatorError} when another simulator has taken over
   * @throws the signal's reason when it aborts
   */
  async write({ sent, until, finished }: Progress, signal: AbortSignal): Promise<void> {
    const { topic, logger } = this.#options;
    // kafkajs sends the metadata on, but its types leave it out.
    const partition = { partition: 0, offset: String(sent), metadata: JSON.stringify({ until, finished }) };
    const attempt = async () => {
      const transaction = await (await this.#connected()).transaction();
      try {
        await transaction.sendOffsets({
          consumerGroupId: this.groupId,
          topics: [{ topic, partitions: [partition] }],
        });
        await transaction.commit();
      } catch (error) {
        if (takenOver.has(kafkaErrorOf(error))) throw this.#takenOver(error);
        // kafkajs can't go on with a transaction that failed: the next attempt gets a new producer.
        await this.close();
        throw error;
      }
    };
    await retryUntilDone(attempt, { task: 'Storing how far the backfill got', logger, signal });
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect();
  }

  async #connected(): Promise<Producer> {
    if (this.#producer) return this.#producer;
    const { kafka, topic } = this.#options;
    const producer = kafka.producer({
      // A topic's own: the same backfill may run into two topics at once.
      transactionalId: `${this.groupId}.${topic}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    try {
      // The first transaction is what makes the producer known to Kafka; an empty one leaves no trace.
      await (await producer.transaction()).abort();
    } catch (error) {
      await producer.disconnect();
      throw error;
    }
    this.#producer = producer;
    return producer;
  }

  #parse(offset: string, metadata: string | null): Progress {
    try {
      return { sent: Number(offset), ...storedMetadata.parse(JSON.parse(metadata ?? '')) };
    } catch (cause) {
      throw new SimulatorError(
        'PROGRESS_UNREADABLE',
        `The group ${this.groupId} of topic ${this.#options.topic} doesn't hold a backfill's progress: ${metadata}. Delete the group, and the backfill starts anew.`,
        { cause },
      );
    }
  }

  #takenOver(cause: unknown): SimulatorError {
    return new SimulatorError(
      'SIMULATOR_REPLACED',
      `Another simulator runs the same backfill into ${this.#options.topic} and has taken over. Stop one of them.`,
      { cause },
    );
  }
}
