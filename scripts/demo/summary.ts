import { DuckDBInstance } from '@duckdb/node-api';
import { createTable } from '../table.ts';
import type { StageCounts } from './pipeline.ts';

export interface Summary {
  readonly counts: StageCounts;
  /** Enrolled learners. */
  readonly learners: number;
  /** Learners by segment, every segment of the domain in its order. */
  readonly segments: Record<string, number>;
  readonly cards: {
    readonly activeLearners: number;
    /** Learners with at least one event. */
    readonly startedLearners: number;
    /** Over learners with at least one event. */
    readonly averageMinutes: number;
    /** 0-1, over learners with at least one event. */
    readonly averageCompletion: number;
  };
  readonly hardest: readonly HardQuestion[];
}

interface HardQuestion {
  readonly content: string;
  readonly question: string;
  readonly text: string;
  readonly submissions: number;
  /** 0-1 */
  readonly correctRate: number;
}

const segments = ['Active', 'Regular', 'Passive', 'Low performance', 'Inactive', 'Lost'];

/** Reads what people want to look at from the published marts. */
export async function readSummary(published: string, counts: StageCounts): Promise<Summary> {
  const instance = await DuckDBInstance.create(published, { access_mode: 'READ_ONLY' });
  try {
    const connection = await instance.connect();
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const bySegment = await query(
      'SELECT user_segment, count(*) AS learners FROM marts.fct_user_engagement GROUP BY user_segment',
    );
    const [cards] = await query(`
      SELECT count(*) AS learners, count_if(has_started) AS started, count_if(is_seen_within_7_days) AS active,
        avg(learning_seconds) FILTER (has_started) / 60 AS minutes, avg(completion_rate) FILTER (has_started) AS completion
      FROM marts.fct_user_engagement`);
    const hardest = await query(`
      SELECT content_title, question_id, question_text, sum(submissions) AS submissions,
        sum(correct_submissions) / sum(submissions) AS correct_rate
      FROM marts.fct_question_answers
      JOIN marts.dim_questions USING (content_id, question_id)
      GROUP BY content_title, question_id, question_text
      HAVING sum(submissions) > 0
      ORDER BY correct_rate, submissions DESC
      LIMIT 3`);
    const counted = new Map(bySegment.map((row) => [String(row.user_segment), Number(row.learners)]));
    return {
      counts,
      learners: Number(cards?.learners),
      segments: Object.fromEntries(segments.map((segment) => [segment, counted.get(segment) ?? 0])),
      cards: {
        activeLearners: Number(cards?.active),
        startedLearners: Number(cards?.started),
        averageMinutes: Number(cards?.minutes),
        averageCompletion: Number(cards?.completion),
      },
      hardest: hardest.map((row) => ({
        content: String(row.content_title),
        question: String(row.question_id),
        text: String(row.question_text),
        submissions: Number(row.submissions),
        correctRate: Number(row.correct_rate),
      })),
    };
  } finally {
    instance.closeSync();
  }
}

/** The summary as tables for a terminal. */
export function showSummary({ counts, learners, segments, cards, hardest }: Summary): string {
  const stages = createTable(['Stage', 'Rows'], ['left', 'right']);
  stages.push(
    ['records on the Kafka topic', number(counts.produced)],
    ['raw_learning_events_v2', number(counts.events)],
    ['raw_rejected_events', number(counts.rejected)],
    ['learners in the marts', number(learners)],
  );
  const bySegment = createTable(['Segment', 'Learners', ''], ['left', 'right', 'left']);
  const most = Math.max(1, ...Object.values(segments));
  for (const [segment, count] of Object.entries(segments)) {
    bySegment.push([segment, number(count), '█'.repeat(Math.round((count / most) * 24))]);
  }
  const questions = createTable(['Hardest questions', '', 'Correct', 'Answers'], ['left', 'left', 'right', 'right']);
  for (const { content, question, text, correctRate, submissions } of hardest) {
    questions.push([`${content}, ${question}`, text, percent(correctRate), number(submissions)]);
  }
  const headline =
    `${number(cards.activeLearners)} of ${number(learners)} learners active in the last 7 days · the ${number(cards.startedLearners)} who started: ` +
    `${cards.averageMinutes.toFixed(0)} min learning, ${percent(cards.averageCompletion)} of the course completed on average`;
  return [stages, bySegment, questions, headline].map(String).join('\n\n');
}

function number(value: number): string {
  return value.toLocaleString('en-NZ');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
