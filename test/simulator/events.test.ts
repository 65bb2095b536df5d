import { v5 } from 'uuid';
import { expect, test } from 'vitest';
import { itemsInOrder, type Video } from '../../apps/events/course.ts';
import { type EventType, eventTypes, type LearningEvent, sentEvent } from '../../apps/events/event.ts';
import { historyOf } from '../../apps/simulator/history.ts';
import { eventId, eventNamespace, isoTime } from '../../apps/simulator/record.ts';
import { byLearner, eventsOf, plan } from './history.ts';

const events = eventsOf({ learners: 300 });
const videos = new Map(itemsInOrder().flatMap(({ item }) => (item.type === 'video' ? [[item.id, item]] : [])));

const timeOf = ({ timestamp }: LearningEvent) => Date.parse(timestamp);
const ofType = <Type extends EventType>(type: Type) =>
  events.filter((event): event is Extract<LearningEvent, { event_type: Type }> => event.event_type === type);

/** Each learner's events of each visit, in order. */
function visits(): LearningEvent[][] {
  return [...byLearner(events).values()].flatMap((own) => {
    const found: LearningEvent[][] = [];
    for (const event of own) {
      const last = found.at(-1);
      const opens = /_(opened|started)$/.test(event.event_type);
      if (last && !opens && last[0]?.content_id === event.content_id) last.push(event);
      else found.push([event]);
    }
    return found;
  });
}

test('every event keeps the contract', () => {
  for (const event of events) expect(sentEvent.safeParse(event).error).toBeUndefined();
});

test('every event type occurs', () => {
  expect(new Set(events.map(({ event_type }) => event_type))).toEqual(new Set(eventTypes));
});

test('events come in time order over all learners', () => {
  const times = events.map(timeOf);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});

test('ids are unique', () => {
  expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
});

test('no two events of a learner share a timestamp', () => {
  for (const own of byLearner(events).values()) {
    expect(new Set(own.map(({ timestamp }) => timestamp)).size).toBe(own.length);
  }
});

test('an id is the UUIDv5 of what makes the event one of a kind', () => {
  const [record] = historyOf(plan);
  const first = JSON.parse(record?.value ?? '') as LearningEvent;
  const name = `42|${first.user_id}|${first.content_id}|${first.event_type}|1|${first.timestamp}`;
  expect(first.event_id).toBe(v5(name, eventNamespace));
  for (const text of ['', 'a', 'Ā', 'x'.repeat(300)]) expect(eventId(text)).toBe(v5(text, eventNamespace));
});

test('the JSON put together by hand is what JSON.stringify writes', () => {
  for (const { value } of historyOf(plan)) expect(value).toBe(JSON.stringify(JSON.parse(value)));
});

test('times are written as toISOString does', () => {
  for (const at of [0, 59_999, 60_000, plan.until, plan.until + 1, plan.until - 1]) {
    expect(isoTime(at)).toBe(new Date(at).toISOString());
  }
});

test('key and type of a record are those of its event', () => {
  for (const { key, type, value, at } of historyOf(plan)) {
    const event = JSON.parse(value) as LearningEvent;
    expect([key, type, at]).toEqual([event.user_id, event.event_type, timeOf(event)]);
  }
});

test("a video's duration is the time since its start, 90-100 % of its length", () => {
  const completed = visits().filter((visit) => visit[1]?.event_type === 'video_completed');
  expect(completed.length).toBe(ofType('video_completed').length);
  for (const [started, ended] of completed as [LearningEvent, LearningEvent][]) {
    const { duration } = ended.metadata as { duration: number };
    const { length } = videos.get(ended.content_id ?? '') as Video;
    expect(duration).toBe((timeOf(ended) - timeOf(started)) / 1000);
    expect(duration / length).toBeGreaterThanOrEqual(0.9);
    expect(duration / length).toBeLessThanOrEqual(1);
  }
});

test('the time spent on an answer is the time since the event before, 5-15 s', () => {
  let answers = 0;
  for (const visit of visits()) {
    for (const [index, event] of visit.entries()) {
      if (event.event_type !== 'question_answered') continue;
      answers++;
      expect(event.metadata.time_spent).toBe((timeOf(event) - timeOf(visit[index - 1] as LearningEvent)) / 1000);
      expect(event.metadata.time_spent).toBeGreaterThanOrEqual(5);
      expect(event.metadata.time_spent).toBeLessThanOrEqual(15);
    }
  }
  expect(answers).toBe(ofType('question_answered').length);
});

test('what is submitted is the last answer, and some answers are changed before', () => {
  let changed = 0;
  for (const visit of visits()) {
    for (const [index, event] of visit.entries()) {
      if (event.event_type !== 'question_submitted') continue;
      const before = visit[index - 1] as LearningEvent;
      expect(before.metadata).toMatchObject({
        question_id: event.metadata.question_id,
        answer_given: event.metadata.answer_given,
      });
      if (visit[index - 2]?.event_type === 'question_answered') changed++;
    }
  }
  expect(changed).toBeGreaterThan(0);
});

test('a score is the number of right submissions of the visit', () => {
  const done = visits().filter((visit) => visit.at(-1)?.event_type.match(/^(quiz|exercise)_completed$/));
  expect(done.length).toBe(ofType('quiz_completed').length + ofType('exercise_completed').length);
  for (const visit of done) {
    const submitted = visit.filter(({ event_type }) => event_type === 'question_submitted');
    const score = submitted.filter(({ metadata }) => 'correct' in metadata && metadata.correct).length;
    expect(visit.at(-1)?.metadata).toEqual({ score, total_questions: submitted.length });
  }
});

test('a slide deck is seen slide by slide, 3-5 s each', () => {
  for (const visit of visits().filter(([first]) => first?.event_type === 'slide_viewed')) {
    expect(visit.map(({ metadata }) => metadata)).toEqual(visit.map((_, index) => ({ slide_index: index + 1 })));
    for (const [index, event] of visit.slice(1).entries()) {
      const seconds = (timeOf(event) - timeOf(visit[index] as LearningEvent)) / 1000;
      expect(seconds).toBeGreaterThanOrEqual(3);
      expect(seconds).toBeLessThanOrEqual(5);
    }
  }
});

test('an article is read to 90 % or more, or left between 15 and 85 %', () => {
  const percents = ofType('article_read').map(({ metadata }) => metadata.read_percent);
  expect(percents.every((percent) => percent >= 90 || (percent >= 15 && percent <= 85))).toBe(true);
  expect(percents.some((percent) => percent < 90)).toBe(true);
});

test('some quizzes and exercises are done a second time', () => {
  const completed = ofType('quiz_completed').map(({ user_id, content_id }) => `${user_id} ${content_id}`);
  expect(new Set(completed).size).toBeLessThan(completed.length);
});

test('harder questions go wrong more often', () => {
  const questions = itemsInOrder().flatMap(({ item }) =>
    'questions' in item ? item.questions.map(({ id, difficulty }) => ({ key: `${item.id} ${id}`, difficulty })) : [],
  );
  const submissions = eventsOf({ learners: 2000 }).filter((event) => event.event_type === 'question_submitted');
  const wrongShare = (key: string) => {
    const all = submissions.filter(({ content_id, metadata }) => `${content_id} ${metadata.question_id}` === key);
    return all.filter(({ metadata }) => !metadata.correct).length / all.length;
  };
  const byDifficulty = questions.toSorted((one, other) => one.difficulty - other.difficulty);
  expect(wrongShare(byDifficulty.at(0)?.key ?? '')).toBeLessThan(0.25);
  expect(wrongShare(byDifficulty.at(-1)?.key ?? '')).toBeGreaterThan(0.3);
});
