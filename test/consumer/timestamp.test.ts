import { describe, expect, it } from 'vitest';
import { readTimestamp } from '../../apps/consumer/timestamp.ts';

describe('a timestamp', () => {
  it.each([
    ['in UTC', '2026-05-01T03:04:05Z', '2026-05-01 03:04:05.000'],
    ['with milliseconds', '2026-05-01T03:04:05.678Z', '2026-05-01 03:04:05.678'],
    ['with microseconds', '2026-05-01T03:04:05.678901Z', '2026-05-01 03:04:05.678901'],
    ['with nanoseconds: cut at the microsecond', '2026-05-01T03:04:05.678901999Z', '2026-05-01 03:04:05.678901'],
    ['with tenths', '2026-05-01T03:04:05.5Z', '2026-05-01 03:04:05.500'],
    ['without a zone: UTC', '2026-05-01T03:04:05.123456', '2026-05-01 03:04:05.123456'],
    ['with a space', '2026-05-01 03:04:05', '2026-05-01 03:04:05.000'],
    ['with an offset', '2026-05-01T03:04:05+12:00', '2026-04-30 15:04:05.000'],
    ['with an offset without a colon', '2026-05-01T03:04:05.25-0930', '2026-05-01 12:34:05.250'],
    ['with an offset of hours', '2026-05-01T03:04:05+13', '2026-04-30 14:04:05.000'],
    ['with a small z', '2026-05-01T03:04:05z', '2026-05-01 03:04:05.000'],
    ['without seconds', '2026-05-01T03:04', '2026-05-01 03:04:00.000'],
    ['on a leap day', '2024-02-29T00:00:00Z', '2024-02-29 00:00:00.000'],
  ])('%s is read', (_, text, utc) => {
    expect(readTimestamp(text)).toBe(utc);
  });

  it.each([
    'yesterday',
    '',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-05-01',
    '1777604645',
    '01/05/2026 03:04',
    '2026-05-01T25:00:00Z',
    '2026-05-01T03:04:05+25:00',
    '2026-05-01T03:04:05Z trailing',
  ])('%j is not', (text) => {
    expect(readTimestamp(text)).toBeUndefined();
  });

  it('is read the same in every zone of the machine', () => {
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Auckland';
    expect(readTimestamp('2026-05-01T03:04:05')).toBe('2026-05-01 03:04:05.000');
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
});
