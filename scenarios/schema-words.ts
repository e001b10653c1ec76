/**
 * The small words of the written form: names, durations, chances, device names. Each carries the
 * sentence people see when it is misspelt and the description editors show. Every `error` of the
 * schema is a whole sentence, so that nothing behind it has to guess what zod meant.
 */

import { z } from 'zod';
import { DURATION_FORMS, DURATION_PATTERN, SIGNED_DURATION_PATTERN } from './duration.ts';
import { EPOCH_PATTERN } from './epoch.ts';
import { RATIO_FORMS, RATIO_PATTERN } from './ratio.ts';
import { SIZE_FORMS, SIZE_PATTERN } from './sizes.ts';

/** Shows a value as it was read, shortened: `"lunch"`, `30`, `a list`. */
export function showRead(read: unknown): string {
  if (read === null || read === undefined) return 'nothing';
  if (Array.isArray(read)) return 'a list';
  if (typeof read === 'object') return 'a mapping';
  const text = typeof read === 'string' ? JSON.stringify(read) : String(read);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Makes the error function "READ is not WHAT". */
export function notA(what: string): (issue: { readonly input?: unknown }) => string {
  return (issue) => `${showRead(issue.input)} is not ${what}`;
}

function word(pattern: RegExp, what: string) {
  return z.string({ error: notA(what) }).regex(pattern, { error: notA(what) });
}

const NAME_PATTERN = /^[a-z][a-z0-9-]{0,31}$/;

/** Name of an account, companion, network or scenario. */
export const nameSchema = word(
  NAME_PATTERN,
  'a name (lower-case letters, digits and dashes, a letter first, at most 32 characters)',
).meta({ id: 'Name', description: 'Lower-case letters, digits and dashes; a letter first.' });

/** Name of a whole scenario; longer than the other names, since it is a sentence with dashes. */
export const scenarioNameSchema = word(
  /^[a-z][a-z0-9-]{0,63}$/,
  'a name (lower-case letters, digits and dashes, a letter first, at most 64 characters)',
);

/** Name of a timeline entry, message or workload. */
export const idSchema = word(
  /^[A-Za-z0-9][A-Za-z0-9._#-]{0,63}$/,
  'an id (letters, digits, dots, dashes, at most 64 characters)',
).meta({
  id: 'Id',
  description: 'Names a timeline entry, message or workload; unique in the file.',
});

/** `account.device` */
export const deviceSchema = word(
  /^[a-z][a-z0-9-]{0,31}(?:\.[a-z][a-z0-9-]{0,31})?$/,
  'a device (account.device, as in alice.phone)',
).meta({ id: 'Device', description: 'A device: `account.device`, as in `alice.phone`.' });

/** `account.device`, or the second machine of a cloned one. */
export const machineSchema = word(
  /^[a-z][a-z0-9-]{0,31}(?:\.[a-z][a-z0-9-]{0,31}(?:~clone)?)?$/,
  'a device (account.device, as in alice.phone)',
).meta({ id: 'Machine', description: 'A device, or the clone of one: `alice.phone~clone`.' });

/** A device, an account or `server`, where the place allows more than devices. */
export const partySchema = word(
  /^[a-z][a-z0-9-]{0,31}(?:\.[a-z][a-z0-9-]{0,31})?$/,
  'an account or a device',
).meta({ id: 'Party', description: 'An account (`alice`) or a device (`alice.phone`).' });

/** `1h30m` */
export const durationSchema = word(DURATION_PATTERN, `a duration; write ${DURATION_FORMS}`).meta({
  id: 'Duration',
  description: `A duration: ${DURATION_FORMS}.`,
});

/** `-5m` */
export const signedDurationSchema = word(
  SIGNED_DURATION_PATTERN,
  `a duration, with or without a minus; write ${DURATION_FORMS}`,
).meta({ id: 'SignedDuration', description: 'A duration, negative with a leading minus: `-5m`.' });

/** `2021-07-14T00:00:00Z` */
export const epochSchema = word(EPOCH_PATTERN, 'an instant in UTC; write 2021-07-14T00:00:00Z');

/** `0.7`, `70%`, `7/10` */
export const ratioSchema = z
  .union(
    [
      z.number({ error: notA(`a number; write ${RATIO_FORMS}`) }).min(0, {
        error: notA(`a number from 0 on; write ${RATIO_FORMS}`),
      }),
      word(RATIO_PATTERN, `a number or ratio; write ${RATIO_FORMS}`),
    ],
    { error: notA(`a number or ratio; write ${RATIO_FORMS}`) },
  )
  .meta({ id: 'Ratio', description: `A chance or rate: ${RATIO_FORMS}.` });

/** `200kB` */
export const sizeSchema = word(SIZE_PATTERN, `a size; write ${SIZE_FORMS}`).meta({
  id: 'Size',
  description: `A size: ${SIZE_FORMS}.`,
});

/** A whole number between two bounds. */
export function wholeSchema(least: number, most: number) {
  const error = notA(`a whole number from ${least} to ${most}`);
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
}

/** A sentence or text of at most `most` characters. */
export function textSchema(most: number) {
  return z
    .string({ error: notA('a text') })
    .min(1, { error: 'this text is empty' })
    .max(most, { error: `this text is longer than ${most} characters` });
}

/** A list of at least `least` things. */
export function listSchema<Item extends z.ZodType>(item: Item, what: string, least = 1) {
  const error = notA(`a list of ${what}`);
  return z
    .array(item, { error })
    .min(least, { error: `this list needs at least ${least} ${what}` });
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: notA('one of the allowed words') });
}

/** A mapping with exactly these keys; `what` names it in errors. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) {
  return z.strictObject(shape, { error: notA(what) });
}
