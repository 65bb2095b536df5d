import { en, Faker } from '@faker-js/faker';
import { course } from './course.ts';
import { cities, en_NZ } from './new-zealand.ts';
import { userIdOf } from './user-id.ts';

export interface Learner {
  /** `U001`, `U002`, … */
  readonly userId: string;
  readonly name: string;
  /** `Class 1`, `Class 2`, …: 25 learners each. */
  readonly className: string;
  /** School year, 4 to 8. */
  readonly grade: number;
  readonly gender: 'female' | 'male';
  /** Name of one of the `cities`. */
  readonly city: string;
}

export interface Enrolment {
  readonly userId: string;
  readonly courseId: string;
  /** ISO date. */
  readonly enrolledOn: string;
}

const classSize = 25;
/** The first day of New Zealand's school year 2026. */
const enrolmentDay = '2026-02-02';

/** Of each 100 learners, as the reference run shows them. */
const genderOf100 = spread({ female: 53, male: 47 } as const);
const gradeOf100 = spread({ 4: 16, 5: 23, 6: 19, 7: 17, 8: 25 }).map(Number);
const cityOf100 = spread(Object.fromEntries(cities.map(({ name, share }) => [name, share])));

/**
 * The learners of a seed, one at a time. Each 100 of them have the reference's proportions of gender and grade exactly, and
 * the learner at one index is the same however many are asked for.
 */
export function* learners(seed: number, count: number): Generator<Learner> {
  const faker = new Faker({ locale: [en_NZ, en] });
  for (let first = 0; first < count; first += 100) {
    faker.seed([seed, first]);
    const genders = faker.helpers.shuffle(genderOf100);
    const grades = faker.helpers.shuffle(gradeOf100);
    const homes = faker.helpers.shuffle(cityOf100);
    for (let place = 0; place < Math.min(100, count - first); place++) {
      const gender = genders[place] as Learner['gender'];
      yield {
        userId: userIdOf(first + place),
        name: faker.person.fullName({ sex: gender }),
        className: `Class ${Math.floor((first + place) / classSize) + 1}`,
        grade: grades[place] as number,
        gender,
        city: homes[place] as string,
      };
    }
  }
}

/** Every learner is enrolled in the course. */
export function* enrolments(count: number): Generator<Enrolment> {
  for (let index = 0; index < count; index++) {
    yield { userId: userIdOf(index), courseId: course.id, enrolledOn: enrolmentDay };
  }
}

/** `{ a: 2, b: 1 }` gives `['a', 'a', 'b']`. */
function spread<Value extends string | number>(counts: Record<Value, number>): Value[] {
  return (Object.entries(counts) as [Value, number][]).flatMap(([value, count]) => Array<Value>(count).fill(value));
}
