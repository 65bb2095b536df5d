import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import type { LearningEvent } from '../../apps/events/event.ts';
import { dayLength } from '../../apps/simulator/plan.ts';
import { byLearner, eventsOf, plan } from './history.ts';

const inAuckland = ({ timestamp }: LearningEvent) => DateTime.fromISO(timestamp, { zone: 'Pacific/Auckland' });
const timeOf = ({ timestamp }: LearningEvent) => Date.parse(timestamp);

/** A learner's runs of events with gaps of at most 30 minutes, as the domain defines sessions. */
function sessionsOf(events: readonly LearningEvent[]): LearningEvent[][] {
  const sessions: LearningEvent[][] = [];
  for (const event of events) {
    const last = sessions.at(-1);
    if (last && timeOf(event) - timeOf(last.at(-1) as LearningEvent) <= 30 * 60 * 1000) last.push(event);
    else sessions.push([event]);
  }
  return sessions;
}

test('a learner comes one to four times, on different days', () => {
  const counts = new Set<number>();
  for (const own of byLearner(eventsOf()).values()) {
    const sessions = sessionsOf(own);
    counts.add(sessions.length);
    const days = sessions.map(([first]) => inAuckland(first as LearningEvent).toISODate());
    expect(new Set(days).size).toBe(sessions.length);
  }
  expect([...counts].sort()).toEqual([1, 2, 3, 4]);
});

test('2 to 10 minutes lie between the content items of a session', () => {
  for (const session of [...byLearner(eventsOf()).values()].flatMap(sessionsOf)) {
    const events = session.filter(({ event_type }) => event_type !== 'lesson_completed');
    for (const [index, event] of events.slice(1).entries()) {
      const before = events[index] as LearningEvent;
      if (event.content_id === before.content_id && !event.event_type.endsWith('_opened')) continue;
      const minutes = (timeOf(event) - timeOf(before)) / 60_000;
      expect(minutes).toBeGreaterThanOrEqual(2);
      expect(minutes).toBeLessThanOrEqual(10);
    }
  }
});

test('hours and days are those of a school, with a peak after lessons', () => {
  const times = eventsOf({ learners: 1000 }).map(inAuckland);
  expect(times.every(({ hour }) => hour >= 8 && hour <= 21)).toBe(true);
  const shareOf = (hours: readonly number[]) => times.filter(({ hour }) => hours.includes(hour)).length / times.length;
  expect(shareOf([15, 16, 17])).toBeGreaterThan(0.4);
  expect(shareOf([15, 16, 17])).toBeGreaterThan(1.5 * shareOf([12, 13, 14]));
  const weekend = times.filter(({ weekday }) => weekday > 5).length / times.length;
  expect(weekend).toBeGreaterThan(0.01);
  expect(weekend).toBeLessThan(0.15);
});

test.each([
  ['spring', '2026-10-20T00:00:00Z', 12, 13],
  ['autumn', '2026-05-01T00:00:00Z', 13, 12],
])("a period across %s's change of the clocks keeps school hours on both sides", (_, until, before, after) => {
  const times = eventsOf({ until: Date.parse(until), learners: 300 }).map(inAuckland);
  expect(times[0]?.offset).toBe(before * 60);
  expect(times.at(-1)?.offset).toBe(after * 60);
  expect(Math.min(...times.map(({ hour }) => hour))).toBe(8);
  expect(Math.max(...times.map(({ hour }) => hour))).toBe(21);
});

test.each([1, 2, 7, 10, 20, 60, 365])('every event of a period of %i days is in it', (days) => {
  for (const hour of [0, 3, 9, 15, 21]) {
    const until = plan.until + hour * 60 * 60 * 1000 + 12_345;
    const events = eventsOf({ days, until });
    expect(byLearner(events).size).toBe(95);
    expect(timeOf(events[0] as LearningEvent)).toBeGreaterThanOrEqual(until - days * dayLength);
    expect(timeOf(events.at(-1) as LearningEvent)).toBeLessThan(until);
  }
});
