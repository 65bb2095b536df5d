import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { historyOf } from '../../apps/simulator/history.ts';
import { dayLength, type Plan } from '../../apps/simulator/plan.ts';
import { byLearner, eventsOf, plan } from './history.ts';

function digestOf(different: Partial<Plan> = {}): string {
  const hash = createHash('sha256');
  for (const { value } of historyOf({ ...plan, ...different })) hash.update(`${value}\n`);
  return hash.digest('hex');
}

test('the same seed, learners and period give the same bytes', () => {
  expect(digestOf()).toBe(digestOf());
});

test.each([
  ['seed', { seed: 43 }],
  ['number of learners', { learners: 101 }],
  ['length', { days: 59 }],
  ['end', { until: plan.until - dayLength }],
])('another %s gives other bytes', (_, different) => {
  expect(digestOf(different)).not.toBe(digestOf());
});

test("the machine's time zone changes nothing", () => {
  const zone = process.env.TZ;
  const usual = digestOf();
  try {
    for (const other of ['America/St_Johns', 'Pacific/Auckland', 'UTC']) {
      process.env.TZ = other;
      expect(digestOf()).toBe(usual);
    }
  } finally {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

test('a learner does the same however many there are', () => {
  const few = byLearner(eventsOf({ learners: 30 }));
  const many = byLearner(eventsOf({ learners: 250 }));
  expect(few.size).toBeGreaterThan(20);
  for (const [userId, events] of few) expect(many.get(userId)).toEqual(events);
});

test('a part that is skipped leaves the rest as it was', () => {
  const whole = Array.from(historyOf(plan));
  expect(Array.from(historyOf(plan, 1000))).toEqual(whole.slice(1000));
  expect(Array.from(historyOf(plan, whole.length))).toEqual([]);
});
