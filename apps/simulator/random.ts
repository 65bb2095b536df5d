import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';

/** What random numbers are drawn for: each purpose has streams of its own, so that one more draw here changes nothing there. */
const purposes = { traits: 1, journey: 2, session: 3, live: 4 } as const;

/**
 * A stream of random numbers. It uses integers and the four basic operations only, which every JavaScript engine computes to
 * the last bit alike (`Math.exp` and its kind it may not).
 */
export class Random {
  readonly #generator: JumpableRandomGenerator;

  constructor(state: readonly [number, number, number, number]) {
    this.#generator = xoroshiro128plusFromState(state);
  }

  /** A whole number from `from` to `to`, both possible. */
  integer(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  /** True in that share of the calls, 0-1. */
  chance(share: number): boolean {
    return this.#generator.next() + 2 ** 31 < share * 2 ** 32;
  }

  /** One of the values. */
  pick<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.integer(0, values.length - 1)] as Value;
  }

  /** An index of `weights`, which are whole numbers, as often as its weight says. */
  weighted(weights: readonly number[]): number {
    let left = this.integer(
      1,
      weights.reduce((sum, weight) => sum + weight, 0),
    );
    return weights.findIndex((weight) => {
      left -= weight;
      return left <= 0;
    });
  }

  /** The values in another order; the array itself isn't changed. */
  shuffle<Value>(values: readonly Value[]): Value[] {
    const shuffled = [...values];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as Value, shuffled[last] as Value];
    }
    return shuffled;
  }
}

/** The stream for a purpose: the same numbers for the same seed, purpose, index and part, on every machine. */
export function randomFor(seed: number, purpose: keyof typeof purposes, index: number, part = 0): Random {
  const word = (salt: number) => mix(mix(mix(mix(salt, seed), purposes[purpose]), index), part);
  // A state of zeros only would give zeros only.
  return new Random([word(0x9e3779b9), word(0x7f4a7c15), word(0xf39cc060), word(0x5cedc834) | 1]);
}

/** The mixing step of MurmurHash3's end: neighbouring numbers give unrelated ones. */
function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ value ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
