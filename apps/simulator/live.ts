import { setTimeout } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Logger } from '../common/logger.ts';
import { ensureTopic, type TopicOptions } from '../kafka/topic.ts';
import { Classroom } from './classroom.ts';
import type { Plan } from './plan.ts';
import { EventProducer } from './producer.ts';
import { retryUntilDone } from './retry.ts';

export interface LiveOptions {
  readonly kafka: Kafka;
  /** Created if it isn't there. */
  readonly topic: TopicOptions;
  /** Whose learners go on: those who attended lately, from where this history leaves them. */
  readonly plan: Plan;
  /** Events a second, on average. */
  readonly rate: number;
  readonly logger: Logger;
  /** Stops it. */
  readonly signal: AbortSignal;
  /** Called about once a second. */
  readonly onProgress?: ((progress: LiveProgress) => void) | undefined;
}

export interface LiveProgress {
  /** Events sent since the start. */
  readonly sent: number;
  /** Events a second since the report before. */
  readonly rate: number;
}

/** Milliseconds between two steps. */
const stepEvery = 100;
/** Milliseconds between two reports. */
const reportEvery = 1000;
/** Events that go to Kafka at once, at most. */
const batchSize = 1000;

/**
 * Sends events as they happen, until the signal. While Kafka is away nobody begins anything new and what is due waits, so that
 * memory stays bounded; those events keep the times at which they happened.
 *
 * @returns how many events were sent
 */
export async function runLive({ kafka, topic, plan, rate, logger, signal, onProgress }: LiveOptions): Promise<number> {
  const producer = new EventProducer({ kafka, topic: topic.topic, logger, signal });
  let sent = 0;
  try {
    await retryUntilDone(() => ensureTopic(kafka, topic), { task: `Looking for topic ${topic.topic}`, logger, signal });
    const classroom = new Classroom(plan, rate, Date.now());
    let reported = { sent, at: performance.now() };
    for (;;) {
      await setTimeout(stepEvery, undefined, { signal });
      const records = classroom.step(Date.now());
      for (let first = 0; first < records.length; first += batchSize) {
        const batch = records.slice(first, first + batchSize);
        await producer.send(batch);
        sent += batch.length;
      }
      const passed = performance.now() - reported.at;
      if (passed < reportEvery) continue;
      onProgress?.({ sent, rate: ((sent - reported.sent) * 1000) / passed });
      reported = { sent, at: performance.now() };
    }
  } catch (error) {
    if (signal.aborted) return sent;
    throw error;
  } finally {
    await producer.close().catch(() => undefined);
  }
}
