/** Where reading a partition starts: decided from what the warehouse has and what Kafka still holds. */

export interface Watermarks {
  /** Offset of the first record that Kafka holds. */
  readonly low: number;
  /** Offset that the next record will get. */
  readonly high: number;
}

export type StartPosition =
  /** Read from this offset on. */
  | { readonly kind: 'start'; readonly offset: number }
  /** Retention took records: write down the gap, then read from this offset on. */
  | { readonly kind: 'gap'; readonly from: number; readonly offset: number }
  /** More is stored than the partition has: it isn't the one that was read before. */
  | { readonly kind: 'created anew' };

/** @param stored the warehouse's offset, `undefined` when it has none */
export function startPosition(stored: number | undefined, { low, high }: Watermarks): StartPosition {
  if (stored === undefined) return { kind: 'start', offset: low };
  if (stored > high) return { kind: 'created anew' };
  if (stored < low) return { kind: 'gap', from: stored, offset: low };
  return { kind: 'start', offset: stored };
}
