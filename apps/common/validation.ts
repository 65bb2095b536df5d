import { z } from 'zod';
import { PipelineError } from './errors.ts';

/** A setting, an environment variable or an option that isn't allowed; the message names each one, its value and what is allowed. */
export class InvalidSettingError extends PipelineError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('SETTING_INVALID', message, options);
  }
}

/**
 * Checks values against a schema.
 *
 * @param source where the values stand, for the message: `pipeline.config.ts`, `the environment`, `the options`
 * @throws {InvalidSettingError} naming every value that isn't allowed
 */
export function validate<Schema extends z.ZodType>(schema: Schema, values: unknown, source: string): z.output<Schema> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describe(issue, values, schema));
  throw new InvalidSettingError(`${source} can't be used:\n${problems.map((line) => `  - ${line}`).join('\n')}`, {
    cause: result.error,
  });
}

function describe(issue: z.core.$ZodIssue, values: unknown, schema: z.ZodType): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape).join(', ') : '';
    return issue.keys.map((key) => `${key} is not a setting. Known: ${known}.`);
  }
  const name = issue.path.join('.') || 'the whole';
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    values,
  );
  return [
    value === undefined
      ? `${name} is missing: ${issue.message}.`
      : `${name} is ${JSON.stringify(value)}: ${issue.message}.`,
  ];
}
