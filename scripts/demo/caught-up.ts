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
  let lastProgress = { rows: -1, at: performance.now() };
  for (;;) {
    const counts = await pipeline.count();
    const rows = counts.events + counts.rejected;
    if (rows >= counts.produced) return counts;
    tell(`${rows.toLocaleString('en-NZ')} of ${counts.produced.toLocaleString('en-NZ')} records`);
    if (rows > lastProgress.rows) lastProgress = { rows, at: performance.now() };
    if (performance.now() - lastProgress.at > patience) {
      const { problems } = pipeline.consumer.health();
      throw new DemoError(
        `The consumer wrote nothing for ${patience / 1000} s: ${rows} of ${counts.produced} records are in the raw tables.\n` +
          problems.map((problem) => `  - ${problem}`).join('\n'),
      );
    }
    await sleep(200, undefined, { signal });
  }
}
