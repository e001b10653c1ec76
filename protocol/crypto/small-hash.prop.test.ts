/** The block-driven hashes against Node's own, at every length they take. */

import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { InvariantError } from '../errors.ts';
import { SMALL_BYTES_MAX, smallHash } from './small-hash.ts';
import { hexOf } from './testing/back-ends.ts';

/** Bytes that differ at every place and for every length. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + length * 7 + 1) & 0xff);
}

test('SHA-256 is right for every length from 0 to the limit, long and short by turns', () => {
  const small = smallHash();
  for (let length = 0; length <= SMALL_BYTES_MAX; length++) {
    for (const each of [length, SMALL_BYTES_MAX - length]) {
      const message = pattern(each);
      const expected = createHash('sha256').update(message).digest('hex');
      expect(hexOf(small.sha256(message))).toBe(expected);
    }
  }
});

test('HMAC-SHA-256 is right for every key length up to a block and every message length', () => {
  const small = smallHash();
  for (let length = 0; length <= SMALL_BYTES_MAX; length++) {
    const key = pattern(length % 65);
    for (const message of [pattern(length), pattern(SMALL_BYTES_MAX - length)]) {
      const expected = createHmac('sha256', key).update(message).digest('hex');
      expect(hexOf(small.hmac(key, message))).toBe(expected);
    }
  }
});

test('a key remembered from the last call is forgotten when HKDF has used the buffers', () => {
  const small = smallHash();
  const key = pattern(32);
  const before = hexOf(small.hmac(key, pattern(1)));
  small.hkdf(pattern(32), key, 'label', [80]);
  expect(hexOf(small.hmac(key, pattern(1)))).toBe(before);
  small.hkdf(pattern(32), undefined, 'label', [80]);
  expect(hexOf(small.hmac(key, pattern(1)))).toBe(before);
});

test('longer messages are the caller’s mistake', () => {
  const small = smallHash();
  expect(() => small.sha256(pattern(SMALL_BYTES_MAX + 1))).toThrow(InvariantError);
  expect(() => small.hmac(pattern(32), pattern(SMALL_BYTES_MAX + 1))).toThrow(InvariantError);
});
