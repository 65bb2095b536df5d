import TinyQueue from 'tinyqueue';
import { userIdOf } from '../events/user-id.ts';
import { SchoolCalendar } from './calendar.ts';
import { journeyOf, type Session } from './journey.ts';
import type { Plan } from './plan.ts';
import { type EventRecord, recordOf } from './record.ts';
import { sessionEvents } from './session.ts';
import { SessionStarts } from './session-starts.ts';
import { traitsOf } from './traits.ts';
import type { EventDraft } from './visit.ts';

/** A session that has started and has events left. */
interface RunningSession {
  readonly learner: number;
  readonly userId: string;
  readonly events: readonly EventDraft[];
  /** Index of the next event. */
  next: number;
  /** When that is. */
  at: number;
}

/**
 * All events of a plan as records, in time order over all learners: the same ones, to the byte, for the same plan.
 *
 * Of each session only its start is kept; what happens in it is derived again from the seed when its time has come. So memory
 * grows by some 60 bytes a learner, and by the sessions that run at the same moment.
 *
 * @param skip leaves out that many of the first events
 */
export function* historyOf(plan: Plan, skip = 0): Generator<EventRecord> {
  let toSkip = skip;
  for (const { userId, event } of draftsOf(plan)) {
    if (toSkip > 0) toSkip--;
    else yield recordOf(plan.seed, userId, event);
  }
}

function* draftsOf(plan: Plan): Generator<{ userId: string; event: EventDraft }> {
  const { seed, learners } = plan;
  const traits = traitsOf(seed, learners);
  const calendar = new SchoolCalendar(plan);
  const starts = new SessionStarts(learners, (learner) => journeyOf(seed, learner, traits, calendar));
  const running = new TinyQueue<RunningSession>([], (one, other) => one.at - other.at || one.learner - other.learner);

  for (let begun = 0; ; begun++) {
    const start = starts.at(begun);
    // Everything that happens before the next session starts.
    for (
      let first = running.peek();
      first && first.at < (start?.at ?? Number.POSITIVE_INFINITY);
      first = running.peek()
    ) {
      running.pop();
      yield { userId: first.userId, event: first.events[first.next] as EventDraft };
      const following = first.events[++first.next];
      if (!following) continue;
      first.at = following.at;
      running.push(first);
    }
    if (!start) return;
    const session = journeyOf(seed, start.learner, traits, calendar)[start.number] as Session;
    const events = sessionEvents(seed, start.learner, start.number, session);
    running.push({ learner: start.learner, userId: userIdOf(start.learner), events, next: 0, at: start.at });
  }
}
