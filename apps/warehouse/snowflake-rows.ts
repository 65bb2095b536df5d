import { type AcceptedRecord, RecordRefusedError, type RejectedRecord } from './raw-store.ts';

/** Some rows as one JSON array: what one INSERT takes. */
export interface RowDocument {
  readonly json: string;
  readonly rows: number;
}

/** Snowflake takes up to 16 MB as one value; the rest is for what a value grows by on its way. Bytes. */
export const largestDocument = 14_000_000;

/**
 * Packs accepted records: the payload goes as a text, in the words it was sent in, for Snowflake to parse.
 *
 * @throws {RecordRefusedError} when one is too large for any INSERT
 */
export function acceptedDocuments(records: readonly AcceptedRecord[], limit = largestDocument): RowDocument[] {
  return pack(
    records.map(({ offset, eventId, eventType, timestamp, payload }) => ({
      kafka_offset: offset,
      event_id: eventId,
      event_type: eventType,
      event_time: timestamp,
      payload,
    })),
    limit,
  );
}

/**
 * Packs rejected records. One with a NUL goes as base64, since nothing that was rejected may be refused once more.
 *
 * @throws {RecordRefusedError} when one is too large for any INSERT
 */
export function rejectedDocuments(records: readonly RejectedRecord[], limit = largestDocument): RowDocument[] {
  return pack(
    records.map(({ offset, payload, encoding, reason }) => ({
      kafka_offset: offset,
      ...(payload?.includes('\0')
        ? { payload: Buffer.from(payload).toString('base64'), payload_encoding: 'base64' }
        : { payload, payload_encoding: encoding }),
      reason: reason.replaceAll('\0', '\u2400'),
    })),
    limit,
  );
}

function pack(rows: readonly object[], limit: number): RowDocument[] {
  const documents: RowDocument[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const finish = () => {
    if (texts.length > 0) documents.push({ json: `[${texts.join(',')}]`, rows: texts.length });
    texts = [];
    bytes = 0;
  };
  for (const row of rows) {
    const text = JSON.stringify(row);
    const size = Buffer.byteLength(text) + 1;
    if (size > limit) {
      throw new RecordRefusedError(undefined, `${size} bytes as JSON are more than the ${limit} that Snowflake takes`);
    }
    if (bytes + size > limit) finish();
    texts.push(text);
    bytes += size;
  }
  finish();
  return documents;
}
