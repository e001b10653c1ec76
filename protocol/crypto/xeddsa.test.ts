/**
 * XEdDSA against two independent implementations, as signers and as verifiers. Specification 1.3.
 */

import { PrivateKey, PublicKey } from '@signalapp/libsignal-client';
import * as curve25519 from 'curve25519-js';
import { describe, expect, test } from 'vitest';
import { nobleProvider } from './noble.ts';
import { ascii, backEnds, hexOf } from './testing/back-ends.ts';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Different secret bytes for each name. */
function secret(name: string): Uint8Array {
  return nobleProvider.sha256(ascii(name));
}

function typed(publicKey: Uint8Array): Buffer {
  return Buffer.from([5, ...publicKey]);
}

const names = Array.from({ length: 12 }, (_, index) => `signer ${index}`);

describe.each(backEnds)('$name', (provider) => {
  test.each(names)('signs as curve25519-js does, byte for byte: %s', (name) => {
    const { privateKey, publicKey } = provider.keyPair(secret(name));
    const message = ascii(`message of ${name}`.repeat(name.length));
    const z = provider.sha512(ascii(name));
    const signature = provider.sign(privateKey, message, z);
    expect(hexOf(signature)).toBe(hexOf(curve25519.sign(privateKey, message, z)));
    expect(curve25519.verify(publicKey, message, signature)).toBe(true);
  });

  test.each(names)('libsignal takes our signatures and we take its: %s', (name) => {
    const { privateKey, publicKey } = provider.keyPair(secret(name));
    const message = ascii(name);
    const ours = provider.sign(privateKey, message, provider.sha512(message));
    const theirKey = PublicKey.deserialize(typed(publicKey));
    expect(theirKey.verify(Buffer.from(message), Buffer.from(ours))).toBe(true);
    const theirs = PrivateKey.deserialize(Buffer.from(privateKey)).sign(Buffer.from(message));
    expect(provider.verify(publicKey, message, new Uint8Array(theirs))).toBe(true);
  });

  test('both signs of the public point occur and travel in the top bit', () => {
    const signs = names.map((name) => {
      const { privateKey } = provider.keyPair(secret(name));
      const signature = provider.sign(privateKey, new Uint8Array(0), new Uint8Array(64));
      return (signature[63] as number) >> 7;
    });
    expect(new Set(signs)).toEqual(new Set([0, 1]));
  });

  test('libsignal answers as we do when the order is added to s, and when bits are altered', () => {
    const { privateKey, publicKey } = provider.keyPair(secret('signer 0'));
    const message = ascii('whoever adds the order');
    const signature = provider.sign(privateKey, message, new Uint8Array(64));
    const theirKey = PublicKey.deserialize(typed(publicKey));
    const variants = [addToResponse(signature, ORDER), addToResponse(signature, ORDER + 1n)];
    for (let bit = 0; bit < 512; bit += 37) {
      const altered = Uint8Array.from(signature);
      altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
      variants.push(altered);
    }
    const ours = variants.map((variant) => provider.verify(publicKey, message, variant));
    const theirs = variants.map((variant) =>
      theirKey.verify(Buffer.from(message), Buffer.from(variant)),
    );
    expect(ours).toEqual(theirs);
    expect(ours.filter((isGood) => isGood)).toHaveLength(1);
  });

  test('different randomness gives different signatures of the same message', () => {
    const { privateKey } = provider.keyPair(secret('signer 1'));
    const first = provider.sign(privateKey, ascii('m'), new Uint8Array(64));
    const second = provider.sign(privateKey, ascii('m'), new Uint8Array(64).fill(1));
    expect(hexOf(first.subarray(0, 32))).not.toBe(hexOf(second.subarray(0, 32)));
  });
});

/** The same signature with `summand` added to s, the sign bit kept. */
function addToResponse(signature: Uint8Array, summand: bigint): Uint8Array {
  const altered = Uint8Array.from(signature);
  const sign = (altered[63] as number) & 0x80;
  altered[63] = (altered[63] as number) & 0x7f;
  let value = BigInt(`0x${hexOf(altered.slice(32).reverse())}`) + summand;
  for (let index = 32; index < 64; index++, value >>= 8n) altered[index] = Number(value & 0xffn);
  altered[63] = (altered[63] as number) | sign;
  return altered;
}
