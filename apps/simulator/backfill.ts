import type { Kafka } from 'kafkajs';
import type { Logger } from '../common/logger.ts';
import { ensureTopic, type TopicOptions } from '../kafka/topic.ts';
import { historyOf } from './history.ts';
import { type OpenPlan, presentMinute, SimulatorError, startOf } from './plan.ts';
import { EventProducer } from './producer.ts';
import { type Progress, ProgressStore } from './progress.ts';
import type { EventRecord } from './record.ts';
import { retryUntilDone } from './retry.ts';

export interface BackfillOptions {
  readonly kafka: Kafka;
  /** Created if it isn't there. */
  readonly topic: TopicOptions;
  /** Without `until`: the first run takes the present minute, every later one the same. */
  readonly plan: OpenPlan;
  readonly logger: Logger;
  /** Stops it: what is sent is counted, and the next run goes on from there. */
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: BackfillProgress) => void) | undefined;
}

export interface BackfillProgress {
  /** Events sent by this run. */
  readonly produced: number;
  /** How much of the period is in the topic, 0-1. */
  readonly share: number;
}

export interface BackfillResult {
  /** Events sent by this run. */
  readonly produced: number;
  /** Events that were in the topic before. */
  readonly alreadyThere: number;
  /** The end of the period, in milliseconds since 1970. */
  readonly until: number;
  /** Whether all of it is in the topic; not when the signal stopped it. */
  readonly finished: boolean;
}

const batchSize = 1000;
/** Events between two notes of how far it got: a killed run sends at most so many again. */
const noteEvery = 5 * batchSize;
/** How long the last note may take after the signal, in milliseconds: a stopped container is killed after 10 seconds. */
const lastNote = 3000;

/**
 * Sends a plan's events to Kafka once. A run that was stopped or killed is continued by the next one, which may send the last
 * few events again, under the same ids; after a finished one nothing is sent. While Kafka is away it waits.
 *
 * @throws {SimulatorError} when another simulator takes over, or the topic holds this backfill up to another `until`
 * @throws the signal's reason when it aborts before anything is sent
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillResult> {
  const { kafka, topic, plan, logger, signal } = options;
  await retryUntilDone(() => ensureTopic(kafka, topic), { task: `Looking for topic ${topic.topic}`, logger, signal });
  const store = new ProgressStore({ kafka, topic: topic.topic, plan, logger });
  const producer = new EventProducer({ kafka, topic: topic.topic, logger, signal });
  try {
    const stored = await store.read(signal);
    const begun = stored ?? { sent: 0, until: plan.until ?? presentMinute(), finished: false };
    checkUntil(options, begun);
    // Before the first event: the next run must not take another end. A finished one is noted again, since Kafka forgets old offsets.
    await store.write(begun, signal);
    const progress = begun.finished ? begun : await sendRest(options, begun, producer, store);
    return {
      produced: progress.sent - begun.sent,
      alreadyThere: begun.sent,
      until: begun.until,
      finished: progress.finished,
    };
  } finally {
    await Promise.allSettled([producer.close(), store.close()]);
  }
}

function checkUntil({ plan, topic }: BackfillOptions, { until }: Progress): void {
  if (plan.until === undefined || plan.until === until) return;
  const [asked, there] = [plan.until, until].map((at) => new Date(at).toISOString());
  throw new SimulatorError(
    'BACKFILL_DIFFERS',
    `The backfill can't end at ${asked}: topic ${topic.topic} has the one of these learners up to ${there}. Leave the end out to go on with that, or take another seed or topic.`,
  );
}

async function sendRest(
  { plan, signal, onProgress }: BackfillOptions,
  begun: Progress,
  producer: EventProducer,
  store: ProgressStore,
): Promise<Progress> {
  const { until } = begun;
  const complete = { ...plan, until };
  const from = startOf(complete);
  let sent = begun.sent;
  let noted = sent;
  try {
    for (const batch of inBatches(historyOf(complete, sent))) {
      await producer.send(batch);
      sent += batch.length;
      const reached = (batch.at(-1) as EventRecord).at;
      onProgress?.({ produced: sent - begun.sent, share: (reached - from) / (until - from) });
      if (sent - noted < noteEvery) continue;
      await store.write({ sent, until, finished: false }, signal);
      noted = sent;
    }
    const finished = { sent, until, finished: true };
    await store.write(finished, signal);
    onProgress?.({ produced: sent - begun.sent, share: 1 });
    return finished;
  } catch (error) {
    if (!signal.aborted) throw error;
    const stopped = { sent, until, finished: false };
    await store.write(stopped, AbortSignal.timeout(lastNote)).catch(() => undefined);
    return stopped;
  }
}

function* inBatches(records: Iterable<EventRecord>): Generator<EventRecord[]> {
  let batch: EventRecord[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
