import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backfill, event } from './events.ts';
import { DbtStage } from './stage.ts';

let stage: DbtStage;
beforeAll(async () => {
  stage = await DbtStage.open();
});
afterAll(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => stage.reset());

const build = ['build', '--exclude-resource-type', 'unit_test'];

async function expectSameAsFullRefresh(at?: string): Promise<void> {
  const incremental = await stage.marts();
  await stage.succeed(['run', '--full-refresh'], at);
  const anew = await stage.marts();
  expect(Object.keys(incremental)).toEqual(Object.keys(anew));
  for (const [mart, rows] of Object.entries(anew)) expect(incremental[mart], mart).toEqual(rows);
}

describe('a backfill', () => {
  test('is built green twice in a row, and the second build changes nothing', async () => {
    await stage.land(backfill());
    const first = await stage.succeed(build);
    const marts = await stage.marts();
    const second = await stage.succeed(build);
    expect([first.results, second.results]).toEqual(
      Array(2).fill({ pass: expect.any(Number), warn: 0, error: 0, skip: 0 }),
    );
    expect(await stage.marts()).toEqual(marts);
  });

  test('that was sent twice changes no mart, and its copies are read once', async () => {
    await stage.land(backfill());
    await stage.succeed(['seed']);
    await stage.succeed(['run']);
    const marts = await stage.marts();
    await stage.land(backfill());
    await stage.succeed(['run']);
    expect(await stage.marts()).toEqual(marts);
    const newest = `SELECT max(staged_in) AS records, (SELECT max(staged_in) FROM staging.base_learning_events) AS events
                    FROM staging.stg_event_records`;
    expect(await stage.rows(newest, 'analytics')).toEqual([{ records: '2', events: '2' }]);
  });
});

describe('slices of a history', () => {
  test('make the same marts as all of it at once, whatever the order of partitions, late events and a failed build', async () => {
    const all = backfill();
    // Late: one in ten events of the first half arrives with the last slice. One partition is far ahead of the others.
    const half = Math.floor(all.length / 2);
    const isLate = (index: number) => index < half && index % 10 === 0;
    const isAhead = ({ event }: { event: object | string }) => String(event).includes('"user_id":"U003"');
    await stage.succeed(['seed']);

    await stage.land(all.filter((record, index) => isAhead(record) || (index < half && !isLate(index))));
    await stage.succeed(['run']);

    const second = all.filter((record, index) => !isAhead(record) && index >= half);
    await stage.land(second.slice(0, second.length / 2));
    await breakSessions();
    const failed = await stage.dbt(['run']);
    expect(failed).toMatchObject({ ok: false, failures: [expect.stringContaining('int_user_sessions')] });
    await repairSessions();

    await stage.land([
      ...second.slice(second.length / 2),
      ...all.filter((record, at) => !isAhead(record) && isLate(at)),
    ]);
    await stage.succeed(['run']);
    const [counted] = await stage.rows('SELECT count(*) AS events FROM marts.fct_user_event_timeline');
    expect(counted).toEqual({ events: String(all.length) });
    await expectSameAsFullRefresh();
  });

  test('reach learners who are enrolled later, and leave those who no longer are', async () => {
    await stage.land([
      { event: event('video_completed', 'X001', '2026-05-30T10:00:00Z', { metadata: { duration: 200 } }) },
      { event: event('video_completed', 'U001', '2026-05-30T10:00:00Z', { metadata: { duration: 200 } }) },
    ]);
    await stage.succeed(build);
    const enrolled = 'SELECT user_id FROM marts.fct_learner_daily_activity ORDER BY user_id';
    expect(await stage.rows(enrolled)).toEqual([{ user_id: 'U001' }]);
    await replaceInSeed('learners', 'U001,', 'X001,');
    await replaceInSeed('enrolments', 'U001,', 'X001,');
    await stage.succeed(build);
    expect(await stage.rows(enrolled)).toEqual([{ user_id: 'X001' }]);
    await expectSameAsFullRefresh();
  });

  test('are taken whole by a full refresh of staging alone', async () => {
    await stage.land(backfill().slice(0, 200));
    await stage.succeed(['seed']);
    for (let runs = 0; runs < 2; runs++) await stage.succeed(['run']);
    await stage.land([{ event: event('video_started', 'U001', '2026-05-31T10:00:00Z') }]);
    await stage.succeed(['run', '--full-refresh', '--select', 'stg_event_records', 'base_learning_events']);
    await stage.succeed(['run']);
    await expectSameAsFullRefresh();
  });
});

/** Makes one model in the middle fail, after staging took the records. */
async function breakSessions(): Promise<void> {
  await stage.use('analytics', async (connection) => {
    await connection.run('ALTER TABLE intermediate.int_user_sessions RENAME events TO something_else');
  });
}

async function repairSessions(): Promise<void> {
  await stage.use('analytics', async (connection) => {
    await connection.run('ALTER TABLE intermediate.int_user_sessions RENAME something_else TO events');
  });
}

async function replaceInSeed(seed: string, from: string, to: string): Promise<void> {
  const path = join(stage.folder, 'seeds', `${seed}.csv`);
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
}
