import type { SettingsInput } from './settings.ts';

/** The settings of this pipeline: the one file a team edits. `settings.ts` says what may stand here. */
export default {
  topic: 'learning-events',
  partitions: 3,
  learners: 100,
  seed: 42,
  backfillDays: 60,
  rate: 1,
} satisfies SettingsInput;
