/**
 * The event contract. This one definition gives the TypeScript types, the run-time check, the published JSON Schema
 * (`json-schema.ts`) and the data dictionary (`data-dictionary.ts`).
 */
import { z } from 'zod';
import { contentTypes } from './course.ts';

const questionId = z.string().min(1).describe('The question within its quiz or exercise, such as Q1');
const answerGiven = z.string().describe('What the learner typed or chose');
const score = z.int().min(0).describe('Number of questions answered correctly');
const totalQuestions = z.int().min(1).describe('Number of questions in the quiz or exercise');

interface EventTypeDefinition {
  readonly level: 'content' | 'question' | 'lesson';
  readonly triggered: string;
  readonly metadata: z.ZodObject;
}

/** The 11 event types: at what level they stand, when they are sent and what their metadata holds. */
export const eventTypeDefinitions = {
  video_started: { level: 'content', triggered: 'a video plays', metadata: z.strictObject({}) },
  video_completed: {
    level: 'content',
    triggered: 'a video ends',
    metadata: z.strictObject({
      duration: z.number().min(0).describe('Seconds from video_started to the end, about 90-100 % of the length'),
    }),
  },
  slide_viewed: {
    level: 'content',
    triggered: 'a slide is opened',
    metadata: z.strictObject({ slide_index: z.int().min(1).describe('Position of the slide in its deck, from 1') }),
  },
  article_read: {
    level: 'content',
    triggered: 'the scroll position passes 90 %, or the article is left',
    metadata: z.strictObject({
      read_percent: z.number().min(0).max(100).describe('How far the learner scrolled, 0-100'),
    }),
  },
  quiz_opened: { level: 'content', triggered: 'a quiz is opened', metadata: z.strictObject({}) },
  exercise_opened: { level: 'content', triggered: 'an exercise is opened', metadata: z.strictObject({}) },
  question_answered: {
    level: 'question',
    triggered: 'an answer is given (it may still be changed)',
    metadata: z.strictObject({
      question_id: questionId,
      answer_given: answerGiven,
      time_spent: z.number().min(0).describe('Seconds from the previous event of the quiz or exercise to this answer'),
    }),
  },
  question_submitted: {
    level: 'question',
    triggered: 'an answer is submitted',
    metadata: z.strictObject({
      question_id: questionId,
      answer_given: answerGiven,
      correct: z.boolean().describe('Whether the submitted answer is right'),
    }),
  },
  quiz_completed: {
    level: 'content',
    triggered: 'every question of a quiz is done',
    metadata: z.strictObject({ score, total_questions: totalQuestions }),
  },
  exercise_completed: {
    level: 'content',
    triggered: 'every question of an exercise is done',
    metadata: z.strictObject({ score, total_questions: totalQuestions }),
  },
  lesson_completed: {
    level: 'lesson',
    triggered: 'every content item of a lesson is done',
    metadata: z.strictObject({
      completion_ratio: z.number().min(0).max(1).describe("Share of the lesson's content items that are done, 0-1"),
    }),
  },
} as const satisfies Record<string, EventTypeDefinition>;

export type EventType = keyof typeof eventTypeDefinitions;
export const eventTypes = Object.keys(eventTypeDefinitions) as EventType[];

/** The fields that every event has, in the order in which they are sent. */
export const commonFields = z.strictObject({
  event_id: z.string().min(1).describe('Unique id; our own simulator writes UUIDs'),
  event_type: z.enum(eventTypes as [EventType, ...EventType[]]).describe('What happened'),
  timestamp: z.iso
    .datetime({ offset: true, local: true })
    .describe('When it happened: ISO 8601; without a zone it is UTC'),
  user_id: z.string().min(1).describe('The learner, such as U001'),
  course_id: z.string().min(1).describe('The course, such as PY101'),
  unit_id: z.string().min(1).describe('The unit within the course, such as U1'),
  lesson_id: z.string().min(1).describe('The lesson within the unit, such as U1_L1'),
  content_id: z.string().min(1).nullable().describe('The content item, such as VID001; null for lesson_completed'),
  content_type: z.enum(contentTypes).nullable().describe('The kind of content item; null for lesson_completed'),
  metadata: z.record(z.string(), z.unknown()).describe('Further fields, by event type'),
});

/** What a producer has to send for an event to be taken at all. */
export const requiredFields = ['event_id', 'event_type', 'timestamp', 'user_id'] as const;

type CommonFields = z.infer<typeof commonFields>;
export type MetadataOf<Type extends EventType> = z.infer<(typeof eventTypeDefinitions)[Type]['metadata']>;

/** One event of a given type, as the simulator sends it. */
export type EventOf<Type extends EventType> = Omit<CommonFields, 'event_type' | 'metadata'> & {
  event_type: Type;
  metadata: MetadataOf<Type>;
};

/** One event of any type, as the simulator sends it. */
export type LearningEvent = { [Type in EventType]: EventOf<Type> }[EventType];

/** The strict run-time check of what we send ourselves: all fields, UUIDs, timestamps in UTC, metadata as its type says. */
export const sentEvent = commonFields
  .extend({ event_id: z.uuid(), timestamp: z.iso.datetime() })
  .superRefine((event, context) => {
    const { level, metadata } = eventTypeDefinitions[event.event_type];
    const checked = metadata.safeParse(event.metadata);
    for (const issue of checked.error?.issues ?? []) context.addIssue({ ...issue, path: ['metadata', ...issue.path] });
    if (
      (level === 'lesson') !== (event.content_id === null) ||
      (event.content_id === null) !== (event.content_type === null)
    ) {
      context.addIssue({
        code: 'custom',
        path: ['content_id'],
        message: 'names a content item except at lesson level',
      });
    }
  });
