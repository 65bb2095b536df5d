import { itemsInOrder, type PlacedItem } from '../events/course.ts';
import { type Answers, answersTo, correctShare } from './answers.ts';
import type { SchoolCalendar } from './calendar.ts';
import { type Random, randomFor } from './random.ts';
import type { Traits } from './traits.ts';
import { canBeLeft, longestVisit, type Visit } from './visit.ts';

/** A learner's run of visits on one day. */
export interface Session {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly visits: readonly Visit[];
}

const items = itemsInOrder();
/** How many of 100 learners come once, twice, three and four times. */
const sessionsOf100 = [18, 34, 30, 18];
/** No learner has more sessions in a period. */
export const mostSessions = sessionsOf100.length;
/** Share of the badly done quizzes and exercises that are tried again, and how much better the learner is by then. */
const retryShare = 0.45;
const retryGain = 20;

/** Everything that a learner does in the period, session by session; nothing for one who never comes. */
export function journeyOf(seed: number, learner: number, traits: Traits, calendar: SchoolCalendar): Session[] {
  const reach = traits.reach[learner] as number;
  if (reach === 0) return [];
  const random = randomFor(seed, 'journey', learner);
  const visits = visitsOf(reach, traits.finished[learner] as number, traits.ability[learner] as number, random);
  const days = daysOf(random.weighted(sessionsOf100) + 1, traits.lastSeen[learner] as number, visits, calendar, random);
  const runs = split(visits, days.length, random);
  return runs.map((run, index) => {
    const longest = run.reduce((sum, { placed }) => sum + longestVisit(placed.item), 0);
    return { start: calendar.pickStart(random, days[index] as number, longest), visits: run };
  });
}

function visitsOf(reach: number, finished: number, ability: number, random: Random): Visit[] {
  const reached = items.slice(0, reach);
  const left = leftOut(reached, reach - finished, random);
  const visits: Visit[] = [];
  const retries: { visit: Visit; after: number }[] = [];
  for (const placed of reached) {
    if (left.has(placed)) {
      const watchesOnly = finished * 2 < reach;
      if (canBeLeft(placed.item)) visits.push(visitThatIsLeft(placed, watchesOnly, ability, random));
    } else {
      const answers = 'questions' in placed.item ? answersTo(placed.item, ability, random) : [];
      const lesson = reached.filter((other) => other.lesson === placed.lesson && !left.has(other));
      const completesLesson = lesson.length === placed.lesson.items.length && lesson.at(-1) === placed;
      visits.push({ placed, occurrence: 1, finished: true, answers, submitted: answers.length, completesLesson });
      const retry = retryOf(placed, answers, ability, random);
      if (retry) retries.push({ visit: retry, after: visits.length + random.integer(0, 2) });
    }
  }
  // From the back, so that the places of the earlier ones still hold.
  for (const { visit, after } of retries.reverse()) visits.splice(after, 0, visit);
  return visits;
}

/** Those of the reached items that the learner doesn't finish: quizzes and exercises before anything else. */
function leftOut(reached: readonly PlacedItem[], count: number, random: Random): ReadonlySet<PlacedItem> {
  const last = reached.at(-1);
  const assessments = reached.filter(({ item }) => 'questions' in item);
  const others = reached.filter(
    // A slide deck that isn't finished isn't opened: as the last one it wouldn't be reached.
    (placed) => !('questions' in placed.item) && (placed !== last || canBeLeft(placed.item)),
  );
  return new Set([...random.shuffle(assessments), ...random.shuffle(others)].slice(0, count));
}

/** A learner who leaves a quiz or exercise may have answered its first question, and submitted it when others follow. */
function visitThatIsLeft(placed: PlacedItem, watchesOnly: boolean, ability: number, random: Random): Visit {
  const all: Answers = 'questions' in placed.item ? answersTo(placed.item, ability, random) : [];
  const answers = all.slice(0, random.chance(0.6) ? 1 : 0);
  const submits = all.length > 1 && answers.length > 0 && !watchesOnly && random.chance(0.7);
  return { placed, occurrence: 1, finished: false, answers, submitted: submits ? 1 : 0, completesLesson: false };
}

function retryOf(placed: PlacedItem, answers: Answers, ability: number, random: Random): Visit | undefined {
  const { item } = placed;
  if (!('questions' in item) || correctShare(item, answers) >= 0.5 || !random.chance(retryShare)) return undefined;
  const better = answersTo(item, Math.min(99, ability + retryGain), random);
  return { placed, occurrence: 2, finished: true, answers: better, submitted: better.length, completesLesson: false };
}

/** Indexes of the days on which the learner comes, in order: as many as wished and possible. */
function daysOf(
  wished: number,
  lastSeen: number,
  visits: readonly Visit[],
  calendar: SchoolCalendar,
  random: Random,
): number[] {
  const last = calendar.pickDay(random, calendar.lastDays(lastSeen));
  const days = new Set([last]);
  const possible = Math.min(wished, visits.length, last + 1);
  while (days.size < possible) days.add(calendar.pickDay(random, { first: 0, last: last - 1 }));
  return [...days].sort((one, other) => one - other);
}

/** Cuts the visits into that many runs of at least one. */
function split(visits: readonly Visit[], runs: number, random: Random): Visit[][] {
  const cuts = new Set<number>();
  while (cuts.size < runs - 1) cuts.add(random.integer(1, visits.length - 1));
  const bounds = [0, ...[...cuts].sort((one, other) => one - other), visits.length];
  return bounds.slice(1).map((end, index) => visits.slice(bounds[index], end));
}
