import { mkdir } from 'node:fs/promises';
import { writeSeeds } from '../../apps/events/seeds.ts';
import { runBackfill } from '../../apps/simulator/backfill.ts';
import type { Settings } from '../../settings.ts';
import { stopSignal } from '../stop-signal.ts';
import { caughtUp } from './caught-up.ts';
import { dataFolder } from './data-folder.ts';
import { ResidentDbt } from './dbt.ts';
import { runLiveDemo } from './live.ts';
import { DemoError, LocalPipeline } from './pipeline.ts';
import { Steps } from './steps.ts';
import { readSummary, type Summary, showSummary } from './summary.ts';

export interface DemoOptions {
  /** End after the first build. */
  readonly once: boolean;
}

/**
 * The whole pipeline on this machine: Kafka, a backfill, the consumer, dbt and a summary; then live events until Ctrl-C. Run
 * again, it goes on from where it was. Leaves no process.
 *
 * @returns the summary of the first build; `undefined` when it was stopped before that
 * @throws {PipelineError} naming what stopped it
 */
export async function runDemo(settings: Settings, { once }: DemoOptions): Promise<Summary | undefined> {
  const steps = new Steps();
  const stopping = new AbortController();
  void stopSignal().then(() => stopping.abort());
  const { signal } = stopping;
  const folder = dataFolder();
  await mkdir(folder.path, { recursive: true });
  await writeSeeds(folder.seeds, settings);

  // dbt takes seconds to start: it does while Kafka starts and the events are sent.
  await using dbt = new ResidentDbt(folder);
  await using pipeline = await steps.run(
    'Kafka',
    () => LocalPipeline.start(settings, folder),
    ({ server }) =>
      `answers on ${server.brokers.join()} (${server.engine})${server.ui ? `, Kafka UI on ${server.ui}` : ''}`,
  );
  try {
    const backfill = await steps.run(
      `Backfill of ${settings.backfillDays} days, ${settings.learners.toLocaleString('en-NZ')} learners`,
      (tell) =>
        runBackfill({
          kafka: pipeline.kafka,
          topic: pipeline.topic,
          plan: { seed: settings.seed, learners: settings.learners, days: settings.backfillDays },
          logger: pipeline.logger,
          signal,
          onProgress: ({ produced, share }) =>
            tell(`${produced.toLocaleString('en-NZ')} events, ${Math.floor(share * 100)} %`),
        }),
      ({ produced, alreadyThere }) =>
        `${produced.toLocaleString('en-NZ')} events sent${alreadyThere ? `, ${alreadyThere.toLocaleString('en-NZ')} were there` : ''}`,
    );
    signal.throwIfAborted();
    const counts = await steps.run(
      'Consumer',
      (tell) => caughtUp(pipeline, signal, tell),
      ({ events, rejected }) => `${events.toLocaleString('en-NZ')} rows in the raw table, ${rejected} rejected`,
    );
    await steps.run(
      'dbt build',
      () => dbt.run(['build', '--exclude-resource-type', 'unit_test']),
      ({ results }) => `${results.pass} models and tests passed, ${results.warn} warnings`,
    );
    const summary = await readSummary(folder.published, counts);
    steps.say(`\n${showSummary(summary)}\n`);
    if (counts.produced !== counts.events + counts.rejected) {
      throw new DemoError(
        `${counts.produced} records were produced, and ${counts.events + counts.rejected} rows are there.`,
      );
    }
    if (!once) await runLiveDemo({ settings, pipeline, dbt, steps, until: backfill.until }, signal);
    return summary;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    if (signal.aborted) steps.say('Stopping …');
  }
}
