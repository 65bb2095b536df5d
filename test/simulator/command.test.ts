import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { historyOf } from '../../apps/simulator/history.ts';
import { plan } from './history.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function simulate(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', 'scripts/simulate.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
}

const usual = ['backfill', '--seed', '42', '--learners', '100', '--days', '60', '--until', '2026-06-01T00:00:00Z'];

test('backfill writes the same NDJSON to a file and to standard output', () => {
  const file = join(folder, 'events.ndjson');
  expect(simulate(...usual, '--out', file).status).toBe(0);
  const expected = createHash('sha256');
  for (const { value } of historyOf(plan)) expected.update(`${value}\n`);
  const digest = expected.digest('hex');
  expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(digest);
  expect(
    createHash('sha256')
      .update(simulate(...usual, '--out', '-').stdout)
      .digest('hex'),
  ).toBe(digest);
}, 30_000);

test('a reader who has enough ends it quietly', () => {
  const command = `"${process.execPath}" --import tsx scripts/simulate.ts backfill --learners 5000 --out - | head -n 1`;
  const { stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], { cwd: root, encoding: 'utf8' });
  expect(stdout.split('\n')).toHaveLength(2);
  expect(stderr).not.toMatch(/EPIPE|\s+at /);
}, 30_000);

test.each([
  [['backfill', '--learners', '0'], 'learners is "0": a whole number from 1 to 1000000.'],
  [['backfill', '--seed', '-1'], 'seed is "-1": a whole number from 0 to 2147483647.'],
  [['backfill', '--days', '1.5'], 'days is "1.5": a whole number from 1 to 365.'],
  [['backfill', '--until', 'yesterday'], 'until is "yesterday": a time with its zone, such as 2026-06-01T00:00:00Z.'],
  [['live', '--rate', 'fast'], 'rate is "fast": a number over 0, up to 10000.'],
  [['live', '--speed', '3'], "unknown option '--speed'"],
  [['sideways'], "unknown command 'sideways'"],
  [['backfill', '--out', join(folder, 'missing', 'events')], "can't be written to"],
])(
  '%j is refused with what is allowed',
  (args, message) => {
    const { status, stdout, stderr } = simulate(...args);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  },
  30_000,
);
