import { z } from 'zod';

const isoDateTime = z.iso.datetime({ offset: true, local: true });

/**
 * An ISO 8601 date and time in UTC as `YYYY-MM-DD HH:MM:SS.ffffff`, or `undefined` if it can't be read. Taken are also a
 * space for the T and an offset without its colon, as many producers write them. Without a zone it is UTC, as the reference's
 * producer sends it. Digits below the microsecond are cut off.
 */
export function readTimestamp(text: string): string | undefined {
  return readCanonical(text) ?? readAnyIso(text);
}

/** What `Date` writes, on a day that every month has: nearly all events, and many times faster to check than any ISO 8601. */
const canonical = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

function readCanonical(text: string): string | undefined {
  return canonical.test(text) ? toSql(text) : undefined;
}

function readAnyIso(text: string): string | undefined {
  const normal = text
    .trim()
    .replace(/^(\S+) (?=\d)/, '$1T')
    .replace(/z$/, 'Z')
    .replace(/([+-]\d\d)(\d\d)?$/, withColon);
  if (!isoDateTime.safeParse(normal).success) return undefined;
  const hasZone = /(Z|[+-]\d\d:\d\d)$/.test(normal);
  const milliseconds = Date.parse(hasZone ? normal : `${normal}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  const utc = new Date(milliseconds).toISOString();
  if (!/^\d{4}-/.test(utc)) return undefined;
  const belowMilliseconds = /\.\d{3}(\d{1,3})/.exec(normal)?.[1] ?? '';
  return `${toSql(utc)}${belowMilliseconds}`;
}

function toSql(utc: string): string {
  return `${utc.slice(0, 10)} ${utc.slice(11, -1)}`;
}

/** `+1300` and `+13` become `+13:00`; the day of a date (`-05`) isn't an offset, but no date stands alone here. */
function withColon(_: string, hours: string, minutes = '00'): string {
  return `${hours}:${minutes}`;
}
