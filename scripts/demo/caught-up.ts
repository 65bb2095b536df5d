import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError, type LocalPipeline, type StageCounts } from './pipeline.ts';

/** How long the consumer may be unwell before the demo gives up, in milliseconds. */
const patience = 30_000;

/**
 * Waits until every record of the topic has its row.
 *
 * @throws {DemoError} with what the consumer says when it gets no further
 */
export async function caughtUp(
  pipeline: LocalPipeline,
  signal: AbortSignal,
  tell: (progress: string) => void,
): Promise<StageCounts> {
  // Others may send meanwhile: what was there at this moment is what counts.
  const ends = await pipeline.ends();
  let lastProgress = { done: -1, at: performance.now() };
  for (;;) {
    const counts = await pipeline.count(ends);
    const done = counts.events + counts.rejected + counts.lost;
    if (done >= counts.produced) return counts;
    tell(`${done.toLocaleString('en-NZ')} of ${counts.produced.toLocaleString('en-NZ')} records`);
    if (done > lastProgress.done) lastProgress = { done, at: performance.now() };
    if (performance.now() - lastProgress.at > patience) {
      const { problems } = pipeline.consumer.health();
      throw new DemoError(
        `The consumer wrote nothing for ${patience / 1000} s: ${done} of ${counts.produced} records are in the raw tables.\n` +
          problems.map((problem) => `  - ${problem}`).join('\n'),
      );
    }
    await sleep(200, undefined, { signal });
  }
}
