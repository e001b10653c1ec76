/**
 * What judges learn of key use: names that connect what was made with what was used (contract 9).
 */

import { describe, expect, test } from 'vitest';
import { nobleProvider } from '../../protocol/crypto/noble.ts';
import type { CryptoUse } from '../trace/events.ts';
import { keyNames } from '../trace/key-id.ts';
import { observeCrypto } from './crypto-observer.ts';

const seed = new Uint8Array(32).fill(1);
const iv = new Uint8Array(16).fill(2);
const nonce = new Uint8Array(12).fill(3);
const text = new Uint8Array(40).fill(4);
const z = new Uint8Array(64).fill(5);

function watched() {
  const uses: CryptoUse[] = [];
  const provider = observeCrypto(nobleProvider, (use) => uses.push(use));
  return { provider, uses, last: () => uses.at(-1) as CryptoUse };
}

const { idOf } = keyNames();

describe('the observed provider', () => {
  test('answers as the one it wraps, under its name', () => {
    const { provider } = watched();
    expect(provider.name).toBe('noble');
    const pair = provider.keyPair(seed);
    const signature = provider.sign(seed, text, z);
    expect([
      pair,
      provider.agree(seed, pair.publicKey),
      signature,
      provider.verify(pair.publicKey, text, signature),
      provider.derive(seed, text),
      provider.mac(seed, text, 8),
      provider.mac512(seed, text, 32),
      provider.hkdf(seed, iv, 'label', [32, 16]),
      provider.cbcEncrypt(seed, iv, text),
      provider.ctr(seed, iv, text),
      provider.gcmEncrypt(seed, nonce, iv, text),
    ]).toEqual([
      nobleProvider.keyPair(seed),
      nobleProvider.agree(seed, pair.publicKey),
      nobleProvider.sign(seed, text, z),
      true,
      nobleProvider.derive(seed, text),
      nobleProvider.mac(seed, text, 8),
      nobleProvider.mac512(seed, text, 32),
      nobleProvider.hkdf(seed, iv, 'label', [32, 16]),
      nobleProvider.cbcEncrypt(seed, iv, text),
      nobleProvider.ctr(seed, iv, text),
      nobleProvider.gcmEncrypt(seed, nonce, iv, text),
    ]);
  });

  test('tells each use once, after it happened, with the keys in their order', () => {
    const { provider, uses } = watched();
    const { privateKey, publicKey } = provider.keyPair(seed);
    const shared = provider.agree(privateKey, publicKey) as Uint8Array;
    const [root, chain] = provider.hkdf(shared, seed, 'label', [32, 32]) as [
      Uint8Array,
      Uint8Array,
    ];
    const next = provider.derive(chain, iv);
    expect(uses).toEqual([
      {
        operation: 'keyPair',
        keysIn: [idOf(seed)],
        keysOut: [idOf(privateKey), idOf(publicKey)],
        isGood: true,
      },
      {
        operation: 'agree',
        keysIn: [idOf(privateKey), idOf(publicKey)],
        keysOut: [idOf(shared)],
        isGood: true,
      },
      {
        operation: 'hkdf',
        keysIn: [idOf(shared), idOf(seed)],
        keysOut: [idOf(root), idOf(chain)],
        isGood: true,
      },
      { operation: 'derive', keysIn: [idOf(chain)], keysOut: [idOf(next)], isGood: true },
    ]);
  });

  test('says bad when something was refused', () => {
    const { provider, uses } = watched();
    provider.agree(seed, new Uint8Array(32));
    provider.verify(new Uint8Array(32), text, z);
    provider.macHolds(seed, text, new Uint8Array(8));
    provider.mac512Holds(seed, text, new Uint8Array(8));
    provider.cbcDecrypt(seed, iv, text);
    provider.gcmDecrypt(seed, nonce, iv, text);
    expect(uses.map(({ operation, isGood }) => [operation, isGood])).toEqual([
      ['agree', false],
      ['verify', false],
      ['macHolds', false],
      ['mac512Holds', false],
      ['cbcDecrypt', false],
      ['gcmDecrypt', false],
    ]);
    expect(uses[0]?.keysOut).toEqual([]);
  });

  test('digests what an encryption hides: equal only for equal vector and text', () => {
    const { provider, last } = watched();
    const digestOf = (vector: Uint8Array, plaintext: Uint8Array) => {
      provider.cbcEncrypt(seed, vector, plaintext);
      return last().plaintextDigest;
    };
    const digest = digestOf(iv, text);
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    expect(digestOf(Uint8Array.from(iv), Uint8Array.from(text))).toBe(digest);
    expect(digestOf(iv, text.subarray(1))).not.toBe(digest);
    expect(digestOf(z.subarray(0, 16), text)).not.toBe(digest);
    provider.gcmEncrypt(seed, nonce, iv, text);
    expect(last().plaintextDigest).toMatch(/^[0-9a-f]{32}$/);
    provider.derive(seed, text);
    expect(last()).not.toHaveProperty('plaintextDigest');
  });

  test('tells MACs of SHA-1, whole blocks and rounds once, the rounds without their count', () => {
    const { provider, uses } = watched();
    expect(provider.macSha1(seed, text, 10)).toEqual(nobleProvider.macSha1(seed, text, 10));
    provider.macSha1Holds(seed, text, new Uint8Array(10));
    provider.cbcDecryptBlocks(seed, iv, text.subarray(0, 32));
    provider.cbcDecryptBlocks(seed, iv, text);
    provider.sha512Rounds(text, seed, 100);
    expect(uses.map(({ operation, keysIn, isGood }) => [operation, keysIn.length, isGood])).toEqual(
      [
        ['macSha1', 1, true],
        ['macSha1Holds', 1, false],
        ['cbcDecryptBlocks', 1, true],
        ['cbcDecryptBlocks', 1, false],
        ['sha512Rounds', 0, true],
      ],
    );
    expect(uses[0]?.keysIn).toEqual([idOf(seed)]);
  });

  test('counts plain hashes without naming their input', () => {
    const { provider, uses } = watched();
    for (const hash of ['md5', 'sha1', 'sha256', 'sha512'] as const) provider[hash](text);
    expect(uses.map(({ operation }) => operation)).toEqual(['md5', 'sha1', 'sha256', 'sha512']);
    expect(uses.flatMap(({ keysIn, keysOut }) => [...keysIn, ...keysOut])).toEqual([]);
  });
});

describe('key names', () => {
  test('follow the content, not the array, and are 32 hex digits', () => {
    expect(idOf(seed)).toMatch(/^[0-9a-f]{32}$/);
    expect(idOf(Uint8Array.from(seed))).toBe(idOf(seed));
    expect(keyNames().idOf(seed)).toBe(idOf(seed));
  });

  test('differ for every single altered bit and for every length of zeros', () => {
    const names = new Set<string>();
    for (let bit = 0; bit < 256; bit++) {
      const altered = Uint8Array.from(seed);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      names.add(idOf(altered));
    }
    for (let length = 0; length < 100; length++) names.add(idOf(new Uint8Array(length)));
    expect(names.size).toBe(356);
  });

  test('tell lists apart by their parts, not by their joined bytes', () => {
    const { digestOf } = keyNames();
    const joined = digestOf(text.subarray(0, 10), text.subarray(10));
    expect(digestOf(text.subarray(0, 11), text.subarray(11))).not.toBe(joined);
    expect(digestOf(text)).not.toBe(joined);
  });
});
