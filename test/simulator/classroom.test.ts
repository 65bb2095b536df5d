import { describe, expect, test } from 'vitest';
import { type LearningEvent, sentEvent } from '../../apps/events/event.ts';
import { activeLearnersOf } from '../../apps/simulator/active-learner.ts';
import { Classroom } from '../../apps/simulator/classroom.ts';
import { dayLength } from '../../apps/simulator/plan.ts';
import type { EventRecord } from '../../apps/simulator/record.ts';
import { byLearner, eventsOf, plan } from './history.ts';

const start = plan.until + 30_000;

/** What a classroom sends in that many seconds, with the count after each. */
function run(rate: number, seconds: number, learners = 100): { records: EventRecord[]; after: number[] } {
  const classroom = new Classroom({ ...plan, learners }, rate, start);
  const records: EventRecord[] = [];
  const after: number[] = [];
  for (let at = 100; at <= seconds * 1000; at += 100) {
    for (const record of classroom.step(start + at)) {
      expect(record.at).toBeLessThanOrEqual(start + at);
      records.push(record);
    }
    if (at % 1000 === 0) after.push(records.length);
  }
  return { records, after };
}

const parse = ({ value }: EventRecord) => JSON.parse(value) as LearningEvent;

describe.each([1, 5, 50, 2000])('at %i events a second', (rate) => {
  const { records, after } = run(rate, 120);

  test('the rate is held on average from the first second on', () => {
    for (const [index, sent] of after.entries()) {
      const due = rate * (index + 1);
      expect(sent).toBeGreaterThanOrEqual(Math.floor(due * 0.85));
      expect(sent).toBeLessThanOrEqual(Math.ceil(due * 1.25) + 1);
    }
    expect(Math.abs((after.at(-1) as number) / (rate * 120) - 1)).toBeLessThan(0.1);
  });

  test('events keep the contract, ids are unique and no two of a learner share a millisecond', () => {
    const events = records.map(parse);
    for (const event of events.slice(0, 2000)) expect(sentEvent.safeParse(event).error).toBeUndefined();
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
    for (const own of byLearner(events).values()) {
      for (const [index, { timestamp }] of own.slice(1).entries()) {
        expect(timestamp > (own[index] as LearningEvent).timestamp).toBe(true);
      }
    }
  });
});

test('a learner who was away for 14 days does not come back', () => {
  const lastSeen = new Map(eventsOf().map(({ user_id, timestamp }) => [user_id, Date.parse(timestamp)]));
  const seenLive = new Set(run(20, 60).records.map(({ key }) => key));
  expect(seenLive.size).toBe(activeLearnersOf(plan).length);
  for (const userId of seenLive) expect(lastSeen.get(userId) ?? 0).toBeGreaterThan(plan.until - 14 * dayLength);
});

test('learners go on after the item that they reached', () => {
  const before = byLearner(eventsOf());
  const firstLive = new Map(
    run(2, 30)
      .records.toReversed()
      .map((record) => [record.key, parse(record)]),
  );
  for (const [userId, { content_id }] of firstLive) {
    const opened = new Set(before.get(userId)?.map((event) => event.content_id));
    expect(opened.has(content_id)).toBe(opened.has('QZ003'));
  }
});

test('durations hold in real time, and lessons are completed when their last item is', () => {
  // At this rate nobody is on two items at once.
  const events = run(1, 3600).records.map(parse);
  const started = new Map<string, number>();
  let completed = 0;
  for (const { event_type, user_id, metadata, timestamp } of events) {
    if (event_type === 'video_started') started.set(user_id, Date.parse(timestamp));
    if (event_type !== 'video_completed') continue;
    completed++;
    expect(metadata.duration).toBe((Date.parse(timestamp) - (started.get(user_id) ?? 0)) / 1000);
  }
  expect(completed).toBeGreaterThan(100);
  const lessons = events.filter(({ event_type }) => event_type === 'lesson_completed');
  expect(lessons.length).toBeGreaterThan(50);
  for (const { metadata } of lessons) expect(metadata).toEqual({ completion_ratio: 1 });
});

test('after a time without Kafka what was due comes at once, and the rate holds from there', () => {
  const classroom = new Classroom(plan, 100, start);
  const between = (from: number, to: number) => {
    let count = 0;
    for (let at = from + 100; at <= to; at += 100) count += classroom.step(start + at).length;
    return count;
  };
  between(0, 20_000);
  expect(classroom.step(start + 80_000).length).toBeLessThan(6000);
  for (const from of [80_000, 90_000, 100_000]) {
    const held = between(from, from + 10_000) / 1000;
    expect(held).toBeGreaterThan(0.9);
    expect(held).toBeLessThan(1.1);
  }
});

test('a school in which nobody was seen lately still has a live stream', () => {
  const records = [1, 2, 3].map((learners) => run(1, 30, learners).records.length);
  for (const count of records) expect(count).toBeGreaterThanOrEqual(29);
});
