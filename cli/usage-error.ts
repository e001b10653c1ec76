/**
 * Wrong usage: what was read, what is allowed, the nearest word. It ends the program with exit code
 * 2 and is printed as it stands, without a stack.
 */

import { nearestWord } from '../scenarios/nearest-word.ts';

/** Thrown anywhere below a command for something the person at the keyboard can put right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The sentence that refuses a word: with the nearest valid one, and all of them when they are few.
 */
export function refusal(what: string, read: string, allowed: readonly string[]): string {
  const nearest = nearestWord(read, allowed);
  const guess = nearest === undefined ? '' : `\n(Did you mean ${nearest}?)`;
  const list = allowed.length <= 20 ? `\nallowed: ${allowed.join(', ')}` : '';
  return `unknown ${what} '${read}'${list}${guess}`;
}

/** Refuses a word unless it is one of those allowed. */
export function requireWord<Word extends string>(
  what: string,
  read: string,
  allowed: readonly Word[],
): Word {
  const word = allowed.find((one) => one === read);
  if (word === undefined) throw new UsageError(refusal(what, read, allowed));
  return word;
}
