import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from './equipment/wait.ts';

const root = join(import.meta.dirname, '../..');

describe('npm run demo', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const demo = (...options: string[]) =>
    execa(process.execPath, ['scripts/run.mjs', 'demo', ...options], {
      cwd: root,
      env: { PIPELINE_DATA: folder, LOG_LEVEL: 'info' },
      all: true,
      reject: false,
    });

  it('--once --json ends with what went through every stage, and a second run adds nothing', async () => {
    const first = await demo('--once', '--json');
    expect(first.exitCode, first.all).toBe(0);
    const counts = JSON.parse(first.stdout.split('\n').at(-1) ?? '');
    expect(counts).toMatchObject({ rejected: 0, learners: 100 });
    expect(counts.produced).toBeGreaterThan(1000);
    expect(counts.raw + counts.rejected).toBe(counts.produced);
    expect(Object.keys(counts.segments)).toEqual([
      'Active',
      'Regular',
      'Passive',
      'Low performance',
      'Inactive',
      'Lost',
    ]);
    expect(Object.values<number>(counts.segments).reduce((sum, each) => sum + each)).toBe(100);

    const second = await demo('--once', '--json');
    expect(second.exitCode, second.all).toBe(0);
    expect(JSON.parse(second.stdout.split('\n').at(-1) ?? '')).toMatchObject({
      produced: counts.produced,
      raw: counts.raw,
    });
  });

  it('goes live until Ctrl-C, keeps the marts fresh, and leaves no process', async () => {
    const running = demo();
    let shown = '';
    running.all?.on('data', (data) => {
      shown += data;
    });
    await waitFor(() => expect(shown).toContain('of the course completed'));
    const published = await readEvents(join(folder, 'published.duckdb'));
    await waitFor(
      async () => expect(await readEvents(join(folder, 'published.duckdb'))).toBeGreaterThan(published),
      40_000,
      500,
    );
    const itsProcesses = await descendantsOf(running.pid as number);
    // ZooKeeper, Kafka and dbt.
    expect(itsProcesses.length).toBeGreaterThanOrEqual(3);
    running.kill('SIGINT');
    const { exitCode, all } = await running;
    expect(exitCode, all).toBe(0);
    // esbuild, which tsx starts, ends by itself when it notices that its parent is gone.
    await waitFor(
      async () => expect((await runningProcesses()).filter(({ pid }) => itsProcesses.includes(pid))).toEqual([]),
      5000,
    );
  });

  it('an option that it does not know is named before anything starts', async () => {
    const { exitCode, all } = await demo('--onec');
    expect(exitCode).toBe(1);
    expect(all).toContain("unknown option '--onec'");
    expect(all).not.toContain('    at ');
  });
}, 120_000);

async function runningProcesses(): Promise<{ pid: number; parent: number; command: string }[]> {
  const { stdout } = await execa('ps', ['-eo', 'pid=,ppid=,comm=']);
  return stdout.split('\n').map((line) => {
    const [pid, parent, command = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), command };
  });
}

async function descendantsOf(ancestor: number): Promise<number[]> {
  const all = await runningProcesses();
  const childrenOf = (of: number): number[] =>
    all.filter(({ parent }) => parent === of).flatMap(({ pid }) => [pid, ...childrenOf(pid)]);
  return childrenOf(ancestor);
}

/** Events in the published marts. Each reading opens the file anew, as a build puts another in its place. */
async function readEvents(published: string): Promise<number> {
  const instance = await DuckDBInstance.create(published, { access_mode: 'READ_ONLY' });
  try {
    const connection = await instance.connect();
    const rows = await connection.runAndReadAll('SELECT count(*) FROM marts.fct_user_event_timeline');
    return Number(rows.getRows()[0]?.[0]);
  } finally {
    instance.closeSync();
  }
}
