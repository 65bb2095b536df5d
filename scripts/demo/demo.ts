import { mkdir } from 'node:fs/promises';
import { stopSignal } from '../../apps/common/stop-signal.ts';
import { writeSeeds } from '../../apps/events/seeds.ts';
import { runBackfill } from '../../apps/simulator/backfill.ts';
import type { Settings } from '../../settings.ts';
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

interface Stages {
  readonly settings: Settings;
  readonly pipeline: LocalPipeline;
  readonly dbt: ResidentDbt;
  readonly steps: Steps;
  readonly published: string;
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
  const signal = stopSignal();
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
  await warnOfOtherHistories(pipeline, settings, steps);
  const stages: Stages = { settings, pipeline, dbt, steps, published: folder.published };
  const kafkaFailed = pipeline.server.failed.then((error) => {
    throw new DemoError(error.message, { cause: error });
  });
  // Awaited here: everything is stopped at the end of this function.
  return await Promise.race([runStages(stages, once, signal), kafkaFailed]);
}

async function runStages(stages: Stages, once: boolean, signal: AbortSignal): Promise<Summary | undefined> {
  const { pipeline, dbt, steps, published } = stages;
  let summary: Summary | undefined;
  try {
    const { until } = await backfill(stages, signal);
    signal.throwIfAborted();
    const counts = await steps.run(
      'Consumer',
      (tell) => caughtUp(pipeline, signal, tell),
      ({ events, rejected }) =>
        `${number(events)} rows in the raw table, ${number(rejected)} rejected${rejected ? ' (why: raw.raw_rejected_events in landing.duckdb)' : ''}`,
    );
    await steps.run(
      'dbt build',
      () => dbt.run(['build', '--exclude-resource-type', 'unit_test']),
      ({ results, warnings }) =>
        `${results.pass} models and tests passed${warnings.map((warning) => `\n  warning: ${warning}`).join('')}`,
    );
    signal.throwIfAborted();
    summary = await readSummary(published, counts);
    steps.say(`\n${showSummary(summary)}\n`);
    if (!once) await runLiveDemo({ ...stages, until }, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted) steps.say('Stopping …');
  return summary;
}

/** Another seed, number of learners or of days is another history; both on one topic are counted together. */
async function warnOfOtherHistories(pipeline: LocalPipeline, settings: Settings, steps: Steps): Promise<void> {
  const others = await pipeline.otherHistories(settings);
  if (others.length === 0) return;
  steps.say(
    `! The topic has another history too (${others.join(', ')}), and the numbers are of both. npm run clean starts anew.`,
  );
}

function backfill({ settings, pipeline, steps }: Stages, signal: AbortSignal) {
  return steps.run(
    `Backfill of ${settings.backfillDays} days, ${number(settings.learners)} learners`,
    (tell) =>
      runBackfill({
        kafka: pipeline.kafka,
        topic: pipeline.topic,
        plan: { seed: settings.seed, learners: settings.learners, days: settings.backfillDays },
        logger: pipeline.logger,
        signal,
        onProgress: ({ produced, share }) => tell(`${number(produced)} events, ${Math.floor(share * 100)} %`),
      }),
    ({ produced, alreadyThere }) =>
      `${number(produced)} events sent${alreadyThere ? `, ${number(alreadyThere)} were there` : ''}`,
  );
}

function number(value: number): string {
  return value.toLocaleString('en-NZ');
}
