import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { eventTypeDefinitions, eventTypes, sentEvent } from '../../apps/events/event.ts';

const schemaFile = join(import.meta.dirname, '../../apps/events/learning-event.schema.json');
const validatePublished = new Ajv({ strict: false }).compile(JSON.parse(await readFile(schemaFile, 'utf8')));

const sent = {
  event_id: '7e6f3f8e-8f5c-5d3a-9d3e-0d6c8c6f2b11',
  event_type: 'video_completed',
  timestamp: '2026-05-01T03:04:05.678Z',
  user_id: 'U001',
  course_id: 'PY101',
  unit_id: 'U1',
  lesson_id: 'U1_L1',
  content_id: 'VID001',
  content_type: 'video',
  metadata: { duration: 231.5 },
};

describe('the event contract', () => {
  it('has the 11 event types of the domain', () => {
    expect(eventTypes).toHaveLength(11);
    expect(Object.values(eventTypeDefinitions).filter(({ level }) => level === 'lesson')).toHaveLength(1);
  });

  it.each([
    ['an id that is not a UUID', { event_id: 'evt_1' }],
    ['an unknown type', { event_type: 'video_paused' }],
    ['a time with an offset', { timestamp: '2026-05-01T03:04:05+12:00' }],
    ['an empty learner', { user_id: '' }],
    ['metadata of another type', { metadata: { slide_index: 1 } }],
    ['more metadata than its type has', { metadata: { duration: 231.5, speed: 2 } }],
    ['no content item', { content_id: null, content_type: null }],
    ['a field nobody knows', { device: 'phone' }],
  ])('we send no event with %s', (_, change) => {
    expect(sentEvent.safeParse(sent).success).toBe(true);
    expect(sentEvent.safeParse({ ...sent, ...change }).success).toBe(false);
  });

  it('says where in the metadata an event is wrong', () => {
    const { error } = sentEvent.safeParse({ ...sent, metadata: { duration: 'long' } });
    expect(error?.issues[0]?.path).toEqual(['metadata', 'duration']);
  });
});

describe('the published schema', () => {
  it("takes what we send, and the reference's format", () => {
    expect(validatePublished(sent)).toBe(true);
    const { event_type, user_id } = sent;
    expect(
      validatePublished({
        event_id: 'evt_1234',
        event_type,
        timestamp: '2026-05-01T03:04:05.678901',
        user_id,
        metadata: {},
      }),
    ).toBe(true);
  });

  it.each(['event_id', 'event_type', 'timestamp', 'user_id'])('asks for %s', (field) => {
    expect(validatePublished({ ...sent, [field]: undefined })).toBe(false);
  });

  it('gives the types of the metadata by event type', () => {
    expect(validatePublished({ ...sent, metadata: { duration: 'long' } })).toBe(false);
    expect(validatePublished({ ...sent, event_type: 'article_read', metadata: { read_percent: 140 } })).toBe(false);
    expect(validatePublished({ ...sent, event_type: 'article_read', metadata: { duration: 'long' } })).toBe(true);
  });
});
