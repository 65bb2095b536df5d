const minute = 60_000;

/**
 * Milliseconds to the next tick of a clock that ticks every so many minutes since midnight UTC: with 60 on the hour, with 15 at
 * 00, 15, 30 and 45. Several consumers, and dbt behind them, so wake the warehouse together.
 */
export function untilNextTick(minutes: number, now: number = Date.now()): number {
  const day = 1440 * minute;
  const sinceMidnight = now % day;
  const next = (Math.floor(sinceMidnight / (minutes * minute)) + 1) * minutes * minute;
  return Math.min(next, day) - sinceMidnight;
}
