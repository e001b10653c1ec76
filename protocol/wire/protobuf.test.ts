import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { decode, encode, type Schema } from './protobuf.ts';

const INNER = [{ name: 'text', number: 1, type: 'string' }] as const satisfies Schema;
const ALL = [
  { name: 'small', number: 1, type: 'uint32' },
  { name: 'large', number: 2, type: 'uint64' },
  { name: 'isSet', number: 3, type: 'bool' },
  { name: 'bytes', number: 4, type: 'bytes' },
  { name: 'text', number: 5, type: 'string' },
  { name: 'list', number: 6, type: 'packedUint32' },
  { name: 'inner', number: 16, type: 'message', schema: INNER },
] as const satisfies Schema;

const read = (hex: string) => decode(ALL, hexToBytes(hex.replaceAll(' ', '')));
const malformed = expect.objectContaining({ kind: 'rejected', code: 'malformed' });

describe('encode', () => {
  test('writes present zeros and empties, and leaves absent fields out', () => {
    const value = { small: 0, large: undefined, isSet: false, bytes: new Uint8Array(), list: [] };
    expect(bytesToHex(encode(ALL, value))).toBe('0800180022003200');
    expect(encode(ALL, {})).toHaveLength(0);
  });

  test('writes fields in schema order, whatever the order of the value', () => {
    const bytes = encode(ALL, { inner: { text: 'hi' }, small: 300 });
    expect(bytesToHex(bytes)).toBe('08ac028201040a026869');
  });

  test('writes the largest numbers of each type', () => {
    const bytes = encode(ALL, { small: 0xffff_ffff, large: Number.MAX_SAFE_INTEGER });
    expect(bytesToHex(bytes)).toBe('08ffffffff0f10ffffffffffffff0f');
    expect(decode(ALL, bytes)).toEqual({ small: 4_294_967_295, large: 9_007_199_254_740_991 });
  });

  test('crashes on a number that its type cannot hold', () => {
    expect(() => encode(ALL, { small: 4_294_967_296 })).toThrow('small in range');
    expect(() => encode(ALL, { large: -1 })).toThrow('large in range');
  });
});

describe('decode', () => {
  test('lets the last scalar win, merges messages and adds up packed lists', () => {
    expect(read('08010802')).toEqual({ small: 2 });
    expect(read('820100820104 0a026869')).toEqual({ inner: { text: 'hi' } });
    expect(read('32020102 3003 320104')).toEqual({ list: [1, 2, 3, 4] });
  });

  test('steps over unknown fields of every wire type but groups', () => {
    expect(read('f80601f906 0102030405060708 fa0602ffff fd0601020304 0801')).toEqual({
      small: 1,
    });
    expect(read('fb06fc06')).toEqual(malformed);
  });

  test('takes overlong varints of up to ten bytes and no longer ones', () => {
    expect(read('08818080808080808000')).toEqual({ small: 1 });
    expect(read('0881808080808080808000')).toEqual({ small: 1 });
    expect(read('088180808080808080808000')).toEqual(malformed);
    expect(read('f806ffffffffffffffffff01')).toEqual({});
    expect(read('f806ffffffffffffffffffff01')).toEqual(malformed);
  });

  test('refuses numbers beyond their type', () => {
    expect(read('088080808010')).toEqual(malformed);
    expect(read('1080808080808080 10')).toEqual(malformed);
    expect(read('320580808080 10')).toEqual(malformed);
  });

  test.each([
    ['field number 0', '0001'],
    ['a cut varint', '0880'],
    ['a cut tag', '80'],
    ['a cut string', '2a05616263'],
    ['a length beyond 2^32', '2affffffff7f'],
    ['text that is not UTF-8', '2a02c328'],
    ['a number where bytes belong', '2001'],
    ['bytes where a number belongs', '0a0101'],
    ['fixed bits where a number belongs', '0d01020304'],
    ['an inner message that runs over its end', '8201020a05616263'],
    ['a cut fixed field', 'f90601'],
  ])('refuses %s', (_, hex) => {
    expect(read(hex)).toEqual(malformed);
  });

  test('refuses more bytes than the limit', () => {
    expect(decode(ALL, new Uint8Array(11), 10)).toEqual(malformed);
    expect(decode(ALL, new Uint8Array(1024 * 1024 + 1))).toEqual(malformed);
  });

  test('returns copies of bytes', () => {
    const source = hexToBytes('220155');
    const value = decode(ALL, source);
    source[2] = 0;
    expect(value).toEqual({ bytes: new Uint8Array([0x55]) });
  });
});

describe('repeated messages and signed numbers', () => {
  const LIST = [
    { name: 'at', number: 1, type: 'int64' },
    { name: 'items', number: 2, type: 'messages', schema: INNER },
  ] as const satisfies Schema;
  const readList = (hex: string) => decode(LIST, hexToBytes(hex.replaceAll(' ', '')));

  test('minus one takes ten bytes', () => {
    expect(bytesToHex(encode(LIST, { at: -1 }))).toBe('08ffffffffffffffffff01');
    expect(readList('08 ffffffffffffffffff01')).toEqual({ at: -1 });
  });

  test('each item is one field, an empty list is no field', () => {
    const items = [{ text: 'a' }, {}, { text: 'b' }];
    expect(bytesToHex(encode(LIST, { items }))).toBe('12030a0161' + '1200' + '12030a0162');
    expect(encode(LIST, { items: [] })).toHaveLength(0);
    expect(readList('12030a0161 1200 08 05 12030a0162')).toEqual({ items, at: 5 });
  });

  test.each([
    ['a number below -(2^53 - 1)', '08 80808080808080f0ff01'],
    ['a number above 2^53 - 1', '08 8080808080808010'],
    ['nine bytes and an end', '08 ffffffffffffffffff'],
    ['an item that is cut off', '12030a01'],
    ['an item of the wrong wire type', '10 01'],
  ])('refuses %s', (_, hex) => {
    expect(readList(hex)).toEqual(malformed);
  });
});
