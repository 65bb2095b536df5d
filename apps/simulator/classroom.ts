import TinyQueue from 'tinyqueue';
import { userIdOf } from '../events/user-id.ts';
import { type ActiveLearner, activeLearnersOf } from './active-learner.ts';
import type { Plan } from './plan.ts';
import { type Random, randomFor } from './random.ts';
import { type EventRecord, recordOf } from './record.ts';
import type { EventDraft, Visit } from './visit.ts';

/** Events that are still to come: of an item that a learner has open, or that a lesson is completed. */
interface Upcoming {
  readonly learner: ActiveLearner;
  /** None for the end of a lesson. */
  readonly visit?: Visit;
  readonly events: readonly EventDraft[];
  /** Index of the next event. */
  next: number;
  /** When that is. */
  at: number;
}

/** A step after more milliseconds than this follows a time without Kafka: the rate is counted anew from there. */
const longestStep = 1000;
/** How many learners are asked for a free millisecond before a step goes without. */
const attempts = 20;

/**
 * The learners who are at it now. An item's events come in real time, some of them minutes after its first. Whenever fewer than
 * `rate` events a second have come about since the start, the learner who has rested longest begins the next item. Where nobody
 * rests (above about one event a second for every 50 learners) someone is on several items at once.
 */
export class Classroom {
  readonly #seed: number;
  readonly #rate: number;
  readonly #random: Random;
  readonly #learners: readonly ActiveLearner[];
  /** Who has nothing open, the longest rested first. */
  readonly #resting: Set<ActiveLearner>;
  readonly #upcoming = new TinyQueue<Upcoming>(
    [],
    (one, other) => one.at - other.at || one.learner.index - other.learner.index,
  );
  #now: number;
  /** Milliseconds and events since the rate is counted. */
  #elapsed = 0;
  #emitted = 0;

  /**
   * @param rate events a second
   * @param now the time of the start, in milliseconds since 1970: it makes each run another one
   */
  constructor(plan: Plan, rate: number, now: number) {
    this.#seed = plan.seed;
    this.#rate = rate;
    this.#now = now;
    this.#random = randomFor(plan.seed, 'live', Math.floor(now / 2 ** 31), now | 0);
    this.#learners = this.#random.shuffle(activeLearnersOf(plan));
    this.#resting = new Set(this.#learners);
  }

  /**
   * What has happened since the step before, in time order.
   *
   * @param now milliseconds since 1970; while a clock that was set back is behind, nothing happens
   */
  step(now: number): EventRecord[] {
    const records: EventRecord[] = [];
    const passed = Math.max(0, now - this.#now);
    this.#now += passed;
    this.#elapsed += passed;
    this.#emitDue(records);
    if (passed > longestStep) {
      // What was due meanwhile comes on top, and what wasn't begun isn't caught up with.
      this.#elapsed = 0;
      this.#emitted = 0;
    }
    const target = Math.floor((this.#elapsed * this.#rate) / 1000);
    for (let missing = target - this.#emitted; missing > 0 && this.#begin(); missing--);
    this.#emitDue(records);
    return records;
  }

  #emitDue(records: EventRecord[]): void {
    for (let first = this.#upcoming.peek(); first && first.at <= this.#now; first = this.#upcoming.peek()) {
      this.#upcoming.pop();
      const { learner, events } = first;
      const event = events[first.next] as EventDraft;
      records.push(recordOf(this.#seed, userIdOf(learner.index), event));
      this.#emitted++;
      learner.emitted(event.at);
      const following = events[++first.next];
      if (following) {
        first.at = following.at;
        this.#upcoming.push(first);
      } else this.#end(first, event.at);
    }
  }

  /** Somebody begins an item; false when nobody has a free millisecond. */
  #begin(): boolean {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const [rested] = this.#resting;
      const learner = rested ?? this.#random.pick(this.#learners as [ActiveLearner, ...ActiveLearner[]]);
      const begun = learner.begin(this.#now, this.#random);
      if (!begun) continue;
      this.#resting.delete(learner);
      this.#schedule({ learner, ...begun });
      return true;
    }
    return false;
  }

  #end({ learner, visit }: Upcoming, at: number): void {
    const lessonEnd = visit && learner.end(visit, at, this.#random);
    if (lessonEnd) this.#schedule({ learner, events: lessonEnd });
    else if (--learner.openVisits === 0) this.#resting.add(learner);
  }

  #schedule(upcoming: Pick<Upcoming, 'learner' | 'visit' | 'events'>): void {
    this.#upcoming.push({ ...upcoming, next: 0, at: (upcoming.events[0] as EventDraft).at });
  }
}
