/**
 * Padding of plaintexts before encryption (specification 6.2): n bytes of value n, n = 1..16, drawn
 * per copy. It hides lengths a little; the cipher adds its own padding on top.
 */

import type { StepContext } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';

const PADDING_MAX = 16;

/** `content` with 1..16 bytes of padding. Draws one number, `padding`, from `context.numbers`. */
export function pad(content: Uint8Array, context: Pick<StepContext, 'numbers'>): Uint8Array {
  const count = 1 + context.numbers.below('padding', PADDING_MAX);
  const padded = new Uint8Array(content.length + count).fill(count, content.length);
  padded.set(content);
  return padded;
}

/**
 * The content of a padded plaintext, sharing its memory. `bad-padding` unless the last byte is
 * 1..16 and not more than the length; the other padding bytes are not looked at, as real clients do
 * not.
 */
export function unpad(padded: Uint8Array): Uint8Array | Rejection {
  const count = padded[padded.length - 1] ?? 0;
  if (count >= 1 && count <= PADDING_MAX && count <= padded.length) {
    return padded.subarray(0, padded.length - count);
  }
  return reject('bad-padding', `The plaintext ends with ${count}, which is not its padding.`, {
    lastByte: count,
    sizeBytes: padded.length,
  });
}
