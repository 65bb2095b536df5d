import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../apps/common/errors.ts';
import { runLive } from '../../apps/simulator/live.ts';
import type { Settings } from '../../settings.ts';
import type { ResidentDbt } from './dbt.ts';
import type { LocalPipeline } from './pipeline.ts';
import { type Steps, seconds } from './steps.ts';

/** Rest between two builds, in milliseconds: the marts follow an event within seconds, and a laptop stays cool. */
const restBetweenBuilds = 5000;

interface Freshness {
  builtAt: number;
  buildSeconds: number;
  problem: string | undefined;
}

/** Sends live events and keeps the marts fresh, with a status line, until the signal. */
export async function runLiveDemo(
  {
    settings,
    pipeline,
    dbt,
    steps,
    until,
  }: {
    settings: Settings;
    pipeline: LocalPipeline;
    dbt: ResidentDbt;
    steps: Steps;
    /** End of the backfill, in milliseconds since 1970. */
    until: number;
  },
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const freshness: Freshness = { builtAt: Date.now(), buildSeconds: 0, problem: undefined };
  let sent = 0;
  try {
    await Promise.all([
      runLive({
        kafka: pipeline.kafka,
        topic: pipeline.topic,
        plan: { seed: settings.seed, learners: settings.learners, days: settings.backfillDays, until },
        rate: settings.rate,
        logger: pipeline.logger,
        signal: stop,
        onProgress: (progress) => {
          sent = progress.sent;
        },
      }),
      keepFresh(dbt, freshness, stop),
      showStatus(() => sent, pipeline, freshness, steps, stop),
    ]);
  } finally {
    ended.abort();
  }
}

/** Builds the models incrementally, over and over, without the tests. */
async function keepFresh(dbt: ResidentDbt, freshness: Freshness, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(restBetweenBuilds, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const { seconds: took } = await dbt.run(['run']);
      Object.assign(freshness, { builtAt: Date.now(), buildSeconds: took, problem: undefined });
    } catch (error) {
      freshness.problem = messageOf(error);
    }
  }
}

async function showStatus(
  sent: () => number,
  pipeline: LocalPipeline,
  freshness: Freshness,
  steps: Steps,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const counts = await pipeline
      .ends()
      .then((ends) => pipeline.count(ends))
      .catch(() => undefined);
    const rows = counts
      ? `${counts.events.toLocaleString('en-NZ')} raw, ${counts.rejected} rejected, ${counts.produced - counts.events - counts.rejected} on their way`
      : 'Kafka or the warehouse does not answer';
    const problems = [...pipeline.consumer.health().problems, freshness.problem]
      .filter(Boolean)
      .map((each) => `\n  ! ${each}`);
    steps.status(
      `● live: ${sent().toLocaleString('en-NZ')} sent · ${rows} · marts ${seconds(Date.now() - freshness.builtAt)} old, ` +
        `built in ${freshness.buildSeconds.toFixed(1)} s · Ctrl-C stops${problems.join('')}`,
    );
  }
}
