import { describe, expect, it } from 'vitest';
import { startPosition } from '../../apps/consumer/start-position.ts';

describe('reading a partition starts', () => {
  it('at the beginning when nothing is stored, even if retention has moved it', () => {
    expect(startPosition(undefined, { low: 7, high: 10 })).toEqual({ kind: 'start', offset: 7 });
  });
  it('at the stored offset, up to the very end', () => {
    expect(startPosition(7, { low: 0, high: 10 })).toEqual({ kind: 'start', offset: 7 });
    expect(startPosition(10, { low: 0, high: 10 })).toEqual({ kind: 'start', offset: 10 });
  });
  it('after a gap when retention took records', () => {
    expect(startPosition(3, { low: 7, high: 10 })).toEqual({ kind: 'gap', from: 3, offset: 7 });
  });
  it('not at all when more is stored than there is', () => {
    expect(startPosition(11, { low: 0, high: 10 })).toEqual({ kind: 'created anew' });
  });
});
