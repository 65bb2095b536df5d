import { isUtf8 } from 'node:buffer';
import type { AcceptedRecord, RawRecord, RecordRefusedError, RejectedRecord } from '../warehouse/raw-store.ts';
import { readTimestamp } from './timestamp.ts';

/** The largest value that is taken, in bytes. */
export const largestPayload = 1_000_000;

/**
 * What becomes of a record: every JSON object with the four required fields is taken whole, whatever else it holds; the
 * rest is rejected with its reason and its bytes.
 */
export function classify(offset: number, value: Buffer | null): RawRecord {
  if (value === null) return reject(offset, null, 'a tombstone: the record has no value');
  if (value.length > largestPayload) {
    return reject(offset, value, `${value.length} bytes are more than the ${largestPayload} that are taken`);
  }
  if (!isUtf8(value)) return reject(offset, value, 'not UTF-8 text');

  const payload = value.toString('utf8');
  let event: unknown;
  try {
    event = JSON.parse(payload);
  } catch {
    return reject(offset, value, 'not JSON');
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return reject(offset, value, `not a JSON object but ${kindOf(event)}`);
  }
  const fields = event as Record<string, unknown>;
  return accept(offset, payload, fields) ?? reject(offset, value, whatIsMissing(fields));
}

/**
 * What becomes of a record that the warehouse refused: one that was taken is rejected with the warehouse's words; one that was
 * rejected keeps its reason, and its bytes as base64, which every warehouse can store.
 *
 * @throws the error when nothing is left to try
 */
export function rejectRefused(record: RawRecord, error: RecordRefusedError): RejectedRecord {
  if (record.kind === 'accepted') {
    return reject(record.offset, Buffer.from(record.payload), `refused by the warehouse: ${error.message}`);
  }
  if (record.encoding === 'base64' || record.payload === null) throw error;
  return { ...record, payload: Buffer.from(record.payload).toString('base64'), encoding: 'base64' };
}

function accept(offset: number, payload: string, event: Record<string, unknown>): AcceptedRecord | undefined {
  const eventId = readIdentifier(event.event_id);
  const eventType = readIdentifier(event.event_type);
  const timestamp = typeof event.timestamp === 'string' ? readTimestamp(event.timestamp) : undefined;
  if (!eventId || !eventType || !timestamp || !readIdentifier(event.user_id)) return undefined;
  return { kind: 'accepted', offset, eventId, eventType, timestamp, payload };
}

/** Text that isn't blank; whole numbers count, since many systems number their users. */
function readIdentifier(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function whatIsMissing(event: Record<string, unknown>): string {
  const reasons = (['event_id', 'event_type', 'user_id'] as const)
    .filter((field) => !readIdentifier(event[field]))
    .map((field) =>
      event[field] === undefined ? `${field} is missing` : `${field} is ${show(event[field])}, not a text`,
    );
  if (event.timestamp === undefined) reasons.push('timestamp is missing');
  else if (typeof event.timestamp !== 'string' || !readTimestamp(event.timestamp)) {
    reasons.push(
      `timestamp is ${show(event.timestamp)}, which can't be read: ISO 8601 is allowed, such as 2026-05-01T03:04:05Z`,
    );
  }
  return reasons.join('; ');
}

/** A value for a person; what is nested is only named, since it may be nested too deep to be written. */
function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? kindOf(value) : JSON.stringify(value).slice(0, 60);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

function reject(offset: number, value: Buffer | null, reason: string): RejectedRecord {
  if (value === null) return { kind: 'rejected', offset, payload: null, encoding: 'utf-8', reason };
  return isUtf8(value)
    ? { kind: 'rejected', offset, payload: value.toString('utf8'), encoding: 'utf-8', reason }
    : { kind: 'rejected', offset, payload: value.toString('base64'), encoding: 'base64', reason };
}
