import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { course, itemsInOrder } from './course.ts';
import { eventTypeDefinitions } from './event.ts';
import { enrolments, learners } from './learners.ts';
import { cities } from './new-zealand.ts';

export interface SeedOptions {
  readonly seed: number;
  readonly learners: number;
}

type Row = Record<string, string | number>;

/** dbt's seeds, by the name of their table: what is known of learners and course without any event. */
export function seedTables({ seed, learners: count }: SeedOptions): Record<string, () => Iterable<Row>> {
  return {
    learners: function* () {
      for (const { userId, name, className, grade, gender, city } of learners(seed, count)) {
        yield { user_id: userId, learner_name: name, class_name: className, grade, gender, city };
      }
    },
    enrolments: function* () {
      for (const { userId, courseId, enrolledOn } of enrolments(count)) {
        yield { user_id: userId, course_id: courseId, enrolled_on: enrolledOn };
      }
    },
    cities: () => cities.map(({ name, region, latitude, longitude }) => ({ city: name, region, latitude, longitude })),
    event_types: () =>
      Object.entries(eventTypeDefinitions).map(([type, { level }]) => ({ event_type: type, event_level: level })),
    content_items: () =>
      itemsInOrder().map(({ item, unit, lesson, position }) => ({
        content_id: item.id,
        content_type: item.type,
        content_title: item.title,
        content_position: position,
        lesson_id: lesson.id,
        lesson_title: lesson.title,
        unit_id: unit.id,
        unit_title: unit.title,
        course_id: course.id,
        course_title: course.title,
      })),
    questions: () =>
      itemsInOrder().flatMap(({ item }) =>
        'questions' in item
          ? item.questions.map(({ id, kind, text, answers }, index) => ({
              content_id: item.id,
              question_id: id,
              question_position: index + 1,
              question_kind: kind,
              question_text: text,
              correct_answer: answers[0],
            }))
          : [],
      ),
  };
}

/** Writes each seed as `<folder>/<table>.csv`, row by row, so that 100,000 learners don't have to fit in memory. */
export async function writeSeeds(folder: string, options: SeedOptions): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [table, rows] of Object.entries(seedTables(options))) {
    const csv = stringify({ header: true });
    await pipeline(Readable.from(rows()), csv, createWriteStream(join(folder, `${table}.csv`)));
  }
}
