import type { EventType } from '../../apps/events/event.ts';
import { historyOf } from '../../apps/simulator/history.ts';
import type { Plan } from '../../apps/simulator/plan.ts';
import type { LandedRecord } from './stage.ts';

export const plan: Plan = { seed: 42, learners: 100, days: 60, until: Date.parse('2026-06-01T00:00:00Z') };

/** A simulated backfill of 100 learners and 60 days. */
export function backfill(): LandedRecord[] {
  return Array.from(historyOf(plan), ({ value }) => ({ event: value }));
}

let events = 0;

/** An event of a learner on an item of the course. */
export function event(
  type: EventType | (string & {}),
  user_id: string,
  timestamp: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    event_id: `event-${++events}`,
    event_type: type,
    timestamp,
    user_id,
    course_id: 'PY101',
    unit_id: 'U1',
    lesson_id: 'U1_L1',
    content_id: 'VID001',
    content_type: 'video',
    metadata: {},
    ...fields,
  };
}
