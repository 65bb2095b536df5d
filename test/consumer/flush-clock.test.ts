import { describe, expect, it } from 'vitest';
import { untilNextTick } from '../../apps/consumer/flush-clock.ts';

const minutes = 60_000;
const at = (time: string) => Date.parse(`2026-06-01T${time}Z`);

describe('the flush clock', () => {
  it('ticks at whole multiples of its minutes', () => {
    expect(untilNextTick(15, at('10:07:30'))).toBe(7.5 * minutes);
    expect(untilNextTick(60, at('10:59:59'))).toBe(1000);
  });

  it('waits for the next tick when it is just now', () => {
    expect(untilNextTick(60, at('10:00:00'))).toBe(60 * minutes);
  });

  it('begins anew each day, whatever its minutes', () => {
    expect(untilNextTick(7, at('23:59:00'))).toBe(1 * minutes);
    expect(untilNextTick(1440, at('18:00:00'))).toBe(360 * minutes);
  });
});
