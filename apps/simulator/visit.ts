import type { ContentItem, PlacedItem } from '../events/course.ts';
import type { EventType, MetadataOf } from '../events/event.ts';
import type { Answers } from './answers.ts';
import type { Random } from './random.ts';

/** A learner opens a content item once. */
export interface Visit {
  readonly placed: PlacedItem;
  /** 1 for the first time that this learner opens this item. */
  readonly occurrence: number;
  /** Whether the item gets finished; one that doesn't is opened and left. */
  readonly finished: boolean;
  /** For each question that the learner gets to, what is answered in turn; empty without questions. */
  readonly answers: Answers;
  /** Of how many of these questions the last answer is submitted. */
  readonly submitted: number;
  /** Whether the lesson is done with it. */
  readonly completesLesson: boolean;
}

/** An event whose learner is known from where it stands. */
export interface EventDraft {
  readonly type: EventType;
  readonly placed: PlacedItem;
  readonly occurrence: number;
  readonly metadata: MetadataOf<EventType>;
  /** Milliseconds since 1970. */
  at: number;
}

const second = 1000;
/** What a learner does between two content items, reading an article included: it leaves no trace before its end. */
const pause = { shortest: 120 * second, longest: 600 * second };
const slide = { shortest: 3 * second, longest: 5 * second };
const answer = { shortest: 5 * second, longest: 15 * second };
const submit = { shortest: 1 * second, longest: 4 * second };
/** From what ends an item to the event that says so. */
const closing = { shortest: 200, longest: 1500 };

/** Whether an item can be opened without being finished: the first slide that is viewed finishes a slide deck. */
export function canBeLeft({ type }: ContentItem): boolean {
  return type !== 'slide';
}

/** Milliseconds from the end of the item before to the first event of a visit: 2 to 10 minutes. */
export function pauseBefore({ placed: { item } }: Visit, random: Random): number {
  const reading = item.type === 'article' ? Math.floor(item.readingTime * 0.8 * second) : 0;
  return random.integer(Math.min(Math.max(pause.shortest, reading), pause.longest), pause.longest);
}

/** No visit takes longer than this, the pause before it included, in milliseconds. */
export function longestVisit(item: ContentItem): number {
  const ending = 2 * closing.longest;
  switch (item.type) {
    case 'video':
      return pause.longest + item.length * second + ending;
    case 'slide':
      return pause.longest + item.slides * slide.longest + ending;
    case 'article':
      return pause.longest + ending;
    default:
      return pause.longest + item.questions.length * (2 * answer.longest + submit.longest) + ending;
  }
}

/** The events of a visit in order, each later than the one before; the first is at `start` (milliseconds since 1970). */
export function visitEvents(visit: Visit, start: number, random: Random): EventDraft[] {
  const { placed, occurrence, finished } = visit;
  const { item } = placed;
  const events: EventDraft[] = [];
  let now = start;
  const add = <Type extends EventType>(type: Type, metadata: MetadataOf<Type>) =>
    events.push({ type, placed, occurrence, metadata, at: now });
  /** Lets time pass; gives it in seconds. */
  const wait = ({ shortest, longest }: { shortest: number; longest: number }) => {
    const passed = random.integer(shortest, longest);
    now += passed;
    return passed / second;
  };

  switch (item.type) {
    case 'video':
      add('video_started', {});
      if (finished) {
        const duration = wait({ shortest: item.length * 0.9 * second, longest: item.length * second });
        add('video_completed', { duration });
      }
      break;
    case 'slide':
      for (let index = 1; index <= item.slides; index++) {
        if (index > 1) wait(slide);
        add('slide_viewed', { slide_index: index });
      }
      break;
    case 'article':
      add('article_read', { read_percent: finished ? random.integer(90, 100) : random.integer(15, 85) });
      break;
    default:
      addQuestions();
  }
  if (visit.completesLesson) {
    wait(closing);
    add('lesson_completed', { completion_ratio: 1 });
  }
  return events;

  function addQuestions(): void {
    const name = item.type as 'quiz' | 'exercise';
    const questions = 'questions' in item ? item.questions : [];
    add(`${name}_opened`, {});
    let score = 0;
    for (const [index, given] of visit.answers.entries()) {
      const { id, answers } = questions[index] as (typeof questions)[number];
      for (const one of given) {
        const spent = wait(answer);
        add('question_answered', { question_id: id, answer_given: one, time_spent: spent });
      }
      if (index >= visit.submitted) continue;
      const final = given.at(-1) as string;
      const correct = final === answers[0];
      if (correct) score++;
      wait(submit);
      add('question_submitted', { question_id: id, answer_given: final, correct });
    }
    if (!finished) return;
    wait(closing);
    add(`${name}_completed`, { score, total_questions: questions.length });
  }
}
