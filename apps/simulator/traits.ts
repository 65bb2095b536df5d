import { itemsInOrder } from '../events/course.ts';
import { type Random, randomFor } from './random.ts';

/** When a learner was seen last, counted back from the period's end. */
export const lastSeenSpans = [
  { fromDays: 0, toDays: 7, of100: 53 },
  { fromDays: 7, toDays: 14, of100: 13 },
  { fromDays: 14, toDays: 30, of100: 20 },
  { fromDays: 30, toDays: Number.POSITIVE_INFINITY, of100: 9 },
] as const;

/** What is decided about learners before anything happens: a few bytes a learner, so that a million fit. */
export interface Traits {
  /** Position of the last item that the learner opens; 0 for one who never comes. */
  readonly reach: Uint8Array;
  /** How many of those items the learner finishes. */
  readonly finished: Uint8Array;
  /** Index into `lastSeenSpans`. */
  readonly lastSeen: Uint8Array;
  /** 0 (the weakest) to 99: each value once among 100 learners. */
  readonly ability: Uint8Array;
}

const blockSize = 100;
const items = itemsInOrder();
const wholeCourse = items.length;
const firstUnit = items.filter(({ unit }) => unit === items[0]?.unit).length;

/** How far 100 enrolled learners get: 5 never come, 10 do unit 1 only, 5 the whole course, the rest stop on the way. */
const reachOf100 = [
  ...Array<number>(5).fill(0),
  ...Array<number>(10).fill(firstUnit),
  ...Array<number>(5).fill(wholeCourse),
  ...Array.from({ length: 80 }, (_, index) =>
    Math.min(wholeCourse, firstUnit + 1 + (index % Math.max(1, wholeCourse - firstUnit - 1))),
  ),
];

/** Shares of what they reach that learners finish, in percent: of 100 that come, 80 finish all, 10 most and 10 some. */
const finishOf100 = [
  ...Array<readonly [number, number]>(80).fill([100, 100]),
  ...Array<readonly [number, number]>(10).fill([50, 90]),
  ...Array<readonly [number, number]>(10).fill([20, 45]),
];

const lastSeenOf100 = lastSeenSpans.flatMap(({ of100 }, span) => Array<number>(of100).fill(span));

/**
 * The traits of a seed's learners. Each 100 of them have the proportions exactly, and the learner at one index is the same
 * however many there are.
 */
export function traitsOf(seed: number, learners: number): Traits {
  const blocks = Math.ceil(learners / blockSize);
  const bytes = () => new Uint8Array(blocks * blockSize);
  const traits = { reach: bytes(), finished: bytes(), lastSeen: bytes(), ability: bytes() };
  for (let block = 0; block < blocks; block++) fillBlock(traits, block * blockSize, randomFor(seed, 'traits', block));
  return {
    reach: traits.reach.subarray(0, learners),
    finished: traits.finished.subarray(0, learners),
    lastSeen: traits.lastSeen.subarray(0, learners),
    ability: traits.ability.subarray(0, learners),
  };
}

function fillBlock(traits: Traits, first: number, random: Random): void {
  const reach = random.shuffle(reachOf100);
  const finish = finishShares(reach, random);
  traits.reach.set(reach, first);
  traits.finished.set(
    reach.map((reached, place) => countWithin(reached, finish[place] as readonly [number, number], random)),
    first,
  );
  traits.ability.set(random.shuffle(Array.from({ length: blockSize }, (_, value) => value)), first);

  // Who gets further tends to be seen more recently: those who drop out stop coming.
  const byRecency = reach
    .map((reached, place) => ({ reached, place, key: reached * 10 + random.integer(0, 60) }))
    .filter(({ reached }) => reached > 0)
    .sort((one, other) => other.key - one.key || one.place - other.place);
  for (const [rank, { place }] of byRecency.entries()) traits.lastSeen[first + place] = lastSeenOf100[rank] as number;
}

/** The finish shares of a block, dealt out so that the ones who come have the proportions. */
function finishShares(reach: readonly number[], random: Random): (readonly [number, number])[] {
  const coming = reach.filter((reached) => reached > 0).length;
  // Every 100/95th of the list: its proportions for as many as come.
  const dealt = random.shuffle(
    Array.from({ length: coming }, (_, index) => finishOf100[Math.floor(((index + 0.5) * 100) / coming)] ?? [100, 100]),
  );
  return reach.map((reached) => (reached > 0 ? (dealt.pop() ?? [100, 100]) : [0, 0])) as (readonly [number, number])[];
}

/** A whole number of `reached` items that lies within a range of percent; at least one of those who come. */
function countWithin(reached: number, [from, to]: readonly [number, number], random: Random): number {
  const least = Math.min(reached, Math.max(1, Math.ceil((reached * from) / 100)));
  return random.integer(least, Math.max(least, Math.floor((reached * to) / 100)));
}
