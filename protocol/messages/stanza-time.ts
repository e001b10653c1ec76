/**
 * The time attribute of stanzas. In Lockstep `t` is microseconds since the Unix epoch as a decimal
 * number, strictly increasing per server (contract 4); real servers write seconds.
 */

import type { WireNode } from '../wire/node.ts';
import { attribute } from '../wire/node.ts';

const DIGITS = /^[1-9][0-9]{0,15}$/;

/**
 * A natural number in its only written form, without sign or leading zeros; `undefined` for 0 and
 * else.
 */
export function positiveNumber(text: string | undefined): number | undefined {
  if (text === undefined || !DIGITS.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * The stanza's `t` in microseconds, or `undefined` when it is absent or not a positive safe
 * integer.
 */
export function stanzaTimeUs(stanza: WireNode): number | undefined {
  return positiveNumber(attribute(stanza, 't'));
}
