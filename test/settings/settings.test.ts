import { describe, expect, it } from 'vitest';
import { InvalidSettingError } from '../../apps/common/validation.ts';
import { checkSettings, loadSettings } from '../../settings.ts';

describe('settings', () => {
  it('are the defaults where nothing is said', () => {
    expect(checkSettings({})).toEqual({
      topic: 'learning-events',
      partitions: 3,
      learners: 100,
      seed: 42,
      backfillDays: 60,
      rate: 1,
    });
  });

  it('of the repository are allowed', async () => {
    expect((await loadSettings()).topic).toBe('learning-events');
  });

  it.each([
    [{ partitons: 3 }, /partitons is not a setting\. Known: topic, partitions,/],
    [{ rate: -1 }, /rate is -1: a number over 0/],
    [{ rate: 'fast' }, /rate is "fast": a number over 0/],
    [{ topic: 'learning events' }, /topic is "learning events": a topic name: 1-249 of/],
    [{ topic: '..' }, /topic is "\.\."/],
    [{ partitions: 0 }, /partitions is 0: a whole number from 1 to 1000/],
    [{ learners: 0 }, /learners is 0: a whole number from 1/],
    [{ learners: 1.5 }, /learners is 1\.5: a whole number from 1/],
  ])('%j is refused with its name, its value and what is allowed', (input, message) => {
    expect(() => checkSettings(input)).toThrow(message);
    expect(() => checkSettings(input)).toThrow(InvalidSettingError);
  });

  it('names every setting that is wrong at once', () => {
    expect(() => checkSettings({ partitions: 0, learners: 0 })).toThrow(/partitions is 0.*\n.*learners is 0/);
  });
});
