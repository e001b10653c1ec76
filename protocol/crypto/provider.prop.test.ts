/** Both back ends give the same bytes and the same refusals, on inputs of every small size. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CryptoProvider } from './provider.ts';
import { backEnds } from './testing/back-ends.ts';

const [noble, openssl] = backEnds;
const SEED = 20_210_714;

const some = (maxLength: number) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = exactly(32);
const info = fc.string({ unit: 'binary-ascii', maxLength: 260 });
const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 6 });

function agreeOn<Inputs extends unknown[]>(
  runs: number,
  inputs: { [Index in keyof Inputs]: fc.Arbitrary<Inputs[Index]> },
  use: (provider: CryptoProvider, ...inputs: Inputs) => unknown,
): void {
  const same = fc.property(fc.tuple<Inputs>(...inputs), (values) => {
    expect(use(openssl, ...values)).toEqual(use(noble, ...values));
  });
  fc.assert(same, { numRuns: runs, seed: SEED });
}

describe('noble and openssl', () => {
  test('make the same key pairs', () => {
    agreeOn<[Uint8Array]>(60, [key], (provider, seed) => provider.keyPair(seed));
  });

  test('agree on the same secrets, and refuse the same points', () => {
    agreeOn<[Uint8Array, Uint8Array]>(60, [key, fc.oneof(key, some(40))], (provider, a, b) =>
      provider.agree(a, b),
    );
  });

  test('sign alike and accept alike', () => {
    const inputs: [fc.Arbitrary<Uint8Array>, fc.Arbitrary<Uint8Array>, fc.Arbitrary<Uint8Array>] = [
      key,
      some(200),
      exactly(64),
    ];
    agreeOn<[Uint8Array, Uint8Array, Uint8Array]>(25, inputs, (provider, seed, message, z) => {
      const { privateKey, publicKey } = provider.keyPair(seed);
      const signature = provider.sign(privateKey, message, z);
      return [
        signature,
        provider.verify(publicKey, message, signature),
        provider.verify(publicKey, message, z),
      ];
    });
  });

  test('give the same HMACs, for keys and messages on both sides of every block', () => {
    agreeOn<[Uint8Array, Uint8Array, Uint8Array]>(
      400,
      [some(150), some(300), some(200)],
      (provider, secret, first, second) => [
        provider.derive(secret, first),
        provider.derive(secret, second),
        provider.mac(secret, first, 8),
        provider.macHolds(secret, first, second.subarray(0, 8)),
        provider.mac512(secret, first, 64),
        provider.mac512Holds(secret, first, second.subarray(0, 8)),
        provider.macSha1(secret, first, 10),
        provider.macSha1Holds(secret, first, second.subarray(0, 8)),
      ],
    );
  });

  test('derive the same keys with HKDF', () => {
    agreeOn<[Uint8Array, Uint8Array | undefined, string, number[]]>(
      400,
      [some(300), fc.option(some(100), { nil: undefined }), info, lengths],
      (provider, material, salt, label, sizes) => provider.hkdf(material, salt, label, sizes),
    );
  });

  test('encrypt alike and open alike', () => {
    agreeOn<[Uint8Array, Uint8Array, Uint8Array, Uint8Array]>(
      300,
      [key, exactly(16), some(100), some(300)],
      (provider, secret, iv, aad, text) => [
        provider.cbcEncrypt(secret, iv, text),
        provider.cbcDecrypt(secret, iv, text),
        provider.cbcDecrypt(secret, iv, provider.cbcEncrypt(secret, iv, text)),
        provider.cbcDecryptBlocks(secret, iv, text),
        provider.cbcDecryptBlocks(secret, iv, text.subarray(text.length % 16)),
        provider.ctr(secret, iv, text),
        provider.ctr(secret.subarray(16), iv, text),
        provider.gcmEncrypt(secret, iv.subarray(4), aad, text),
        provider.gcmDecrypt(secret, iv.subarray(4), aad, text),
      ],
    );
  });

  test('hash alike', () => {
    agreeOn<[Uint8Array]>(300, [some(300)], (provider, message) => [
      provider.sha1(message),
      provider.sha256(message),
      provider.sha512(message),
      provider.sha512Rounds(message, message.subarray(0, 165), 3),
      provider.md5(message),
    ]);
  });
});
