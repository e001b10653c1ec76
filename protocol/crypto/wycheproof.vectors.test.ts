/**
 * Wycheproof's vectors over both back ends. Source, licence and what is used of each file:
 * `protocol/vectors/wycheproof/README.md`.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../errors.ts';
import type { CryptoProvider } from './provider.ts';
import { backEnds, bytes, hexOf } from './testing/back-ends.ts';

interface Vector {
  readonly tcId: number;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
  /** Sizes of the group, in bits. */
  readonly group: Readonly<Record<string, number | string>>;
  /** All other fields are hex digits, but for `size`, which is a number of bytes. */
  readonly hex: Readonly<Record<string, string>>;
  readonly size: number;
}

const x25519 = read('x25519');
const hmac = read('hmac_sha256');
const hkdf = read('hkdf_sha256');
const cbc = read('aes_cbc_pkcs5').filter(({ group }) => group.keySize === 256);
const gcm = read('aes_gcm').filter(({ group }) => group.keySize === 256 && group.ivSize === 96);

test('the files hold as many vectors as their readme says', () => {
  const counts = [x25519, hmac, hkdf, cbc, gcm].map((vectors) => vectors.length);
  expect(counts).toEqual([518, 174, 86, 72, 66]);
});

describe.each(backEnds)('$name', (provider) => {
  test('agrees with every usable key and refuses every low-order or non-canonical one', () => {
    const wrong = x25519.filter((vector) => !holdsX25519(provider, vector));
    expect(wrong).toEqual([]);
    expect(x25519.filter(({ flags }) => isUnusable(flags))).toHaveLength(44);
  }, 10_000);

  test('computes and checks every HMAC-SHA-256', () => {
    const wrong = hmac.filter((vector) => {
      const { key, message, tag } = parts(vector, { key: 'key', message: 'msg', tag: 'tag' });
      const isGood = vector.result === 'valid';
      const computed = provider.mac(key, message, tag.length);
      return (
        (hexOf(computed) === vector.hex.tag) !== isGood ||
        provider.macHolds(key, message, tag) !== isGood
      );
    });
    expect(wrong).toEqual([]);
  });

  test('derives every HKDF-SHA-256 output and crashes on sizes that HKDF cannot give', () => {
    const wrong = hkdf.filter((vector) => {
      const { material, salt } = parts(vector, { material: 'ikm', salt: 'salt' });
      const info = Buffer.from(vector.hex.info as string, 'hex').toString('latin1');
      const derive = () => provider.hkdf(material, salt, info, [vector.size]);
      if (vector.result === 'valid') return hexOf(derive()[0]) !== vector.hex.okm;
      expect(derive).toThrow(InvariantError);
      return false;
    });
    expect(wrong).toEqual([]);
  });

  test('encrypts and decrypts every AES-256-CBC text and refuses bad padding', () => {
    const wrong = cbc.filter((vector) => {
      const { key, iv, text, sealed } = parts(vector, {
        key: 'key',
        iv: 'iv',
        text: 'msg',
        sealed: 'ct',
      });
      const opened = hexOf(provider.cbcDecrypt(key, iv, sealed));
      if (vector.result === 'invalid') return opened !== undefined;
      return (
        opened !== vector.hex.msg || hexOf(provider.cbcEncrypt(key, iv, text)) !== vector.hex.ct
      );
    });
    expect(wrong).toEqual([]);
  });

  test('seals and opens every AES-256-GCM text and refuses altered tags', () => {
    const wrong = gcm.filter((vector) => {
      const { key, nonce, aad, text, sealed, tag } = parts(vector, {
        key: 'key',
        nonce: 'iv',
        aad: 'aad',
        text: 'msg',
        sealed: 'ct',
        tag: 'tag',
      });
      const whole = new Uint8Array([...sealed, ...tag]);
      const opened = hexOf(provider.gcmDecrypt(key, nonce, aad, whole));
      if (vector.result === 'invalid') return opened !== undefined;
      const made = provider.gcmEncrypt(key, nonce, aad, text);
      return opened !== vector.hex.msg || hexOf(made) !== hexOf(whole);
    });
    expect(wrong).toEqual([]);
  });
});

function holdsX25519(provider: CryptoProvider, vector: Vector): boolean {
  const { secret, point } = parts(vector, { secret: 'private', point: 'public' });
  const expected = isUnusable(vector.flags) ? undefined : vector.hex.shared;
  return hexOf(provider.agree(secret, point)) === expected;
}

/** Wycheproof leaves these to the implementation; specification 1.2 refuses them. */
function isUnusable(flags: readonly string[]): boolean {
  const names = ['LowOrderPublic', 'NonCanonicalPublic', 'ZeroSharedSecret'];
  return names.some((name) => flags.includes(name));
}

function parts<Names extends string>(
  vector: Vector,
  fields: Readonly<Record<Names, string>>,
): Record<Names, Uint8Array> {
  const entries = Object.entries<string>(fields);
  const read = entries.map(([name, field]) => [name, bytes(vector.hex[field] as string)]);
  return Object.fromEntries(read) as Record<Names, Uint8Array>;
}

function read(name: string): readonly Vector[] {
  const url = new URL(`../vectors/wycheproof/${name}_test.json`, import.meta.url);
  const file = JSON.parse(readFileSync(url, 'utf8'));
  return file.testGroups.flatMap(({ tests, ...group }: { tests: Record<string, unknown>[] }) =>
    tests.map(({ tcId, flags, result, size, comment: _, ...hex }) => {
      return { tcId, flags, result, size, group, hex };
    }),
  );
}
