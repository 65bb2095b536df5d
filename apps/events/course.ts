/** The course's structure, PY101: course → unit → lesson → content item → question. */

export const contentTypes = ['video', 'slide', 'article', 'quiz', 'exercise'] as const;
export type ContentType = (typeof contentTypes)[number];

export interface Question {
  /** Unique within its quiz or exercise, such as `Q1`. */
  readonly id: string;
  readonly kind: 'fill-in' | 'choice';
  readonly text: string;
  /** What a learner answers: the first one is right. */
  readonly answers: readonly [correct: string, ...wrong: string[]];
  /** Share of attempts that go wrong for an average learner, 0-1: makes some questions harder than others. */
  readonly difficulty: number;
}

interface ContentItemBase {
  readonly id: string;
  readonly title: string;
}
export interface Video extends ContentItemBase {
  readonly type: 'video';
  /** Length in seconds. */
  readonly length: number;
}
export interface SlideDeck extends ContentItemBase {
  readonly type: 'slide';
  readonly slides: number;
}
export interface Article extends ContentItemBase {
  readonly type: 'article';
  /** Seconds that an average learner takes to read it. */
  readonly readingTime: number;
}
export interface Assessment extends ContentItemBase {
  readonly type: 'quiz' | 'exercise';
  readonly questions: readonly Question[];
}
export type ContentItem = Video | SlideDeck | Article | Assessment;

export interface Lesson {
  readonly id: string;
  readonly title: string;
  readonly items: readonly ContentItem[];
}
export interface Unit {
  readonly id: string;
  readonly title: string;
  readonly lessons: readonly Lesson[];
}
export interface Course {
  readonly id: string;
  readonly title: string;
  readonly units: readonly Unit[];
}

export const course: Course = {
  id: 'PY101',
  title: 'Python 101',
  units: [
    {
      id: 'U1',
      title: 'First steps',
      lessons: [
        {
          id: 'U1_L1',
          title: 'Hello, Python',
          items: [
            { id: 'VID001', type: 'video', title: 'What a program is', length: 240 },
            { id: 'SLD001', type: 'slide', title: 'Printing and comments', slides: 6 },
            { id: 'ART001', type: 'article', title: 'How Python reads your code', readingTime: 210 },
            {
              id: 'QZ001',
              type: 'quiz',
              title: 'Check: first lines',
              questions: [
                {
                  id: 'Q1',
                  kind: 'fill-in',
                  text: 'Which function shows text on the screen?',
                  answers: ['print', 'echo', 'show'],
                  difficulty: 0.18,
                },
                {
                  id: 'Q2',
                  kind: 'choice',
                  text: 'Which character starts a comment?',
                  answers: ['#', '//', '--', ';'],
                  difficulty: 0.25,
                },
              ],
            },
          ],
        },
      ],
    },
    {
      id: 'U2',
      title: 'Values and decisions',
      lessons: [
        {
          id: 'U2_L1',
          title: 'Variables',
          items: [
            { id: 'VID002', type: 'video', title: 'Names for values', length: 330 },
            {
              id: 'EXE001',
              type: 'exercise',
              title: 'Swap two variables',
              questions: [
                {
                  id: 'Q1',
                  kind: 'choice',
                  text: 'Which line swaps a and b?',
                  answers: ['a, b = b, a', 'a = b; b = a', 'swap(a, b)', 'a == b'],
                  difficulty: 0.42,
                },
              ],
            },
            { id: 'SLD002', type: 'slide', title: 'Numbers and text', slides: 8 },
            {
              id: 'QZ002',
              type: 'quiz',
              title: 'Check: variables',
              questions: [
                {
                  id: 'Q1',
                  kind: 'choice',
                  text: 'What is the type of 3.0?',
                  answers: ['float', 'int', 'str', 'bool'],
                  difficulty: 0.3,
                },
                {
                  id: 'Q2',
                  kind: 'fill-in',
                  text: 'What does 7 // 2 give?',
                  answers: ['3', '3.5', '4'],
                  difficulty: 0.5,
                },
              ],
            },
          ],
        },
        {
          id: 'U2_L2',
          title: 'Decisions',
          items: [
            { id: 'VID003', type: 'video', title: 'If, elif, else', length: 420 },
            { id: 'ART002', type: 'article', title: 'True, false and in between', readingTime: 300 },
            {
              id: 'QZ003',
              type: 'quiz',
              title: 'Check: decisions',
              questions: [
                {
                  id: 'Q1',
                  kind: 'fill-in',
                  text: 'Which word starts the branch for "otherwise"?',
                  answers: ['else', 'otherwise', 'default'],
                  difficulty: 0.2,
                },
                {
                  id: 'Q2',
                  kind: 'choice',
                  text: 'Which operator tests for equality?',
                  answers: ['==', '=', '===', 'equals'],
                  difficulty: 0.34,
                },
                {
                  id: 'Q3',
                  kind: 'choice',
                  text: 'What does not (True and False) give?',
                  answers: ['True', 'False', 'None', 'an error'],
                  difficulty: 0.46,
                },
              ],
            },
          ],
        },
      ],
    },
  ],
};

/** A content item together with where it stands in the course. */
export interface PlacedItem {
  readonly item: ContentItem;
  readonly unit: Unit;
  readonly lesson: Lesson;
  /** 1 for the first item of the course. */
  readonly position: number;
}

/** Every content item of a course, in course order. */
export function itemsInOrder(of: Course = course): PlacedItem[] {
  const items = of.units.flatMap((unit) =>
    unit.lessons.flatMap((lesson) => lesson.items.map((item) => ({ item, unit, lesson }))),
  );
  return items.map((placed, index) => ({ ...placed, position: index + 1 }));
}
