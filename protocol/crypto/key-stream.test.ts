/**
 * The labelled key stream: what it must give again and what it must never give twice (contract 5).
 */

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../errors.ts';
import { keyStream, rootSecret, type SecretLabel, secretAt, secretsFor } from './key-stream.ts';
import { hexOf } from './testing/back-ends.ts';

const stream = keyStream(rootSecret('7'));
const label: SecretLabel = {
  host: 'alice.phone',
  boot: 1,
  inputId: 'send:3',
  purpose: 'ratchet',
  ordinal: 0,
};
const scope = { host: 'alice.phone', boot: 1, inputId: 'send:3' };

describe('a secret', () => {
  test('is HMAC-SHA-256 over the encoded label, block by block', () => {
    const texts = (value: string) => {
      const head = Buffer.from([1, 0, 0, 0, value.length]);
      return Buffer.concat([head, Buffer.from(value, 'utf16le').swap16()]);
    };
    const number = (value: number) => Buffer.from([2, 0, 0, 0, value]);
    const block = (index: number) =>
      createHmac('sha256', rootSecret('7'))
        .update(Buffer.concat([texts('alice.phone'), number(1), texts('send:3')]))
        .update(Buffer.concat([texts('ratchet'), number(0), number(index)]))
        .digest('hex');
    expect(hexOf(secretAt(stream, label, 64))).toBe(block(0) + block(1));
  });

  test('depends on every part of its label and on the seed', () => {
    const labels: SecretLabel[] = [
      label,
      { ...label, host: 'alice.phone#2' },
      { ...label, boot: 2 },
      { ...label, inputId: 'send:4' },
      { ...label, purpose: 'iv' },
      { ...label, ordinal: 1 },
    ];
    const secrets = labels.map((each) => hexOf(secretAt(stream, each, 32)));
    secrets.push(hexOf(secretAt(keyStream(rootSecret('8')), label, 32)));
    expect(new Set(secrets).size).toBe(7);
  });

  test('starts with every shorter one of the same label', () => {
    const long = secretAt(stream, label, 100);
    for (const length of [1, 31, 32, 33, 64, 99]) {
      expect(secretAt(stream, label, length)).toEqual(long.slice(0, length));
    }
  });

  test('has 1 to 8,160 bytes, a boot that fits 32 bits, and a root of 32 bytes', () => {
    expect(secretAt(stream, label, 8_160)).toHaveLength(8_160);
    expect(() => secretAt(stream, label, 0)).toThrow(InvariantError);
    expect(() => secretAt(stream, label, 8_161)).toThrow(InvariantError);
    expect(() => secretAt(stream, { ...label, boot: 2 ** 32 }, 32)).toThrow(InvariantError);
    expect(() => secretAt(stream, { ...label, boot: 0.5 }, 32)).toThrow(InvariantError);
    expect(() => keyStream(new Uint8Array(31))).toThrow(InvariantError);
  });

  test('never moves from one part of a label into another', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\ud800'), maxLength: 3 });
    const labels = fc.record({
      host: part,
      boot: fc.nat({ max: 3 }),
      inputId: part,
      purpose: part,
      ordinal: fc.nat({ max: 3 }),
    });
    const differ = fc.property(labels, labels, (first, second) => {
      const isSame = JSON.stringify(first) === JSON.stringify(second);
      const secrets = [first, second].map((each) => hexOf(secretAt(stream, each, 16)));
      expect(secrets[0] === secrets[1]).toBe(isSame);
    });
    fc.assert(differ, {
      numRuns: 300,
      seed: 7,
      examples: [
        [
          { ...label, host: 'ab', inputId: 'c' },
          { ...label, host: 'a', inputId: 'bc' },
        ],
        [
          { ...label, host: '\ud800' },
          { ...label, host: '\ufffd' },
        ],
      ],
    });
  });
});

describe('the secrets of a step', () => {
  test('count their ordinals for each purpose from 0', () => {
    const secrets = secretsFor(stream, scope);
    const given = ['ratchet', 'iv', 'ratchet'].map((purpose) => secrets.bytes(purpose, 32));
    expect(given).toEqual([
      secretAt(stream, label, 32),
      secretAt(stream, { ...label, purpose: 'iv' }, 32),
      secretAt(stream, { ...label, ordinal: 1 }, 32),
    ]);
  });

  test('are not shifted by a draw for another purpose', () => {
    const plain = secretsFor(stream, scope);
    const busy = secretsFor(stream, scope);
    busy.bytes('something new', 5);
    expect(busy.bytes('ratchet', 32)).toEqual(plain.bytes('ratchet', 32));
  });

  test('begin again with the same step, and differ after a boot', () => {
    const again = secretsFor(stream, scope).bytes('ratchet', 32);
    expect(secretsFor(stream, scope).bytes('ratchet', 32)).toEqual(again);
    expect(secretsFor(stream, { ...scope, boot: 2 }).bytes('ratchet', 32)).not.toEqual(again);
  });
});

test('the root of a seed is fixed for good', () => {
  expect(hexOf(rootSecret('7'))).toBe(
    '138763643497707c29751884aced8b8225b5fed5eacd8c9b0bac9e3ccff6b71b',
  );
});
