/**
 * One behaviour suite over both back ends: what the port promises beyond the values of its results.
 */

import { describe, expect, test, vi } from 'vitest';
import { InvariantError } from '../errors.ts';
import type { CryptoProvider } from './provider.ts';
import { backEnds, bytes, hexOf } from './testing/back-ends.ts';

const key = bytes('11'.repeat(32));
const other = bytes('22'.repeat(32));
const iv = bytes('33'.repeat(16));
const nonce = bytes('44'.repeat(12));
const message = bytes('55'.repeat(100));
const z = bytes('66'.repeat(64));

/** Every operation that returns bytes, so that what holds for one is asked of all. */
function everyResult(provider: CryptoProvider, seed = key): readonly Uint8Array[] {
  const pair = provider.keyPair(seed);
  const results = [
    pair.privateKey,
    pair.publicKey,
    provider.agree(seed, provider.keyPair(other).publicKey),
    provider.sign(seed, message, z),
    provider.derive(key, message),
    provider.derive(key, bytes('77'.repeat(500))),
    provider.mac(key, message, 8),
    ...provider.hkdf(key, undefined, 'label', [32, 32, 16]),
    provider.cbcEncrypt(key, iv, message),
    provider.cbcDecrypt(key, iv, provider.cbcEncrypt(key, iv, message)),
    provider.cbcDecryptBlocks(key, iv, message.slice(0, 96)),
    provider.ctr(key, iv, message),
    provider.gcmEncrypt(key, nonce, iv, message),
    provider.gcmDecrypt(key, nonce, iv, provider.gcmEncrypt(key, nonce, iv, message)),
    provider.sha1(message),
    provider.sha256(message),
    provider.sha256(bytes('77'.repeat(500))),
    provider.sha512(message),
    provider.sha512Rounds(message, key, 3),
    provider.md5(message),
    provider.mac512(key, message, 32),
    provider.macSha1(key, message, 10),
  ];
  return results.filter((result) => result !== undefined);
}

describe.each(backEnds)('$name', (provider) => {
  test('every result is a plain array that owns its memory', () => {
    const results = everyResult(provider);
    expect(results).toHaveLength(24);
    for (const result of results) {
      expect(Object.getPrototypeOf(result)).toBe(Uint8Array.prototype);
      expect(result.buffer.byteLength).toBe(result.length);
    }
    expect(new Set(results.map(({ buffer }) => buffer)).size).toBe(results.length);
  });

  test('results are the same when asked again, and later calls leave earlier results alone', () => {
    const first = everyResult(provider);
    const copies = first.map(hexOf);
    expect(everyResult(provider).map(hexOf)).toEqual(copies);
    expect(first.map(hexOf)).toEqual(copies);
  });

  test('nothing draws from the platform’s randomness, not even to blind a scalar', () => {
    const ambient = vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation(() => {
      throw new Error('a run may not draw ambient randomness');
    });
    try {
      const fresh = everyResult(provider, bytes('88'.repeat(32)));
      expect(fresh).toHaveLength(24);
      const { publicKey } = provider.keyPair(other);
      expect(provider.verify(publicKey, message, fresh[3] as Uint8Array)).toBe(false);
      expect(ambient).not.toHaveBeenCalled();
    } finally {
      ambient.mockRestore();
    }
  });

  test('arguments stay as they were', () => {
    const before = [key, other, iv, nonce, message, z].map(hexOf);
    everyResult(provider);
    expect([key, other, iv, nonce, message, z].map(hexOf)).toEqual(before);
  });

  test('two sides agree, and clamping happens once', () => {
    const alice = provider.keyPair(key);
    const bob = provider.keyPair(other);
    const shared = provider.agree(alice.privateKey, bob.publicKey);
    expect(shared).toEqual(provider.agree(bob.privateKey, alice.publicKey));
    expect(shared).toHaveLength(32);
    expect(provider.keyPair(alice.privateKey)).toEqual(alice);
  });

  test('equal keys in different arrays are one key', () => {
    const { publicKey } = provider.keyPair(other);
    const again = provider.agree(Uint8Array.from(key), Uint8Array.from(publicKey));
    expect(again).toEqual(provider.agree(key, publicKey));
  });

  test('a key is taken from within a larger array', () => {
    const larger = new Uint8Array(96).fill(9);
    larger.set(key, 33);
    const inner = larger.subarray(33, 65);
    expect(provider.keyPair(inner)).toEqual(provider.keyPair(key));
    expect(provider.derive(inner, message)).toEqual(provider.derive(key, message));
  });

  test('a MAC is the leading part of the HMAC, and any leading part holds', () => {
    const full = provider.derive(key, message);
    for (const length of [1, 8, 10, 31, 32]) {
      const code = provider.mac(key, message, length);
      expect(code).toEqual(full.slice(0, length));
      expect(provider.macHolds(key, message, code)).toBe(true);
    }
  });

  test('a long MAC is the leading part of 64 bytes, and any leading part holds', () => {
    const full = provider.mac512(key, message, 64);
    for (const length of [1, 32, 33, 64]) {
      const code = provider.mac512(key, message, length);
      expect(code).toEqual(full.slice(0, length));
      expect(provider.mac512Holds(key, message, code)).toBe(true);
    }
    const altered = full.slice(0, 32);
    altered[31] = (altered[31] as number) ^ 1;
    expect(provider.mac512Holds(key, message, altered)).toBe(false);
    expect(provider.mac512Holds(key, message, new Uint8Array(0))).toBe(false);
    expect(provider.mac512Holds(key, message, new Uint8Array(65))).toBe(false);
    expect(provider.mac512Holds(other, message, full)).toBe(false);
  });

  test('HKDF cuts one output into the lengths asked for', () => {
    const whole = provider.hkdf(key, other, 'label', [117])[0] as Uint8Array;
    const cut = provider.hkdf(key, other, 'label', [5, 32, 40, 1, 39]);
    expect(cut.map(({ length }) => length)).toEqual([5, 32, 40, 1, 39]);
    expect(cut.map(hexOf).join('')).toBe(hexOf(whole));
  });

  test('no salt is a salt of 32 zero bytes', () => {
    const zeros = new Uint8Array(32);
    expect(provider.hkdf(key, undefined, 'x', [64])).toEqual(provider.hkdf(key, zeros, 'x', [64]));
  });

  test('CBC pads every length up to the next block', () => {
    for (let length = 0; length <= 33; length++) {
      const text = message.slice(0, length);
      const sealed = provider.cbcEncrypt(key, iv, text);
      expect(sealed).toHaveLength(length - (length % 16) + 16);
      expect(provider.cbcDecrypt(key, iv, sealed)).toEqual(text);
    }
  });

  test('whole blocks from within a CBC text open under the block before them', () => {
    const sealed = provider.cbcEncrypt(key, iv, message);
    const inner = provider.cbcDecryptBlocks(key, sealed.subarray(16, 32), sealed.subarray(32, 80));
    expect(inner).toEqual(message.slice(32, 80));
    expect(provider.cbcDecryptBlocks(key, iv, sealed)?.slice(-12)).toEqual(
      new Uint8Array(12).fill(12),
    );
    expect(provider.cbcDecryptBlocks(key, iv, new Uint8Array(0))).toEqual(new Uint8Array(0));
    expect(provider.cbcDecryptBlocks(key, iv, sealed.subarray(1))).toBeUndefined();
  });

  test('rounds of SHA-512 hash the last result and the suffix', () => {
    const joined = (one: Uint8Array, two: Uint8Array) => new Uint8Array([...one, ...two]);
    const once = provider.sha512(joined(message, key));
    expect(provider.sha512Rounds(message, key, 1)).toEqual(once);
    const twice = provider.sha512(joined(once, key));
    expect(provider.sha512Rounds(message, key, 2)).toEqual(twice);
    expect(provider.sha512Rounds(once, key, 1)).toEqual(twice);
  });

  test('a MAC of SHA-1 holds in every leading part, and no further', () => {
    const full = provider.macSha1(key, message, 20);
    for (const length of [1, 4, 10, 20]) {
      const code = provider.macSha1(key, message, length);
      expect(code).toEqual(full.slice(0, length));
      expect(provider.macSha1Holds(key, message, code)).toBe(true);
    }
    const altered = Uint8Array.from(full);
    altered[9] = (altered[9] as number) ^ 1;
    expect(provider.macSha1Holds(key, message, altered.subarray(0, 10))).toBe(false);
    expect(provider.macSha1Holds(key, message, new Uint8Array(0))).toBe(false);
    expect(provider.macSha1Holds(key, message, new Uint8Array(21))).toBe(false);
    expect(provider.macSha1Holds(other, message, full)).toBe(false);
  });

  test('CTR is its own inverse', () => {
    expect(provider.ctr(key, iv, provider.ctr(key, iv, message))).toEqual(message);
    expect(provider.ctr(key, iv, new Uint8Array(0))).toEqual(new Uint8Array(0));
  });

  test('GCM opens what it sealed, under the same additional bytes only', () => {
    const sealed = provider.gcmEncrypt(key, nonce, iv, message);
    expect(sealed).toHaveLength(116);
    expect(provider.gcmDecrypt(key, nonce, iv, sealed)).toEqual(message);
    expect(provider.gcmDecrypt(key, nonce, message, sealed)).toBeUndefined();
  });

  test('lengths that our own code fixes are invariants', () => {
    const short = new Uint8Array(15);
    const { publicKey } = provider.keyPair(other);
    const broken = [
      () => provider.keyPair(short),
      () => provider.agree(short, publicKey),
      () => provider.sign(short, message, z),
      () => provider.sign(key, message, short),
      () => provider.mac(key, message, 0),
      () => provider.mac(key, message, 33),
      () => provider.mac512(key, message, 0),
      () => provider.mac512(key, message, 65),
      () => provider.macSha1(key, message, 0),
      () => provider.macSha1(key, message, 21),
      () => provider.cbcDecryptBlocks(key, short, message),
      () => provider.sha512Rounds(message, key, 0),
      () => provider.hkdf(key, undefined, 'x', [0]),
      () => provider.hkdf(key, undefined, 'x', [8_161]),
      () => provider.hkdf(key, undefined, '\u0100', [32]),
      () => provider.cbcEncrypt(short, iv, message),
      () => provider.cbcEncrypt(key, short, message),
      () => provider.cbcDecrypt(key, short, message),
      () => provider.ctr(short, iv, message),
      () => provider.ctr(key, short, message),
      () => provider.gcmEncrypt(key, short, iv, message),
      () => provider.gcmDecrypt(short, nonce, iv, message),
    ];
    for (const call of broken) expect(call).toThrow(InvariantError);
  });
});
