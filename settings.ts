/** What may stand in `pipeline.config.ts`. Every setting is checked before anything starts. */
import { z } from 'zod';
import { messageOf } from './apps/common/errors.ts';
import { topicName } from './apps/common/formats.ts';
import { InvalidSettingError, validate } from './apps/common/validation.ts';

const wholeNumber = (from: number, to: number) =>
  z
    .int(`a whole number from ${from} to ${to}`)
    .min(from, `a whole number from ${from} to ${to}`)
    .max(to, `a whole number from ${from} to ${to}`);

const settingsSchema = z.strictObject({
  /** The Kafka topic of the events. */
  topic: topicName.default('learning-events'),
  /** Partitions of the topic: how many consumers can share the work. */
  partitions: wholeNumber(1, 1000).default(3),
  /** Enrolled learners. */
  learners: wholeNumber(1, 1_000_000).default(100),
  /** Makes the learners and their history: the same seed gives the same ones. */
  seed: wholeNumber(0, 2 ** 31 - 1).default(42),
  /** Days of history that are simulated before the live events start. */
  backfillDays: wholeNumber(1, 365).default(60),
  /** Live events a second. */
  rate: z
    .number('a number over 0, up to 10000')
    .gt(0, 'a number over 0, up to 10000')
    .max(10_000, 'a number over 0, up to 10000')
    .default(1),
});

/** What a team writes into `pipeline.config.ts`: only what differs from the defaults. */
export type SettingsInput = z.input<typeof settingsSchema>;
export type Settings = z.output<typeof settingsSchema>;

/**
 * The settings with their defaults filled in.
 *
 * @throws {InvalidSettingError} naming each setting that isn't allowed, its value and what is
 */
export function checkSettings(input: unknown): Settings {
  return validate(settingsSchema, input, 'pipeline.config.ts');
}

/**
 * The settings of `pipeline.config.ts`, checked.
 *
 * @throws {InvalidSettingError} also when the file can't be read
 */
export async function loadSettings(): Promise<Settings> {
  return checkSettings(await readConfiguration());
}

async function readConfiguration(): Promise<unknown> {
  try {
    const { default: input } = await import('./pipeline.config.ts');
    return input ?? {};
  } catch (error) {
    const words = messageOf(error).split('\n').filter(Boolean).slice(0, 2).join(' ');
    throw new InvalidSettingError(`pipeline.config.ts can't be read: ${words}`, { cause: error });
  }
}
