/** What the tests of the simulator share: a plan, its events, and the domain's segments counted from them. */
import type { LearningEvent } from '../../apps/events/event.ts';
import { userIdOf } from '../../apps/events/user-id.ts';
import { historyOf } from '../../apps/simulator/history.ts';
import { dayLength, type Plan } from '../../apps/simulator/plan.ts';

export const plan: Plan = { seed: 42, learners: 100, days: 60, until: Date.parse('2026-06-01T00:00:00Z') };

/** The events of a plan that differs from the usual one in what is given. */
export function eventsOf(different: Partial<Plan> = {}): LearningEvent[] {
  return Array.from(historyOf({ ...plan, ...different }), ({ value }) => JSON.parse(value) as LearningEvent);
}

/** The events of each learner who has any. */
export function byLearner(events: readonly LearningEvent[]): Map<string, LearningEvent[]> {
  const learners = new Map<string, LearningEvent[]>();
  for (const event of events) {
    const own = learners.get(event.user_id) ?? [];
    own.push(event);
    learners.set(event.user_id, own);
  }
  return learners;
}

export const segments = ['Lost', 'Inactive', 'Low performance', 'Active', 'Passive', 'Regular'] as const;
export type Segment = (typeof segments)[number];

/** How many learners are in each of the domain's segments at the end of the plan. */
export function segmentsOf({ learners, until }: Plan, events: readonly LearningEvent[]): Record<Segment, number> {
  const counts = Object.fromEntries(segments.map((segment) => [segment, 0])) as Record<Segment, number>;
  const own = byLearner(events);
  for (let index = 0; index < learners; index++) counts[segmentOf(own.get(userIdOf(index)) ?? [], until)]++;
  return counts;
}

function segmentOf(events: readonly LearningEvent[], until: number): Segment {
  const last = events.at(-1);
  const unseen = last ? (until - Date.parse(last.timestamp)) / dayLength : Number.POSITIVE_INFINITY;
  const submitted = events.filter(({ event_type }) => event_type === 'question_submitted');
  const correct = submitted.filter(({ metadata }) => 'correct' in metadata && metadata.correct);
  const share = correct.length / submitted.length;
  const videos = events.filter(({ event_type }) => event_type === 'video_completed').length;
  const watched = events.some(({ content_type }) => ['video', 'slide', 'article'].includes(content_type ?? ''));
  if (unseen >= 30) return 'Lost';
  if (unseen >= 14) return 'Inactive';
  if (submitted.length >= 3 && share < 0.5) return 'Low performance';
  if (unseen <= 7 && videos >= 3 && share >= 0.7) return 'Active';
  if (unseen <= 7 && watched && submitted.length === 0) return 'Passive';
  return 'Regular';
}
