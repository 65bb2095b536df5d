import { execFile } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backfill, event } from './events.ts';
import { DbtStage } from './stage.ts';

const root = join(import.meta.dirname, '../..');

let stage: DbtStage;
beforeAll(async () => {
  stage = await DbtStage.open();
});
afterAll(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => stage.reset());

describe('publishing', () => {
  test('puts every mart in place at once; a reader of the file before keeps it', async () => {
    await stage.land([{ event: event('video_started', 'U001', '2026-05-20T10:00:00Z') }]);
    await stage.succeed(['seed']);
    await stage.succeed(['run']);
    const reader = await DuckDBInstance.create(stage.file('published'), { access_mode: 'READ_ONLY' });
    const connection = await reader.connect();
    try {
      await stage.land([{ event: event('video_started', 'U002', '2026-05-20T10:00:00Z') }]);
      await stage.succeed(['run']);
      const events = 'SELECT count(*) AS events FROM marts.fct_user_event_timeline';
      const old = await connection.runAndReadAll(events);
      expect(old.getRowObjectsJson()).toEqual([{ events: '1' }]);
      expect(await countInNewProcess()).toBe(2);
    } finally {
      connection.closeSync();
      reader.closeSync();
    }
    const schemas = 'SELECT DISTINCT schema_name FROM duckdb_tables()';
    expect(await stage.rows(schemas)).toEqual([{ schema_name: 'marts' }]);
    const named = `SELECT list_sort(list(table_name)) AS names FROM duckdb_tables() WHERE schema_name = 'marts'`;
    expect(await stage.rows(named)).toEqual(await stage.rows(named, 'analytics'));
    expect((await readdir(stage.folder)).filter((name) => name.includes('.new') || name.includes('.wal'))).toEqual([]);
  });

  test('leaves the published file alone after a failed build', async () => {
    await stage.succeed(['seed']);
    await stage.succeed(['run']);
    const before = await stat(stage.file('published'));
    await stage.use('analytics', async (connection) => {
      await connection.run('ALTER TABLE marts.fct_question_answers DROP COLUMN submissions');
    });
    const answer = await stage.dbt(['run']);
    expect(answer).toMatchObject({ ok: false, results: { error: 1 } });
    expect(answer.failures).toEqual([expect.stringContaining('fct_question_answers')]);
    const after = await stat(stage.file('published'));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    await stage.succeed(['run', '--full-refresh']);
  });
});

describe('taking records', () => {
  test('beside a consumer that keeps writing loses none', async () => {
    const events = backfill().slice(0, 400);
    await stage.succeed(['seed']);
    let written = 0;
    let building = true;
    const writing = (async () => {
      for (; building && written < events.length; written += 5) {
        await retried(() => stage.land(events.slice(written, written + 5)));
        await sleep(20);
      }
    })();
    for (let runs = 0; runs < 3; runs++) await stage.succeed(['run']);
    building = false;
    await writing;
    await stage.succeed(['run']);
    const [counted] = await stage.rows('SELECT count(*) AS events FROM marts.fct_user_event_timeline');
    expect(counted).toEqual({ events: String(written) });
  });

  test('says who holds the file when it is never let go, and holds nothing itself after', async () => {
    await stage.succeed(['seed']);
    await stage.use('landing', async () => {
      const answer = await stage.dbt(['run', '--select', 'stg_event_records']);
      const { failures } = answer;
      expect(answer.ok).toBe(false);
      expect(failures).toEqual([
        expect.stringMatching(/landing\.duckdb has been in use by another process \(PID \d+\) for 5 s/),
      ]);
    });
    await stage.use('analytics', async () => {});
    await stage.succeed(['run']);
  });

  test('says that the landing file is missing', async () => {
    await rm(stage.file('landing'));
    const { ok, failures } = await stage.dbt(['run']);
    expect({ ok, failures }).toEqual({ ok: false, failures: [expect.stringContaining('the consumer creates it')] });
  });
});

describe('a bad request', () => {
  test.each([
    ['nonsense', 'nonsense', 'Not a request: nonsense'],
    ['no command', { id: 1 }, 'Not a request'],
    ['a command that is no list', { id: 1, command: 'build' }, 'Not a request'],
    ['an unknown command', { id: 1, command: ['bulid'] }, "No such command 'bulid'"],
    ['an unknown option', { id: 1, command: ['run', '--fulrefresh'] }, 'No such option'],
    [
      'a moment that is none',
      { id: 1, command: ['run', '--vars', '{as_of: soon}'] },
      'write it as 2026-06-01T00:00:00Z',
    ],
  ])('%s is answered in words', async (_name, request, words) => {
    const answer = await stage.request(request);
    expect(answer.ok).toBe(false);
    expect(answer.failures.join('\n')).toContain(words);
    expect(answer.failures.join('\n')).not.toContain('Traceback');
  });
});

async function retried(work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!String(error).includes('lock')) throw error;
      await sleep(10);
    }
  }
  throw new Error('The landing file was never free.');
}

/** DuckDB opens a file once a process: what another process sees at the path has to be asked there. */
async function countInNewProcess(): Promise<number> {
  const script = `
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(process.argv[1], { access_mode: 'READ_ONLY' });
    const rows = await (await instance.connect()).runAndReadAll('SELECT count(*) FROM marts.fct_user_event_timeline');
    console.log(String(rows.getRowsJson()[0][0]));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script, stage.file('published')],
    { cwd: root },
  );
  return Number(stdout);
}
