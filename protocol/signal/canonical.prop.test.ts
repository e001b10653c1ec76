/** The fast road and the schema codec give the same bytes and the same answers. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRejected } from '../errors.ts';
import { decodeSignalMessage, encodeSignalMessage } from '../wire/signal-messages.ts';
import { bodySize, readBody, writeBody } from './canonical.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const counter = fc.oneof(
  fc.nat({ max: 300 }),
  fc.constantFrom(127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455),
);
const ciphertext = fc.uint8Array({ maxLength: 200 });

function written(
  ratchetKey: Uint8Array,
  number: number,
  previous: number,
  text: Uint8Array,
): Uint8Array {
  const out = new Uint8Array(bodySize(number, previous, text.length));
  expect(writeBody(out, 0, ratchetKey, number, previous, text)).toBe(out.length);
  return out;
}

it('what the fast road writes is what the schema writes', () => {
  fc.assert(
    fc.property(key, counter, counter, ciphertext, (raw, number, previous, text) => {
      const fields = {
        ratchetKey: Uint8Array.of(5, ...raw),
        counter: number,
        previousCounter: previous,
        ciphertext: text,
      };
      expect(written(raw, number, previous, text)).toEqual(encodeSignalMessage(fields));
    }),
    { seed: 3, numRuns: 300 },
  );
});

it('what the fast road reads, damaged or not, the schema reads the same', () => {
  let read = 0;
  fc.assert(
    fc.property(
      key,
      counter,
      counter,
      ciphertext,
      fc.option(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 })), { nil: undefined }),
      (raw, number, previous, text, damage) => {
        const bytes = written(raw, number, previous, text);
        if (damage !== undefined && damage[0] < bytes.length) bytes[damage[0]] = damage[1];
        const fast = readBody(bytes, 0, bytes.length);
        if (fast === undefined) return;
        read += 1;
        const fields = decodeSignalMessage(bytes);
        if (isRejected(fields)) throw new Error(fields.sentence);
        expect(fast.counter).toBe(fields.counter);
        expect(bytes.subarray(fast.ciphertextAt)).toEqual(fields.ciphertext);
        const at = fast.ratchetKeyAt;
        expect(Uint8Array.of(5, ...bytes.subarray(at, at + 32))).toEqual(fields.ratchetKey);
      },
    ),
    { seed: 5, numRuns: 1_000 },
  );
  expect(read).toBeGreaterThan(500);
});

it('longer varints, missing or swapped fields and trailing bytes are left to the schema', () => {
  const raw = new Uint8Array(32).fill(9);
  const bytes = written(raw, 1, 0, new Uint8Array(16));
  expect(readBody(bytes, 0, bytes.length)).toBeDefined();
  expect(readBody(Uint8Array.of(...bytes, 0), 0, bytes.length + 1)).toBeUndefined();
  const long = Uint8Array.of(...bytes.subarray(0, 36), 0x81, 0x00, ...bytes.subarray(37));
  expect(readBody(long, 0, long.length)).toBeUndefined();
  for (let end = 0; end < bytes.length; end += 1) {
    expect(readBody(bytes, 0, end)).toBeUndefined();
  }
});
