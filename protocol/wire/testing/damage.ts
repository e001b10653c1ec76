/**
 * Damage done to well-formed bytes, and what a decoder may answer to it: a value or a typed
 * rejection. For the hostile-bytes tests of all decoders.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { isRejected, REJECTION_CODES } from '../../errors.ts';

/** One way to damage bytes. */
export type Damage =
  | { readonly kind: 'none' }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'flip'; readonly bits: readonly number[] }
  | { readonly kind: 'splice'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'random'; readonly bytes: Uint8Array };

const place = fc.nat({ max: 1_000_000 });
/** Any way to damage bytes, or none. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('none' as const) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
  fc.record({
    kind: fc.constant('flip' as const),
    bits: fc.array(place, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('splice' as const),
    at: place,
    bytes: fc.uint8Array({ maxLength: 40 }),
  }),
  fc.record({ kind: fc.constant('random' as const), bytes: fc.uint8Array({ maxLength: 200 }) }),
);

/** The bytes after the damage; the input stays as it is. */
export function damaged(input: Uint8Array, how: Damage): Uint8Array {
  const { length } = input;
  if (how.kind === 'none' || length === 0) return input;
  if (how.kind === 'random') return how.bytes;
  if (how.kind === 'cut') return input.slice(0, how.at % length);
  if (how.kind === 'splice') {
    const at = how.at % (length + 1);
    return Uint8Array.from([...input.subarray(0, at), ...how.bytes, ...input.subarray(at)]);
  }
  const copy = input.slice();
  for (const bit of how.bits) {
    const at = bit % (length * 8);
    copy[at >> 3] = (copy[at >> 3] as number) ^ (1 << (at & 7));
  }
  return copy;
}

const CODES = new Set<string>(REJECTION_CODES);

/** A rejection among the answers has one of the listed codes, a sentence and public facts. */
export function expectTyped(answer: unknown): void {
  for (const item of Array.isArray(answer) ? answer : [answer]) {
    expect(item).toBeDefined();
    if (!isRejected(item)) continue;
    expect(CODES.has(item.code)).toBe(true);
    expect(item.sentence.length).toBeGreaterThan(0);
  }
}
