import { DateTime } from 'luxon';
import { dayLength, type Plan, startOf } from './plan.ts';
import type { Random } from './random.ts';
import { lastSeenSpans } from './traits.ts';

/** Where the school is: its days and hours are those of this zone, daylight saving included. */
export const schoolZone = 'Pacific/Auckland';

const hour = 60 * 60 * 1000;
const firstHour = 8;
/** How often a session starts in each hour from 8 to 21: lessons by day, a peak after school, homework in the evening. */
const startsByHour = {
  weekday: [2, 5, 6, 5, 3, 5, 7, 17, 18, 13, 7, 7, 5, 2],
  weekend: [1, 3, 6, 7, 5, 6, 7, 7, 6, 5, 4, 5, 3, 1],
};
/** How many sessions an hour of such a day gets, against one another. */
const startsByDay = { weekday: 10, weekend: 2 };
/** A day of which less lies in the period isn't used: the longest session has to fit. */
const shortestDay = 4 * hour;

interface SchoolDay {
  readonly kind: 'weekday' | 'weekend';
  /** 8 o'clock, in milliseconds since 1970. No clock is changed between 8 and 22. */
  readonly eight: number;
  /** From when to when a session may run: within 8 to 22 o'clock and within the period. */
  readonly opens: number;
  readonly closes: number;
}

/** First and last index of days. */
export interface DayRange {
  readonly first: number;
  readonly last: number;
}

/** The days and hours of a plan's period at which learners attend. */
export class SchoolCalendar {
  readonly #days: readonly SchoolDay[];
  /** Sum of the weights of the days before each. */
  readonly #weightBefore: readonly number[];
  readonly #lastDays: readonly DayRange[];

  constructor(plan: Plan) {
    this.#days = schoolDays(startOf(plan), plan.until);
    const before = [0];
    for (const { kind, opens, closes } of this.#days) {
      before.push((before.at(-1) as number) + startsByDay[kind] * Math.ceil((closes - opens) / hour));
    }
    this.#weightBefore = before;
    this.#lastDays = lastSeenSpans.map((_, span) => this.#daysOfSpan(span, plan.until));
  }

  /** The days on which a learner of that `lastSeen` attends last; a span before the period gives the period's first one. */
  lastDays(span: number): DayRange {
    return this.#lastDays[span] as DayRange;
  }

  /** The index of one of the days, weekdays much more often than weekends. */
  pickDay(random: Random, { first, last }: DayRange): number {
    const from = this.#weightBefore[first] as number;
    const drawn = random.integer(from, (this.#weightBefore[last + 1] as number) - 1);
    let [low, high] = [first, last];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (drawn < (this.#weightBefore[middle + 1] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** When a session of at most `longest` milliseconds starts on that day, in milliseconds since 1970. */
  pickStart(random: Random, day: number, longest: number): number {
    const { kind, eight, opens, closes } = this.#days[day] as SchoolDay;
    const latest = closes - longest;
    for (let attempt = 0; attempt < 20; attempt++) {
      const start = eight + random.weighted(startsByHour[kind]) * hour + random.integer(0, hour - 1);
      if (start >= opens && start <= latest) return start;
    }
    return random.integer(opens, latest);
  }

  #daysOfSpan(span: number, until: number): DayRange {
    for (let nearer = span; nearer >= 0; nearer--) {
      const { fromDays, toDays } = lastSeenSpans[nearer] as (typeof lastSeenSpans)[number];
      const fits = ({ opens, closes }: SchoolDay) =>
        closes <= until - fromDays * dayLength && opens >= until - toDays * dayLength;
      const first = this.#days.findIndex(fits);
      if (first >= 0) return { first, last: this.#days.findLastIndex(fits) };
    }
    return { first: 0, last: this.#days.length - 1 };
  }
}

function schoolDays(from: number, until: number): SchoolDay[] {
  const days: SchoolDay[] = [];
  let day = DateTime.fromMillis(from, { zone: schoolZone }).startOf('day');
  for (; day.toMillis() < until; day = day.plus({ days: 1 })) {
    const eight = day.set({ hour: firstHour }).toMillis();
    const opens = Math.max(eight, from);
    const closes = Math.min(eight + startsByHour.weekday.length * hour, until);
    if (closes - opens >= shortestDay)
      days.push({ kind: day.weekday > 5 ? 'weekend' : 'weekday', eight, opens, closes });
  }
  return days;
}
