import { itemsInOrder, type Lesson, type PlacedItem } from '../events/course.ts';
import { answersTo } from './answers.ts';
import { SchoolCalendar } from './calendar.ts';
import { journeyOf, type Session } from './journey.ts';
import { dayLength, type Plan } from './plan.ts';
import type { Random } from './random.ts';
import { type Traits, traitsOf } from './traits.ts';
import { canBeLeft, type EventDraft, type Visit, visitEvents } from './visit.ts';

const items = itemsInOrder();
/** Who hasn't attended for longer than this at the end of the history doesn't come back. */
const recently = 14 * dayLength;
/** Share of the items that a learner leaves who finished all so far. */
const leftShare = 0.03;
/** How far the begin of an item is put off to find free milliseconds, at most. */
const longestDelay = 50;
/** Milliseconds from what ends a lesson to the event that says so. */
const lessonClosing = { shortest: 200, longest: 1500 };

/** A visit with its events. */
export interface BegunVisit {
  readonly visit: Visit;
  readonly events: readonly EventDraft[];
}

/** A learner who goes on from where the history ends: to the end of the course, then from its start again. */
export class ActiveLearner {
  /** Index among the enrolled. */
  readonly index: number;
  /** Items that are open, and lessons whose end is still to be said. */
  openVisits = 0;
  readonly #ability: number;
  readonly #finishesAll: boolean;
  /** Index of the next item. */
  #next: number;
  /** How often the item with that index was opened. */
  readonly #opened = new Uint32Array(items.length);
  /** Items that are done since their lesson was completed last. */
  readonly #done = new Set<string>();
  readonly #lessonsCompleted = new Map<Lesson, number>();
  /** Milliseconds that an event of this learner already has. */
  readonly #taken = new Set<number>();
  /** When the newest event was. */
  #latest = 0;

  constructor(index: number, traits: Traits, sessions: readonly Session[]) {
    const reach = traits.reach[index] as number;
    this.index = index;
    this.#ability = traits.ability[index] as number;
    this.#finishesAll = traits.finished[index] === reach;
    this.#next = reach;
    for (const visit of sessions.flatMap(({ visits }) => visits)) {
      this.#opened[visit.placed.position - 1] = visit.occurrence;
      if (visit.finished) this.#finish(visit.placed);
    }
  }

  /** Begins the next item at `now` or a moment later, so that no two events share a millisecond; undefined if none is free. */
  begin(now: number, random: Random): BegunVisit | undefined {
    const index = this.#next % items.length;
    const visit = this.#visitOf(items[index] as PlacedItem, (this.#opened[index] as number) + 1, random);
    const events = this.#reserve(visitEvents(visit, now, random));
    if (!events) return undefined;
    this.#next = index + 1;
    this.#opened[index] = visit.occurrence;
    this.openVisits++;
    return { visit, events };
  }

  /** To be told of every event that is sent. */
  emitted(at: number): void {
    this.#latest = at;
    this.#taken.delete(at);
  }

  /** To be told when the last event of an item is sent, at `at`; gives the event that its lesson is completed, if it is. */
  end({ placed, finished }: Visit, at: number, random: Random): readonly EventDraft[] | undefined {
    const completed = finished && this.#finish(placed);
    if (!completed) return undefined;
    const later = at + random.integer(lessonClosing.shortest, lessonClosing.longest);
    const metadata = { completion_ratio: 1 };
    return this.#reserve([{ type: 'lesson_completed', placed, occurrence: completed, metadata, at: later }]);
  }

  #visitOf(placed: PlacedItem, occurrence: number, random: Random): Visit {
    const { item } = placed;
    const assessed = 'questions' in item;
    // Who watches only goes on watching only.
    const leaves = this.#finishesAll ? random.chance(leftShare) : assessed;
    const finished = !(leaves && canBeLeft(item));
    const answers = assessed && finished ? answersTo(item, this.#ability, random) : [];
    return { placed, occurrence, finished, answers, submitted: answers.length, completesLesson: false };
  }

  /** Notes that an item is done; gives how often its lesson is completed by now if it was the last one, else 0. */
  #finish({ item, lesson }: PlacedItem): number {
    this.#done.add(item.id);
    if (!lesson.items.every(({ id }) => this.#done.has(id))) return 0;
    for (const { id } of lesson.items) this.#done.delete(id);
    const times = (this.#lessonsCompleted.get(lesson) ?? 0) + 1;
    this.#lessonsCompleted.set(lesson, times);
    return times;
  }

  #reserve(events: readonly EventDraft[]): readonly EventDraft[] | undefined {
    for (let delay = 0; delay <= longestDelay; delay++) {
      const free = ({ at }: EventDraft) => at + delay > this.#latest && !this.#taken.has(at + delay);
      if (!events.every(free)) continue;
      for (const event of events) {
        event.at += delay;
        this.#taken.add(event.at);
      }
      return events;
    }
    return undefined;
  }
}

/** Those who attended in the last 14 days of a plan's history; everyone if nobody did. */
export function activeLearnersOf(plan: Plan): ActiveLearner[] {
  const traits = traitsOf(plan.seed, plan.learners);
  const calendar = new SchoolCalendar(plan);
  const active: ActiveLearner[] = [];
  for (let index = 0; index < plan.learners; index++) {
    const sessions = journeyOf(plan.seed, index, traits, calendar);
    const last = sessions.at(-1);
    if (last && last.start >= plan.until - recently) active.push(new ActiveLearner(index, traits, sessions));
  }
  if (active.length > 0) return active;
  return Array.from({ length: plan.learners }, (_, index) => new ActiveLearner(index, traits, []));
}
