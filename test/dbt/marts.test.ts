import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventsOf, segmentsOf } from '../simulator/history.ts';
import { backfill, event, plan } from './events.ts';
import { DbtStage } from './stage.ts';

let stage: DbtStage;
beforeAll(async () => {
  stage = await DbtStage.open();
});
afterAll(() => stage?.[Symbol.asyncDispose]());
beforeEach(() => stage.reset());

const build = ['build', '--exclude-resource-type', 'unit_test'];

async function segmentOf(user: string): Promise<unknown> {
  const [row] = await stage.rows(`SELECT user_segment FROM marts.fct_user_engagement WHERE user_id = '${user}'`);
  return row?.user_segment;
}

describe('the marts', () => {
  test('of a simulated backfill agree with each other and with a count of its events', async () => {
    await stage.land(backfill());
    await stage.succeed(build);
    const segments = await stage.rows('SELECT user_segment, count(*) AS n FROM marts.fct_user_engagement GROUP BY ALL');
    const counted = Object.fromEntries(segments.map(({ user_segment, n }) => [user_segment, Number(n)]));
    const expected = Object.entries(segmentsOf(plan, eventsOf())).filter(([, learners]) => learners > 0);
    expect(counted).toEqual(Object.fromEntries(expected));

    const [sums] = await stage.rows(`
      SELECT (SELECT sum(submissions) FROM marts.fct_user_engagement) AS engagement,
             (SELECT sum(submissions) FROM marts.fct_user_content_summary) AS items,
             (SELECT sum(submissions) FROM marts.fct_content_engagement) AS content,
             (SELECT sum(submissions) FROM marts.fct_question_answers) AS questions,
             (SELECT sum(submissions) FROM marts.fct_learner_daily_activity) AS days,
             (SELECT sum(submissions) FROM marts.fct_lesson_daily_activity) AS lessons,
             (SELECT count(*) FROM marts.fct_user_event_timeline WHERE event_type = 'question_submitted') AS events`);
    expect(new Set(Object.values(sums ?? {})).size).toBe(1);
    const [completed] = await stage.rows(`
      SELECT (SELECT sum(items_completed) FROM marts.fct_user_engagement) AS engagement,
             (SELECT sum(learners_completed) FROM marts.fct_content_engagement) AS content,
             (SELECT sum(items_completed) FROM marts.fct_lesson_progress) AS progress,
             (SELECT sum(items_completed) FROM marts.fct_learner_daily_activity) AS days,
             (SELECT sum(items_completed) FROM marts.fct_lesson_daily_activity) AS lessons`);
    expect(new Set(Object.values(completed ?? {})).size).toBe(1);
    const [seconds] = await stage.rows(`
      SELECT abs((SELECT sum(learning_seconds) FROM marts.fct_user_engagement)
               - (SELECT sum(learning_seconds) FROM marts.fct_learner_daily_activity)) < 0.001 AS agree`);
    expect(seconds).toEqual({ agree: true });
    const notes =
      'SELECT staging_note, count(*) AS n FROM marts.fct_user_event_timeline WHERE staging_note IS NOT NULL GROUP BY ALL';
    expect(await stage.rows(notes)).toEqual([]);
  });

  test('hold every enrolled learner with every item, also before the first event', async () => {
    await stage.succeed(build);
    const [counts] = await stage.rows(`
      SELECT (SELECT count(*) FROM marts.fct_user_content_summary) AS items,
             (SELECT count(*) FROM marts.fct_user_engagement WHERE user_segment = 'Lost') AS lost,
             (SELECT max(date_day)::VARCHAR FROM marts.dim_dates) AS last_day`);
    expect(counts).toEqual({ items: '1100', lost: '100', last_day: '2026-06-01' });
  });

  test('move a learner on by the clock alone', async () => {
    await stage.land([{ event: event('slide_viewed', 'U001', '2026-05-20T00:00:00Z', { content_id: 'SLD001' }) }]);
    await stage.succeed(['seed']);
    const seen: unknown[] = [];
    for (const at of ['2026-05-27T00:00:00Z', '2026-05-28T00:00:00Z', '2026-06-03T00:00:00Z', '2026-06-19T00:00:00Z']) {
      await stage.succeed(['run'], at);
      seen.push(await segmentOf('U001'));
    }
    expect(seen).toEqual(['Passive', 'Regular', 'Inactive', 'Lost']);
  });

  test('take two different events under one id, and warn of them', async () => {
    const first = event('video_started', 'U001', '2026-05-20T10:00:00Z', { event_id: 'evt_1234' });
    const second = event('video_started', 'U002', '2026-05-20T11:00:00Z', { event_id: 'evt_1234' });
    await stage.land([first, second, first].map((event) => ({ event, partition: 0 })));
    const answer = await stage.succeed(build);
    expect(answer.results).toMatchObject({ warn: 1, error: 0 });
    const [opened] = await stage.rows(
      "SELECT learners_opened FROM marts.fct_content_engagement WHERE content_id = 'VID001'",
    );
    expect(opened).toEqual({ learners_opened: '2' });
  });

  test("take a producer in the reference's format, and events that staging can make little of", async () => {
    const bare = (type: string, content_id: string, timestamp: string) => ({
      event_id: `${type}_${content_id}_4711`,
      event_type: type,
      timestamp,
      user_id: 'U001',
      content_id,
      metadata: {},
    });
    await stage.land(
      [
        bare('video_completed', 'VID001', '2026-05-30T23:30:00'),
        bare('quiz_completed', 'QZ001', '2026-05-30T23:31:00.123456'),
        bare('video_paused', 'VID002', '2026-05-30T23:32:00'),
        event('video_completed', 'U002', '2026-05-30T10:00:00Z', { metadata: 'none', content_id: 'VID999' }),
        event('video_completed', 'foreigner', '2026-05-30T10:00:00Z', { metadata: null }),
        event('video_completed', 'U003', '2099-05-30T10:00:00Z', { metadata: { duration: 'long' } }),
        { event_id: 'least', event_type: 'hello', timestamp: '2026-05-30T10:00:00', user_id: 'U004' },
      ].map((event) => ({ event, partition: 0 })),
    );
    const answer = await stage.succeed(build);
    expect(answer.results).toMatchObject({ warn: 0, error: 0 });
    expect(
      await stage.rows(`SELECT user_id, items_completed, events, has_started FROM marts.fct_user_engagement
                        WHERE user_id IN ('U001', 'U002', 'U003', 'U004', 'foreigner') ORDER BY user_id`),
    ).toEqual([
      { user_id: 'U001', items_completed: '2', events: '3', has_started: true },
      { user_id: 'U002', items_completed: '0', events: '1', has_started: true },
      { user_id: 'U003', items_completed: '0', events: '0', has_started: false },
      { user_id: 'U004', items_completed: '0', events: '1', has_started: true },
    ]);
    expect(
      await stage.rows(`SELECT user_id, staging_note FROM marts.fct_user_event_timeline
                        WHERE staging_note IS NOT NULL ORDER BY ALL`),
    ).toEqual([
      { user_id: 'U001', staging_note: 'unknown event type' },
      { user_id: 'U002', staging_note: 'content item is not in the course; metadata is not an object' },
      { user_id: 'U003', staging_note: 'timestamp can not be right' },
      { user_id: 'U004', staging_note: 'unknown event type; metadata is missing' },
      { user_id: 'foreigner', staging_note: 'learner is not enrolled; metadata is missing' },
    ]);
    const [day] = await stage.rows(
      "SELECT activity_on::VARCHAR AS day FROM marts.fct_learner_daily_activity WHERE user_id = 'U001'",
    );
    expect(day).toEqual({ day: '2026-05-31' });
  });
});

test("the models' own unit tests hold", async () => {
  await stage.succeed(['seed']);
  await stage.succeed(['run', '--empty']);
  const answer = await stage.succeed(['test', '--select', 'test_type:unit']);
  expect(answer.results).toMatchObject({ error: 0 });
  expect(answer.results.pass).toBeGreaterThanOrEqual(8);
});
