import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8Bytes, utf8Length, utf8Text } from './utf8.ts';

describe('utf8', () => {
  test('writes what the platform writes, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.string(), (text, tail) => {
        const odd = `${text}\ud800${tail}\udc00`;
        expect([...utf8Bytes(odd)]).toEqual([...new TextEncoder().encode(odd)]);
        expect(utf8Length(odd)).toBe(new TextEncoder().encode(odd).length);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('accepts and refuses the same bytes as a strict platform decoder', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const wanted = (bytes: Uint8Array) => {
      try {
        return strict.decode(bytes);
      } catch {
        return undefined;
      }
    };
    // Leads and continuations of every class, so that most arrays are nearly well formed.
    const byte = fc.constantFrom(
      ...[0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1],
      ...[0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 6 }), (list) => {
        const bytes = Uint8Array.from(list);
        expect(utf8Text(bytes)).toBe(wanted(bytes));
      }),
      { seed: 2, numRuns: 3_000 },
    );
  });

  test('reads texts longer than a chunk', () => {
    const text = 'é😀x'.repeat(5_000);
    expect(utf8Text(utf8Bytes(text))).toBe(text);
  });
});
