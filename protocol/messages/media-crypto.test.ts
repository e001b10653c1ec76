/** What a file's encryption promises and refuses, over the fast back end. */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { decryptMedia, encryptMedia } from './media-crypto.ts';
import type { MediaKind } from './media-keys.ts';

const provider = opensslProvider();
const KINDS: readonly MediaKind[] = ['image', 'video', 'audio', 'document', 'history', 'app-state'];
const key = new Uint8Array(32).fill(0x21);
const text = Uint8Array.from({ length: 1_000 }, (_, index) => index % 251);

function codeOf(answer: unknown): string {
  return isRejected(answer) ? answer.code : 'opened';
}

/** The file with one bit of byte `at` (from the end when negative) altered. */
function altered(file: Uint8Array, at: number): Uint8Array {
  const copy = file.slice();
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] as number) ^ 0x10;
  return copy;
}

describe('an encrypted file', () => {
  test('opens to what was put in, at every length around a block', () => {
    for (const length of [0, 1, 15, 16, 17, 31, 32, 1_000]) {
      const plaintext = text.slice(0, length);
      const sealed = encryptMedia('document', key, plaintext, provider);
      expect(sealed.file).toHaveLength(length - (length % 16) + 26);
      expect(decryptMedia('document', key, sealed.file, sealed, provider)).toEqual(plaintext);
    }
  });

  test('is another one for every kind, and opens as no other kind', () => {
    const files = KINDS.map((kind) => encryptMedia(kind, key, text, provider));
    expect(new Set(files.map(({ fileEncSha256 }) => fileEncSha256.join())).size).toBe(6);
    for (const [at, sealed] of files.entries()) {
      for (const [other, kind] of KINDS.entries()) {
        const answer = decryptMedia(kind, key, sealed.file, sealed, provider);
        expect(codeOf(answer)).toBe(at === other ? 'opened' : 'bad-mac');
      }
    }
  });

  test('has a sidecar when it is film or sound', () => {
    const sidecars = KINDS.map((kind) => encryptMedia(kind, key, text, provider).sidecar?.length);
    expect(sidecars).toEqual([undefined, 10, 10, undefined, undefined, undefined]);
  });
});

describe('a file that is not the sender’s', () => {
  const sealed = encryptMedia('image', key, text, provider);
  const rehashed = (file: Uint8Array) => ({
    fileSha256: sealed.fileSha256,
    fileEncSha256: provider.sha256(file),
  });

  test('is refused by its hash before anything else is looked at', () => {
    for (const file of [altered(sealed.file, 0), sealed.file.slice(1), new Uint8Array(0)]) {
      expect(codeOf(decryptMedia('image', key, file, sealed, provider))).toBe('bad-hash');
    }
  });

  test('is refused by its MAC when the message promises the altered file', () => {
    for (const at of [0, 500, -11, -10, -1]) {
      const file = altered(sealed.file, at);
      expect(codeOf(decryptMedia('image', key, file, rehashed(file), provider))).toBe('bad-mac');
    }
    const other = new Uint8Array(32).fill(0x22);
    expect(codeOf(decryptMedia('image', other, sealed.file, sealed, provider))).toBe('bad-mac');
  });

  test('is malformed when it is no whole number of blocks and a MAC', () => {
    for (const length of [0, 9, 10, 25, 27, 41]) {
      const file = sealed.file.slice(0, length);
      expect(codeOf(decryptMedia('image', key, file, rehashed(file), provider))).toBe('malformed');
    }
  });

  test('is refused by the plaintext’s hash when the message promises another text', () => {
    const hashes = { ...sealed, fileSha256: provider.sha256(text.slice(1)) };
    expect(codeOf(decryptMedia('image', key, sealed.file, hashes, provider))).toBe('bad-hash');
    const short = { ...sealed, fileSha256: sealed.fileSha256.slice(0, 31) };
    expect(codeOf(decryptMedia('image', key, sealed.file, short, provider))).toBe('bad-hash');
  });

  test('is refused by its padding when the sender padded wrongly', () => {
    // Cutting a ciphertext at a block and authenticating it anew leaves text where padding should
    // be.
    const iv = provider.hkdf(key, undefined, 'WhatsApp Image Keys', [16, 32, 32, 32]);
    const body = sealed.file.slice(0, 480);
    const covered = new Uint8Array([...(iv[0] as Uint8Array), ...body]);
    const file = new Uint8Array([...body, ...provider.mac(iv[2] as Uint8Array, covered, 10)]);
    const answer = decryptMedia('image', key, file, rehashed(file), provider);
    expect(codeOf(answer)).toBe('bad-padding');
  });
});
