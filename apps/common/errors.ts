/**
 * An error that a person can act on: it says what was wrong, what is allowed and what to do.
 * Commands print its message without a stack trace; anything else that is thrown is a defect.
 */
export class PipelineError extends Error {
  /** A stable name for programs, such as `SETTING_INVALID`. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The words of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
