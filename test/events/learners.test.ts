import { describe, expect, it } from 'vitest';
import { course, itemsInOrder } from '../../apps/events/course.ts';
import { enrolments, type Learner, learners } from '../../apps/events/learners.ts';
import { cities } from '../../apps/events/new-zealand.ts';

describe('the learners', () => {
  const hundred = [...learners(42, 100)];

  it("have the reference's proportions of gender and grade, in each hundred", () => {
    for (const group of [hundred, [...learners(7, 200)].slice(100)]) {
      expect(count(group, 'gender')).toEqual({ female: 53, male: 47 });
      expect(count(group, 'grade')).toEqual({ 4: 16, 5: 23, 6: 19, 7: 17, 8: 25 });
    }
  });

  it('live in cities of New Zealand whose place is known', () => {
    const known = cities.map(({ name }) => name);
    expect(new Set(hundred.map(({ city }) => city))).toEqual(new Set(known));
    for (const { latitude, longitude } of cities) {
      expect(latitude).toSatisfy((degrees: number) => degrees < -34 && degrees > -47.5);
      expect(longitude).toSatisfy((degrees: number) => degrees > 166 && degrees < 179);
    }
  });

  it('are the same for the same seed, however many are asked for, and others for another seed', () => {
    expect([...learners(42, 10)]).toEqual(hundred.slice(0, 10));
    expect([...learners(43, 100)]).not.toEqual(hundred);
  });

  it('are in classes of 25 and numbered from U001 on', () => {
    expect(Object.values(count(hundred, 'className'))).toEqual([25, 25, 25, 25]);
    expect(hundred[0]?.userId).toBe('U001');
    expect([...learners(42, 1001)].at(-1)?.userId).toBe('U1001');
  });

  it('are all enrolled in the course', () => {
    expect([...enrolments(100)].map(({ userId }) => userId)).toEqual(hundred.map(({ userId }) => userId));
  });
});

describe('the course', () => {
  it('has the structure of the domain page', () => {
    const structure = course.units.flatMap((unit) =>
      unit.lessons.map((lesson) => [unit.id, lesson.id, lesson.items.map(({ id }) => id).join(' ')]),
    );
    expect(structure).toEqual([
      ['U1', 'U1_L1', 'VID001 SLD001 ART001 QZ001'],
      ['U2', 'U2_L1', 'VID002 EXE001 SLD002 QZ002'],
      ['U2', 'U2_L2', 'VID003 ART002 QZ003'],
    ]);
    const questions = itemsInOrder().flatMap(({ item }) => ('questions' in item ? item.questions : []));
    expect(questions).toHaveLength(8);
    expect(questions.filter(({ kind }) => kind === 'fill-in')).toHaveLength(3);
  });
});

function count<Key extends keyof Learner>(group: readonly Learner[], key: Key): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const learner of group) {
    const value = String(learner[key]);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}
