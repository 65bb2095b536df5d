import { PipelineError } from '../common/errors.ts';

/** What is simulated: these four decide every byte of a backfill. */
export interface Plan {
  readonly seed: number;
  /** Enrolled learners. */
  readonly learners: number;
  /** Length of the period. */
  readonly days: number;
  /** End of the period, in milliseconds since 1970: every event is before it. */
  readonly until: number;
}

/** A plan of which only a running backfill may know the end. */
export type OpenPlan = Omit<Plan, 'until'> & { readonly until?: number | undefined };

export const dayLength = 24 * 60 * 60 * 1000;

/** Start of a plan's period, in milliseconds since 1970: no event is before it. */
export function startOf({ until, days }: Plan): number {
  return until - days * dayLength;
}

/** The end that a backfill takes when none is given: the present, down to the minute. */
export function presentMinute(now: number = Date.now()): number {
  return now - (now % 60_000);
}

/** The simulator can't go on: another one has taken over, or the topic holds another history of the same learners. */
export class SimulatorError extends PipelineError {}
