import { describe, expect, it } from 'vitest';
import { ByteIndex } from './byte-index.ts';

/** Bytes that no needle shares by chance. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

function around(needle: Uint8Array, before: number): Uint8Array {
  const frame = noise(before + needle.length + 20, 99);
  frame.set(needle, before);
  return frame;
}

describe('byte index', () => {
  it('finds a key at any offset', () => {
    const index = new ByteIndex();
    const key = noise(32, 1);
    index.addBlocks('key', key);
    for (const before of [0, 1, 7, 63]) {
      expect(index.find(around(key, before))).toEqual({ name: 'key', offset: before });
    }
  });

  it('finds a quarter of a key', () => {
    const index = new ByteIndex();
    const key = noise(32, 1);
    index.addBlocks('key', key);
    expect(index.find(around(key.subarray(8, 16), 5))).toEqual({ name: 'key', offset: 5 });
  });

  it('takes a text only when all of it is there', () => {
    const index = new ByteIndex();
    const text = noise(24, 3);
    index.addWhole('text', text);
    expect(index.find(around(text.subarray(0, 23), 4))).toBeUndefined();
    expect(index.find(around(text, 4))).toEqual({ name: 'text', offset: 4 });
  });

  it('finds nothing in bytes that hold no needle, among many needles', () => {
    const index = new ByteIndex();
    for (let number = 0; number < 2_000; number += 1) index.addBlocks('key', noise(32, number + 7));
    expect(index.find(noise(20_000, 5_000_011))).toBeUndefined();
  });

  it('still finds what was filed first after thousands of others', () => {
    const index = new ByteIndex();
    const first = noise(32, 1);
    index.addBlocks('first', first);
    for (let seed = 1_000; seed < 4_000; seed += 1) index.addBlocks('key', noise(32, seed));
    expect(index.find(around(first, 9))).toEqual({ name: 'first', offset: 9 });
  });

  it('leaves out blocks of one repeated byte, which are no secret', () => {
    const index = new ByteIndex();
    index.addBlocks('zeros', new Uint8Array(32));
    expect(index.find(new Uint8Array(64))).toBeUndefined();
  });
});
