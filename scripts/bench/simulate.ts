import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const learners = 30_000;

/** How fast a backfill is written to a file by the command as people run it, its start included, and the memory that it takes. */
export async function benchSimulate(): Promise<{
  events: number;
  seconds: number;
  eventsPerSecond: number;
  peakMegabytes: number;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-simulate-'));
  try {
    const out = join(folder, 'events.ndjson');
    const started = performance.now();
    const { stderr } = await execa(
      process.execPath,
      [
        ...['--import', 'tsx', '--import', './scripts/bench/report-memory.ts', 'scripts/simulate.ts'],
        ...['backfill', '--learners', String(learners), '--until', '2026-06-01T00:00:00Z', '--out', out],
      ],
      { cwd: join(import.meta.dirname, '..', '..') },
    );
    const seconds = (performance.now() - started) / 1000;
    const events = await linesOf(out);
    const peak = Number(/^peak (\d+)$/m.exec(stderr)?.[1]);
    return {
      events,
      seconds: Math.round(seconds * 100) / 100,
      eventsPerSecond: Math.round(events / seconds),
      peakMegabytes: Math.round(peak / 1024),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function linesOf(file: string): Promise<number> {
  const lineEnd = '\n'.charCodeAt(0);
  let lines = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(lineEnd); at >= 0; at = chunk.indexOf(lineEnd, at + 1)) lines++;
  }
  return lines;
}
