import type { z } from 'zod';
import { validate } from './validation.ts';

/**
 * An app's settings from its environment. A variable that is set to the empty string counts as not set, as compose files
 * and shells pass it on that way.
 *
 * @throws {InvalidSettingError} naming each variable, its value and what is allowed
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv = process.env,
): z.output<Schema> {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  return validate(schema, present, 'The environment');
}
