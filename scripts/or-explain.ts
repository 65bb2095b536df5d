import { PipelineError } from '../apps/common/errors.ts';

/** The outcome of a command's work. An error that a person can act on is printed without a stack trace, and ends the process. */
export async function orExplain<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
