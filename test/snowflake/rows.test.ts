import { describe, expect, it } from 'vitest';
import { RecordRefusedError } from '../../apps/warehouse/raw-store.ts';
import { acceptedDocuments, rejectedDocuments } from '../../apps/warehouse/snowflake-rows.ts';

const record = (offset: number, payload: string) =>
  ({ kind: 'accepted', offset, eventId: 'e', eventType: 't', timestamp: '2026-05-01 00:00:00', payload }) as const;

describe('the documents that an INSERT takes', () => {
  it('hold the payload in its own words', () => {
    const payload = '{ "n": 1.50,\t"text": "Māori ✓ \\u0000" }';
    const [document] = acceptedDocuments([record(7, payload)]);
    expect(JSON.parse(document?.json ?? '')).toMatchObject([{ kafka_offset: 7, payload }]);
  });

  it('are split below the limit, in bytes, and keep the order', () => {
    const records = Array.from({ length: 100 }, (_, offset) => record(offset, 'ā'.repeat(100)));
    const documents = acceptedDocuments(records, 5000);
    expect(documents.every(({ json }) => Buffer.byteLength(json) <= 5001)).toBe(true);
    expect(documents.flatMap(({ json }) => JSON.parse(json)).map((row) => row.kafka_offset)).toEqual(
      records.map(({ offset }) => offset),
    );
    expect(documents.reduce((sum, { rows }) => sum + rows, 0)).toBe(100);
    expect(documents.length).toBeGreaterThan(4);
  });

  it('refuse a record that fits into none', () => {
    expect(() => acceptedDocuments([record(0, 'a'.repeat(6000))], 5000)).toThrow(RecordRefusedError);
  });

  it('are none where there is nothing', () => {
    expect(acceptedDocuments([])).toEqual([]);
  });

  it('hold a rejected record with a NUL as base64', () => {
    const rejected = {
      kind: 'rejected',
      offset: 1,
      payload: 'a\0b',
      encoding: 'utf-8',
      reason: 'not JSON: \0',
    } as const;
    const [document] = rejectedDocuments([rejected]);
    expect(JSON.parse(document?.json ?? '')).toEqual([
      {
        kafka_offset: 1,
        payload: Buffer.from('a\0b').toString('base64'),
        payload_encoding: 'base64',
        reason: 'not JSON: ␀',
      },
    ]);
  });
});
