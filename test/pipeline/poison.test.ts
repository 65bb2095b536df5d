import type { Message } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, TestKafka } from './equipment/stage.ts';

const event = {
  event_id: 'e-1',
  event_type: 'slide_viewed',
  timestamp: '2026-05-01T03:04:05Z',
  user_id: 'U001',
};

function without(field: keyof typeof event): string {
  return JSON.stringify({ ...event, [field]: undefined });
}

/** What each record is, its value and what must become of it: the reason, or `taken`. */
const poison: [name: string, value: string | Buffer | null, outcome: RegExp | 'taken'][] = [
  ['not JSON', '{"event_id": "e-1", ', /^not JSON$/],
  ['an array', '[1, 2]', /an array/],
  ['a text', '"event"', /a string/],
  ['null', 'null', /but null$/],
  ['without event_id', without('event_id'), /event_id is missing/],
  ['without event_type', without('event_type'), /event_type is missing/],
  ['without timestamp', without('timestamp'), /timestamp is missing/],
  ['without user_id', without('user_id'), /user_id is missing/],
  ['blank user_id', JSON.stringify({ ...event, user_id: ' ' }), /user_id is " "/],
  ['an unreadable time', JSON.stringify({ ...event, timestamp: 'yesterday' }), /timestamp is "yesterday"/],
  ['a day that is not in the calendar', JSON.stringify({ ...event, timestamp: '2026-02-30T00:00:00Z' }), /2026-02-30/],
  ['a tombstone', null, /tombstone/],
  ['nothing', '', /not JSON/],
  ['1.5 MB', JSON.stringify({ ...event, metadata: 'x'.repeat(1_500_000) }), /1500\d+ bytes/],
  ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /not UTF-8/],
  ['a raw NUL', `{"event_id":"a\u0000b"}`, /not JSON/],
  ['an escaped NUL', JSON.stringify({ ...event, metadata: { answer_given: 'a\u0000b' } }), 'taken'],
  [
    'a lone surrogate',
    `{"metadata":"\\ud800",${JSON.stringify(event).slice(1)}`,
    /refused by the warehouse: .*surrogate/,
  ],
  ['duplicate keys', `{"event_id":"e-0",${JSON.stringify(event).slice(1)}`, 'taken'],
  [
    'nesting 2,000 deep',
    `{"metadata":${'['.repeat(2000)}${']'.repeat(2000)},${JSON.stringify(event).slice(1)}`,
    'taken',
  ],
  ['an integer over 2^53', `{"metadata":{"n":90071992547409931},${JSON.stringify(event).slice(1)}`, 'taken'],
  [
    'an event_id over 2^53',
    `{"event_id":90071992547409931,"event_type":"x","timestamp":"${event.timestamp}","user_id":"U1"}`,
    /event_id/,
  ],
  [
    "the reference's format",
    '{"event_id":"evt_1234","event_type":"quiz_opened","timestamp":"2026-05-01T03:04:05.123456","user_id":"U001","metadata":{}}',
    'taken',
  ],
  [
    'an unknown type with more fields',
    JSON.stringify({ ...event, event_type: 'badge_earned', extra: { a: 1 } }),
    'taken',
  ],
  [
    'a user_id that is nested 5,000 deep',
    `{"user_id":${'['.repeat(5000)}${']'.repeat(5000)},${without('user_id').slice(1)}`,
    /user_id is an array/,
  ],
  ['numbers as ids', JSON.stringify({ ...event, event_id: 17, user_id: 4 }), 'taken'],
];

describe('poison', () => {
  let kafka: TestKafka;
  beforeAll(async () => {
    kafka = await TestKafka.start();
  });
  afterAll(() => kafka.stop());

  it('of every kind is taken as it was sent or rejected with its reason and its bytes, and blocks nothing', async () => {
    await using stage = await kafka.openStage({ partitions: 1 });
    const good = events(300);
    const messages = poison.flatMap(([, value], index): Message[] => [
      ...good.slice(index * 10, index * 10 + 10),
      { key: 'U001', value },
    ]);
    await stage.send(messages);
    stage.startConsumer();
    const counts = await stage.expectEachRecordInOneRow();
    const takenPoison = poison.filter(([, , outcome]) => outcome === 'taken').length;
    expect(counts).toEqual({
      events: poison.length * 10 + takenPoison,
      rejected: poison.length - takenPoison,
    });

    const taken = await stage.query<{ kafka_offset: string; raw_payload: string }>(
      'SELECT kafka_offset, raw_payload::VARCHAR AS raw_payload FROM raw.raw_learning_events_v2',
    );
    const rejected = await stage.query<{
      kafka_offset: string;
      payload: string | null;
      payload_encoding: string;
      reason: string;
    }>('SELECT kafka_offset, payload, payload_encoding, reason FROM raw.raw_rejected_events');
    for (const [index, [name, value, outcome]] of poison.entries()) {
      const offset = String(index * 11 + 10);
      if (outcome === 'taken') {
        expect(taken.find((row) => row.kafka_offset === offset)?.raw_payload, name).toBe(value);
      } else {
        const row = rejected.find((each) => each.kafka_offset === offset);
        expect(row?.reason, name).toMatch(outcome);
        const bytes =
          row?.payload == null ? null : Buffer.from(row.payload, row.payload_encoding === 'base64' ? 'base64' : 'utf8');
        expect(bytes, name).toEqual(value === null ? null : Buffer.from(value));
      }
    }
  });
});
