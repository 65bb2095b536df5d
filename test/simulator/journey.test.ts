import { describe, expect, test } from 'vitest';
import { course, itemsInOrder } from '../../apps/events/course.ts';
import type { LearningEvent } from '../../apps/events/event.ts';
import { byLearner, eventsOf, plan, segments, segmentsOf } from './history.ts';

const items = itemsInOrder();
const positionOf = new Map(items.map(({ item, position }) => [item.id, position]));
const learners = byLearner(eventsOf());

const reachOf = (events: readonly LearningEvent[]) =>
  Math.max(...events.map(({ content_id }) => positionOf.get(content_id ?? '') ?? 0));

/** The content items that are completed, as the domain defines it. */
function completed(events: readonly LearningEvent[]): Set<string> {
  const done = events.filter(
    ({ event_type, metadata }) =>
      ['video_completed', 'slide_viewed', 'quiz_completed', 'exercise_completed'].includes(event_type) ||
      ('read_percent' in metadata && metadata.read_percent >= 90),
  );
  return new Set(done.map(({ content_id }) => content_id ?? ''));
}

test('of each 100 learners 5 never come, 5 get through the course, 10 do unit 1 only', () => {
  const indexOf = (userId: string) => Number(userId.slice(1)) - 1;
  const all = [...byLearner(eventsOf({ learners: 300 }))];
  for (const block of [0, 1, 2]) {
    const reached = all
      .filter(([userId]) => Math.floor(indexOf(userId) / 100) === block)
      .map(([, own]) => reachOf(own));
    expect(reached).toHaveLength(95);
    expect(reached.filter((reach) => reach === 11)).toHaveLength(5);
    expect(reached.filter((reach) => reach === 4)).toHaveLength(10);
    expect(reached.filter((reach) => reach >= 5 && reach <= 10)).toHaveLength(80);
  }
});

test('of those who come 80 % finish all they reach, 10 % between 50 and 90 %, 10 % between 20 and 45 %', () => {
  const shares = [...learners.values()].map((events) => (100 * completed(events).size) / reachOf(events));
  expect(shares.filter((share) => share === 100)).toHaveLength(76);
  expect(shares.filter((share) => share >= 50 && share <= 90).length).toBeGreaterThanOrEqual(9);
  expect(shares.filter((share) => share >= 20 && share <= 45).length).toBeGreaterThanOrEqual(9);
  expect(shares.every((share) => share === 100 || (share >= 20 && share <= 45) || (share >= 50 && share <= 90))).toBe(
    true,
  );
});

test('a lesson is completed once, after all of its items, and by nobody who left some of it', () => {
  for (const events of learners.values()) {
    const done = completed(events);
    for (const lesson of course.units.flatMap((unit) => unit.lessons)) {
      const said = events.filter(
        ({ event_type, lesson_id }) => event_type === 'lesson_completed' && lesson_id === lesson.id,
      );
      expect(said).toHaveLength(lesson.items.every(({ id }) => done.has(id)) ? 1 : 0);
      for (const event of said) {
        expect(event).toMatchObject({ content_id: null, content_type: null, metadata: { completion_ratio: 1 } });
        const before = completed(events.slice(0, events.indexOf(event)));
        expect(lesson.items.every(({ id }) => before.has(id))).toBe(true);
      }
    }
  }
});

test('items are opened in course order', () => {
  for (const events of learners.values()) {
    const firsts = [...new Set(events.flatMap(({ content_id }) => content_id ?? []))].map(
      (id) => positionOf.get(id) ?? 0,
    );
    expect(firsts).toEqual(firsts.toSorted((one, other) => one - other));
  }
});

describe.each([42, 1, 7])('the segments of seed %i', (seed) => {
  const counts = segmentsOf({ ...plan, seed }, eventsOf({ seed }));

  test.each(segments)('%s has learners', (segment) => {
    expect(counts[segment]).toBeGreaterThan(0);
  });

  test("are as a school's", () => {
    const within = (of: number, from: number, to: number) => of >= from && of <= to;
    expect(within(counts.Lost, 10, 25)).toBe(true);
    expect(within(counts.Inactive, 15, 25)).toBe(true);
    expect(within(counts['Low performance'], 5, 15)).toBe(true);
    expect(within(counts.Active, 8, 20)).toBe(true);
    expect(within(counts.Passive, 3, 10)).toBe(true);
  });
});
