import type { RawBatch } from '../../../apps/warehouse/raw-store.ts';

/** A batch of plain events; the offset before it is the first one's, or none when that is 0. */
export function batch(topic: string, first: number, count: number): RawBatch {
  return {
    partition: { cluster: 'cluster', topic, partition: 0 },
    records: Array.from({ length: count }, (_, index) => ({
      kind: 'accepted',
      offset: first + index,
      eventId: `e-${first + index}`,
      eventType: 'slide_viewed',
      timestamp: '2026-05-01 03:04:05.123456',
      payload: `{"event_id":"e-${first + index}"}`,
    })),
    expectedOffset: first === 0 ? undefined : first,
    nextOffset: first + count,
  };
}
