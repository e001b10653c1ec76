/**
 * What both back ends refuse, run beside the equality tests: unusable public keys, altered or
 * over-long signatures, MACs, ciphertexts. Specification 1.2 and 1.3.
 */

import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { isUsablePublicKey } from './curve-checks.ts';
import { backEnds, bytes, hexOf } from './testing/back-ends.ts';

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const secret = bytes('11'.repeat(32));
const message = bytes('05aabbcc');
const z = bytes('66'.repeat(64));

function littleEndian(value: bigint): Uint8Array {
  return bytes(value.toString(16).padStart(64, '0')).reverse();
}

function numberOf(value: Uint8Array): bigint {
  return BigInt(`0x${hexOf(Uint8Array.from(value).reverse())}`);
}

/**
 * u of every point of small order, derived from the Edwards curve's torsion group, and -1 from the
 * twist.
 */
function lowOrderCoordinates(): bigint[] {
  const torsion = ed25519.Point.fromHex(
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  );
  const found = new Set<bigint>([P - 1n]);
  for (let multiple = 1n; multiple < 8n; multiple++) {
    const { y } = torsion.multiplyUnsafe(multiple).toAffine();
    found.add(ed25519.Point.Fp.div(1n + y, 1n - y));
  }
  return [...found];
}

const LOW_ORDER = lowOrderCoordinates();

test('there are five coordinates of low order', () => {
  expect(LOW_ORDER).toHaveLength(5);
  for (const u of LOW_ORDER) {
    expect(() => x25519.getSharedSecret(secret, littleEndian(u))).toThrow();
  }
});

describe.each(backEnds)('$name', (provider) => {
  const { publicKey } = provider.keyPair(secret);
  const signature = provider.sign(secret, message, z);

  test('agrees with no point of low order, in any encoding', () => {
    for (const u of LOW_ORDER) {
      for (const encoding of [u, u + P, u + 2n ** 255n, u + P + 2n ** 255n]) {
        if (encoding >= 2n ** 256n) continue;
        expect(provider.agree(secret, littleEndian(encoding))).toBeUndefined();
      }
    }
  });

  test('agrees with no non-canonical encoding, although 9 + p stands for the base point', () => {
    const refused = Array.from({ length: 19 }, (_, index) => P + BigInt(index));
    for (const u of [...refused, 9n + 2n ** 255n, numberOf(publicKey) + 2n ** 255n]) {
      expect(provider.agree(secret, littleEndian(u))).toBeUndefined();
    }
    for (const u of [2n, 9n, P - 2n, P - 3n]) {
      expect(provider.agree(secret, littleEndian(u))).toHaveLength(32);
    }
  });

  test('agrees with no key of another length', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(provider.agree(secret, new Uint8Array(length).fill(9))).toBeUndefined();
    }
  });

  test('refuses a signature with any bit altered', () => {
    expect(provider.verify(publicKey, message, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit += 13) {
      const altered = Uint8Array.from(signature);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(provider.verify(publicKey, message, altered), `bit ${bit}`).toBe(false);
    }
  });

  test('refuses the wrong sign, bits 5 and 6 of the end, another message, another key', () => {
    for (const bit of [0x80, 0x40, 0x20]) {
      const altered = Uint8Array.from(signature);
      altered[63] = (altered[63] as number) ^ bit;
      expect(provider.verify(publicKey, message, altered)).toBe(false);
    }
    expect(provider.verify(publicKey, bytes('05aabbcd'), signature)).toBe(false);
    const another = provider.keyPair(bytes('12'.repeat(32))).publicKey;
    expect(provider.verify(another, message, signature)).toBe(false);
  });

  test('takes s modulo the order, as libsignal does, while its top three bits are clear', () => {
    const s = numberOf(signature.subarray(32)) % 2n ** 255n;
    const sign = (signature[63] as number) & 0x80;
    const withResponse = (response: bigint): Uint8Array => {
      const altered = Uint8Array.from(signature);
      altered.set(littleEndian(response), 32);
      altered[63] = (altered[63] as number) | sign;
      return altered;
    };
    expect(provider.verify(publicKey, message, withResponse(s + ORDER))).toBe(true);
    expect(provider.verify(publicKey, message, withResponse(s + ORDER + 1n))).toBe(false);
    expect(provider.verify(publicKey, message, withResponse(s + 2n * ORDER))).toBe(false);
  });

  test('verifies nothing under an unusable key, whose small order lets anyone forge', () => {
    // Under u = 0 (order 2) R = the neutral point and s = 0 hold whenever the challenge is even.
    const forged = new Uint8Array(64);
    forged[0] = 1;
    for (let first = 0; first < 16; first++) {
      const text = Uint8Array.of(first);
      for (const u of LOW_ORDER) expect(provider.verify(littleEndian(u), text, forged)).toBe(false);
    }
    const nonCanonical = littleEndian(numberOf(publicKey) + 2n ** 255n);
    expect(provider.verify(nonCanonical, message, signature)).toBe(false);
    expect(provider.verify(publicKey.subarray(1), message, signature)).toBe(false);
  });

  test('verifies nothing under a coordinate of the twist', () => {
    expect(isUsablePublicKey(littleEndian(2n))).toBe(true);
    expect(provider.verify(littleEndian(2n), message, signature)).toBe(false);
  });

  test('verifies no signature of another length', () => {
    for (const length of [0, 63, 65]) {
      const cut = new Uint8Array(length);
      cut.set(signature.subarray(0, Math.min(64, length)));
      expect(provider.verify(publicKey, message, cut)).toBe(false);
    }
  });

  test('holds no MAC that is altered, empty or longer than 32 bytes', () => {
    const code = provider.mac(secret, message, 8);
    for (let bit = 0; bit < 64; bit++) {
      const altered = Uint8Array.from(code);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(provider.macHolds(secret, message, altered)).toBe(false);
    }
    expect(provider.macHolds(secret, message, new Uint8Array(0))).toBe(false);
    expect(provider.macHolds(secret, message, new Uint8Array(33))).toBe(false);
  });

  test('opens no CBC text of a wrong length or with wrong padding', () => {
    const iv = bytes('33'.repeat(16));
    for (const length of [0, 1, 15, 17, 31]) {
      expect(provider.cbcDecrypt(secret, iv, new Uint8Array(length))).toBeUndefined();
    }
    const sealed = provider.cbcEncrypt(secret, iv, new Uint8Array(16));
    for (const padding of [0, 1, 17, 255]) {
      // The last plaintext byte, 16, is changed through the ciphertext byte before it.
      const altered = Uint8Array.from(sealed);
      altered[15] = (altered[15] as number) ^ 16 ^ padding;
      const opened = provider.cbcDecrypt(secret, iv, altered);
      expect(opened?.length).toBe(padding === 1 ? 31 : undefined);
    }
  });

  test('opens no GCM text that is altered or shorter than its tag', () => {
    const nonce = bytes('44'.repeat(12));
    const sealed = provider.gcmEncrypt(secret, nonce, z, message);
    for (let index = 0; index < sealed.length; index++) {
      const altered = Uint8Array.from(sealed);
      altered[index] = (altered[index] as number) ^ 1;
      expect(provider.gcmDecrypt(secret, nonce, z, altered)).toBeUndefined();
      expect(provider.gcmDecrypt(secret, nonce, z, sealed.slice(0, index))).toBeUndefined();
    }
  });
});
