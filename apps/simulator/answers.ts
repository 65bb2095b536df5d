import type { Assessment, Question } from '../events/course.ts';
import type { Random } from './random.ts';

/** For each question what is answered in turn; the last answer is the one to be submitted. */
export type Answers = readonly (readonly string[])[];

/** Shares of the answers that a learner thinks better of. */
const changedShare = 0.15;

/** What a learner of an ability (0-99) answers in a quiz or exercise. */
export function answersTo({ questions }: Assessment, ability: number, random: Random): Answers {
  return questions.map((question) => {
    const final = answerTo(question, random.chance(chanceOf(question.difficulty, ability)), random);
    if (!random.chance(changedShare)) return [final];
    const before = random.pick(others(question, final));
    return [before, final];
  });
}

/** Share of the questions that end in the right answer, 0-1. */
export function correctShare({ questions }: Assessment, answers: Answers): number {
  return answers.filter((given, index) => given.at(-1) === questions[index]?.answers[0]).length / questions.length;
}

/** The average learner's ability: that one gets `Question.difficulty` of a question's attempts wrong. */
const average = 30;

/** How likely the right answer is, 0-1: a quarter of the average for the weakest, nearly always for the strongest. */
function chanceOf(difficulty: number, ability: number): number {
  if (ability < average) return (1 - difficulty) * (0.25 + (0.75 * ability) / average);
  return 1 - difficulty * (1 - (0.9 * (ability - average)) / (100 - average));
}

function answerTo({ answers: [right, ...wrong] }: Question, correct: boolean, random: Random): string {
  const [first, ...rest] = wrong;
  return correct || first === undefined ? right : random.pick([first, ...rest]);
}

function others({ answers }: Question, than: string): [string, ...string[]] {
  const [first = than, ...rest] = answers.filter((one) => one !== than);
  return [first, ...rest];
}
