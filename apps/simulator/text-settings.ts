import { z } from 'zod';
import { brokerList, topicName } from '../common/formats.ts';

/** A whole number, as an option or an environment variable carries it. */
export function wholeNumber(from: number, to: number) {
  const allowed = `a whole number from ${from} to ${to}`;
  return z
    .string(allowed)
    .regex(/^\d{1,15}$/, allowed)
    .transform(Number)
    .pipe(z.int(allowed).min(from, allowed).max(to, allowed));
}

const rateAllowed = 'a number over 0, up to 10000';

/** What a person may hand over as text, each with what is allowed. The limits are those of `settings.ts`. */
export const textSettings = {
  seed: wholeNumber(0, 2 ** 31 - 1),
  learners: wholeNumber(1, 1_000_000),
  days: wholeNumber(1, 365),
  rate: z
    .string(rateAllowed)
    .regex(/^\d{1,5}(\.\d{1,6})?$/, rateAllowed)
    .transform(Number)
    .pipe(z.number(rateAllowed).gt(0, rateAllowed).max(10_000, rateAllowed)),
  until: z.iso
    .datetime({ offset: true, error: 'a time with its zone, such as 2026-06-01T00:00:00Z' })
    .transform((text) => Date.parse(text)),
  brokers: brokerList.default(['localhost:9092']),
  topic: topicName,
};
