import { mostSessions, type Session } from './journey.ts';

/** A session that is to come. */
export interface SessionStart {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly learner: number;
  /** Which of the learner's sessions it is, from 0. */
  readonly number: number;
}

/** When which learner's sessions start, in time order: some 60 bytes a learner. */
export class SessionStarts {
  readonly length: number;
  readonly #times: Float64Array;
  readonly #learners: Uint32Array;
  readonly #numbers: Uint8Array;
  readonly #order: Uint32Array;

  /** @param journey gives the sessions of the learner with that index */
  constructor(learners: number, journey: (learner: number) => readonly Session[]) {
    const times = new Float64Array(learners * mostSessions);
    this.#times = times;
    this.#learners = new Uint32Array(times.length);
    this.#numbers = new Uint8Array(times.length);
    let length = 0;
    for (let learner = 0; learner < learners; learner++) {
      for (const [number, { start }] of journey(learner).entries()) {
        times[length] = start;
        this.#learners[length] = learner;
        this.#numbers[length] = number;
        length++;
      }
    }
    this.length = length;
    this.#order = new Uint32Array(length)
      .map((_, index) => index)
      .sort((one, other) => (times[one] as number) - (times[other] as number) || one - other);
  }

  /** The session at a place of the order, from 0; none after the last. */
  at(place: number): SessionStart | undefined {
    const index = this.#order[place];
    if (index === undefined) return undefined;
    return {
      at: this.#times[index] as number,
      learner: this.#learners[index] as number,
      number: this.#numbers[index] as number,
    };
  }
}
