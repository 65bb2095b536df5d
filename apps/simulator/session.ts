import type { Session } from './journey.ts';
import { randomFor } from './random.ts';
import { type EventDraft, pauseBefore, visitEvents } from './visit.ts';

/**
 * The events of a session in order, each later than the one before.
 *
 * @param number which of the learner's sessions it is, from 0
 */
export function sessionEvents(seed: number, learner: number, number: number, { start, visits }: Session): EventDraft[] {
  const random = randomFor(seed, 'session', learner, number);
  const events: EventDraft[] = [];
  let ended: number | undefined;
  for (const visit of visits) {
    const begins = ended === undefined ? start : ended + pauseBefore(visit, random);
    events.push(...visitEvents(visit, begins, random));
    // The pause runs from the item's own last event: that its lesson is done may be said a moment later.
    ended = events.at(visit.completesLesson ? -2 : -1)?.at;
  }
  return events;
}
