/** Hand-made bytes for every form of appendix E, both ways, and what a decoder refuses. */

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from './decode-node.ts';
import { encodeFrame } from './encode-node.ts';
import { node, type WireNode } from './node.ts';

const SERVER = 's.whatsapp.net';
const bytesOf = (hex: string) => hexToBytes(hex.replaceAll(' ', ''));
const malformed = expect.objectContaining({ kind: 'rejected', code: 'malformed' });

/** A frame `<message to=VALUE/>`: flag, list of 3, tokens 19 and 17, then the value's form. */
const valued = (form: string) => bytesOf(`00 f8 03 13 11 ${form}`);
const withValue = (value: string) => node('message', { to: value });

const FORMS: readonly (readonly [string, string, string])[] = [
  ['a single-byte token', 'text', '38'],
  ['a double-byte token', 'read-self', 'ec00'],
  ['an empty string', '', 'fc00'],
  ['an even packed number', '1234', 'ff02 1234'],
  ['an odd packed number with signs', '-1.', 'ff82 a1bf'],
  ['an even packed hex id', '3EB0AB', 'fb03 3eb0ab'],
  ['an odd packed hex id', 'ABC', 'fb82 abcf'],
  ['plain text', 'hello', 'fc05 68656c6c6f'],
  ['a text beyond ASCII', 'é', 'fc02 c3a9'],
  ['an account', `15551230001@${SERVER}`, 'fa ff86 15551230001f 03'],
  ['a companion', `15551230001:2@${SERVER}`, 'f7 00 02 ff86 15551230001f'],
  ['a companion of the largest short id', `1555:255@${SERVER}`, 'f7 00 ff ff02 1555'],
  ['a companion of a longer id', `1:256@${SERVER}`, 'fa fc05 313a323536 03'],
  ['a primary written with its id', `1:0@${SERVER}`, 'fa fc03 313a30 03'],
  ['a group', '123-456@g.us', 'fa ff84 123a456f 1c'],
  ['text that begins with an at sign', '@g.us', 'fc05 40672e7573'],
  ['a hidden-number companion', '77:3@lid', 'f7 01 03 ff01 77'],
  ['text with two at signs', 'a@b@c', 'fc05 6140624063'],
  ['text that ends with an at sign', 'a@', 'fc02 6140'],
];

describe('strings', () => {
  test.each(FORMS)('%s has one form', (_, text, form) => {
    expect(bytesToHex(encodeFrame(withValue(text)))).toBe(bytesToHex(valued(form)));
    expect(decodeFrame(valued(form))).toEqual(withValue(text));
  });

  test('packed forms end at 127 characters', () => {
    const longest = encodeFrame(withValue('1'.repeat(127)));
    expect([...longest.subarray(5, 7)]).toEqual([255, 0x80 | 64]);
    expect(encodeFrame(withValue('1'.repeat(128)))[5]).toBe(252);
    expect(decodeFrame(longest)).toEqual(withValue('1'.repeat(127)));
  });

  test('other readings of the layout decode too', () => {
    // Absent; the primary in the device form; a server; a companion whose user is a raw string.
    expect(decodeFrame(valued('00'))).toEqual(withValue(''));
    expect(decodeFrame(valued('f7 00 00 ff01 12'))).toEqual(withValue(`12@${SERVER}`));
    expect(decodeFrame(valued('fa 00 03'))).toEqual(withValue(SERVER));
    expect(decodeFrame(valued('f7 00 05 fc02 3132'))).toEqual(withValue(`12:5@${SERVER}`));
  });
});

describe('content', () => {
  const contentOf = (frame: Uint8Array) => (decodeFrame(frame) as WireNode).content;

  test('bytes take the shortest length form and come back as bytes', () => {
    for (const [size, form] of [
      [0, 'fc00'],
      [255, 'fcff'],
      [256, 'fd000100'],
      [1_048_575, 'fd0fffff'],
      [1_048_576, 'fe00100000'],
    ] as const) {
      const content = new Uint8Array(size).fill(7);
      const frame = encodeFrame(node('enc', {}, content));
      expect(bytesToHex(frame.subarray(0, 4 + form.length / 2))).toBe(`00f8021d${form}`);
      expect(Buffer.compare(contentOf(frame) as Uint8Array, content)).toBe(0);
    }
  });

  test('text with a compact form stays text, other text comes back as bytes', () => {
    expect(contentOf(encodeFrame(node('ref', {}, '12AB')))).toBe('12AB');
    expect(contentOf(encodeFrame(node('ref', {}, 'x y')))).toEqual(bytesOf('782079'));
  });

  test('lists of elements, empty ones and ones beyond 255 keep their size', () => {
    expect(contentOf(encodeFrame(node('list', {}, [])))).toEqual([]);
    const many = Array.from({ length: 300 }, () => node('item'));
    const frame = encodeFrame(node('list', {}, many));
    expect(bytesToHex(frame.subarray(3, 7)).endsWith('f9012c')).toBe(true);
    expect(contentOf(frame)).toEqual(many);
  });

  test('attributes keep their order', () => {
    const element = node('receipt', { type: 'read', id: 'A1', to: 'x' });
    expect(decodeFrame(encodeFrame(element))).toEqual(element);
  });
});

/** `depth` elements inside one another. */
function nested(depth: number): WireNode {
  return depth === 1 ? node('item') : node('item', {}, [nested(depth - 1)]);
}

describe('what a decoder refuses', () => {
  test.each([
    ['no bytes', ''],
    ['a flag byte alone', '00'],
    ['a deflated frame', '02 f8 01 13'],
    ['an unknown flag', '01 f8 01 13'],
    ['bytes after the node', '00 f8 01 13 00'],
    ['an empty node', '00 f8 00'],
    ['a node that is a string', '00 13'],
    ['a list that is cut off', '00 f8'],
    ['an element without a name', '00 f8 01 00'],
    ['an attribute without a name', '00 f8 03 13 00 34'],
    ['an attribute without a value', '00 f8 03 13 11'],
    ['a form between the tables and the addresses', '00 f8 03 13 11 f0'],
    ['an interop address', '00 f8 03 13 11 f5 0000 0000'],
    ['a Facebook address', '00 f8 03 13 11 f6 0000 0000'],
    ['a list as a string', '00 f8 03 13 11 f8 01 13'],
    ['a device of an unknown domain', '00 f8 03 13 11 f7 02 01 ff01 12'],
    ['a device without user', '00 f8 03 13 11 f7 00 01 00'],
    ['an address without server', '00 f8 03 13 11 fa ff01 12 00'],
    ['an address inside an address', '00 f8 03 13 11 fa fa ff01 12 03 03'],
    ['a packed string that is cut off', '00 f8 03 13 11 ff 03 12'],
    ['a packed digit out of range', '00 f8 03 13 11 ff 01 1c'],
    ['filler inside a packed string', '00 f8 03 13 11 ff 01 1f'],
    ['an odd packed string without filler', '00 f8 03 13 11 ff 81 12'],
    ['an odd packed string of no bytes', '00 f8 03 13 11 ff 80'],
    ['raw bytes that are cut off', '00 f8 02 13 fc 05 00'],
    ['a length of 4 GiB', '00 f8 02 13 fe ff ff ff ff'],
    ['a length with bits its form lacks', '00 f8 02 13 fd 10 00 00'],
    ['a string that is not UTF-8', '00 f8 03 13 11 fc 01 ff'],
    ['a list that promises more', '00 f8 02 13 f9 ff ff f8 01 13'],
    ['a double-byte token without its index', '00 f8 03 13 11 ec'],
  ])('refuses %s', (_, hex) => {
    expect(decodeFrame(bytesOf(hex))).toEqual(malformed);
  });

  test('elements nest 32 deep and no deeper', () => {
    const deepest = encodeFrame(nested(32));
    expect(decodeFrame(deepest)).toEqual(nested(32));
    // One more element around it, by hand: our own encoder would crash.
    const deeper = bytesOf(`00 f8 02 2c f8 01 ${bytesToHex(deepest.subarray(1))}`);
    expect(decodeFrame(deeper)).toEqual(malformed);
    expect(() => encodeFrame(nested(33))).toThrow('deeper');
  });

  test('a frame has at most 16 MiB', () => {
    expect(decodeFrame(new Uint8Array(16_777_217))).toEqual(malformed);
  });
});
