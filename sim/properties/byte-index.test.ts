import { describe, expect, it } from 'vitest';
import { ByteIndex, type Finding } from './byte-index.ts';

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

function block(name: string, offset: number): Finding {
  return { name, offset, isWhole: false };
}

function whole(name: string, offset: number): Finding {
  return { name, offset, isWhole: true };
}

describe('byte index', () => {
  it('finds a key at any offset', () => {
    const index = new ByteIndex();
    const key = noise(32, 1);
    index.addBlocks('key', key);
    for (const before of [0, 1, 7, 63]) {
      expect(index.find(around(key, before))[0]).toEqual(block('key', before));
    }
  });

  it('finds a quarter of a key', () => {
    const index = new ByteIndex();
    const key = noise(32, 1);
    index.addBlocks('key', key);
    expect(index.find(around(key.subarray(8, 16), 5))).toEqual([block('key', 5)]);
  });

  it('takes a text only when all of it is there', () => {
    const index = new ByteIndex();
    const text = noise(24, 3);
    index.addWhole('text', text);
    expect(index.find(around(text.subarray(0, 23), 4))).toEqual([]);
    expect(index.find(around(text, 4))).toEqual([whole('text', 4)]);
  });

  it('finds nothing in bytes that hold no needle, among many needles', () => {
    const index = new ByteIndex();
    for (let number = 0; number < 2_000; number += 1) index.addBlocks('key', noise(32, number + 7));
    expect(index.find(noise(20_000, 5_000_011))).toEqual([]);
  });

  it('still finds what was filed first after thousands of others', () => {
    const index = new ByteIndex();
    const first = noise(32, 1);
    index.addBlocks('first', first);
    for (let seed = 1_000; seed < 4_000; seed += 1) index.addBlocks('key', noise(32, seed));
    expect(index.find(around(first, 9))[0]).toEqual(block('first', 9));
  });

  it('leaves out blocks of one repeated byte, which are no secret', () => {
    const index = new ByteIndex();
    index.addBlocks('zeros', new Uint8Array(32));
    expect(index.find(new Uint8Array(64))).toEqual([]);
  });

  it('finds texts and keys in one pass, each where it stands', () => {
    const index = new ByteIndex();
    const text = noise(24, 3);
    const key = noise(8, 1);
    index.addBlocks('key', key);
    index.addWhole('text', text);
    const frame = around(text, 30);
    frame.set(key, 4);
    expect(index.find(frame)).toEqual([block('key', 4), whole('text', 30)]);
  });

  it('finds a block of two keys once, under the name of the first', () => {
    const index = new ByteIndex();
    const key = noise(8, 1);
    index.addBlocks('first', key);
    index.addBlocks('second', key);
    expect(index.find(around(key, 4))).toEqual([block('first', 4)]);
  });

  it('finds a key whose block is also the end of a text', () => {
    const index = new ByteIndex();
    const text = noise(24, 3);
    index.addWhole('text', text);
    index.addBlocks('key', text.subarray(16));
    expect(index.find(around(text, 4))).toEqual([whole('text', 4), block('key', 20)]);
    expect(index.find(around(text.subarray(16), 4))).toEqual([block('key', 4)]);
  });

  it('keeps the order of filing as it grows', () => {
    const index = new ByteIndex();
    const text = noise(8, 3);
    for (const name of ['one', 'two', 'three']) index.addWhole(name, text);
    for (let seed = 1_000; seed < 4_000; seed += 1) index.addBlocks('key', noise(32, seed));
    expect(index.find(text).map(({ name }) => name)).toEqual(['one', 'two', 'three']);
  });
});
