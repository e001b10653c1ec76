/**
 * Files and sidecars against zapo-js 0.3.0: each opens what the other sealed, and both make the
 * same bytes (specification 14.4).
 */

import { describe, expect, test } from 'vitest';
import { WaMediaCrypto } from 'zapo-js/media';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { decryptMedia, encryptMedia } from './media-crypto.ts';
import type { MediaKind } from './media-keys.ts';

const provider = opensslProvider();
const key = new Uint8Array(32).fill(0x5a);

const KINDS = [
  ['image', 'image'],
  ['video', 'video'],
  ['audio', 'audio'],
  ['document', 'document'],
  ['history', 'history'],
  ['app-state', 'md-app-state'],
] as const satisfies readonly (readonly [MediaKind, string])[];

describe.each(KINDS)('%s', (kind, theirKind) => {
  test.each([0, 16, 70_000])('of %i bytes is the same file on both sides', async (length) => {
    const text = Uint8Array.from({ length }, (_, index) => (index * 11) % 256);
    const ours = encryptMedia(kind, key, text, provider);
    const theirs = await WaMediaCrypto.encryptBytes(theirKind, key, text);
    expect(Buffer.compare(theirs.ciphertextHmac, ours.file)).toBe(0);
    expect(Buffer.compare(theirs.fileSha256, ours.fileSha256)).toBe(0);
    expect(Buffer.compare(theirs.fileEncSha256, ours.fileEncSha256)).toBe(0);
    const opened = decryptMedia(kind, key, theirs.ciphertextHmac, ours, provider);
    if (isRejected(opened)) throw new Error(opened.sentence);
    expect(Buffer.compare(opened, text)).toBe(0);
    const { fileSha256, fileEncSha256 } = ours;
    const read = WaMediaCrypto.decryptBytes(theirKind, key, ours.file, fileSha256, fileEncSha256);
    expect(Buffer.compare((await read).plaintext, text)).toBe(0);
  });
});

test.each(['video', 'audio'] as const)('the sidecars of %s are the same bytes', async (kind) => {
  for (const length of [0, 65_519, 65_520, 65_536, 200_000]) {
    const text = new Uint8Array(length).fill(length % 256);
    const { sidecar = new Uint8Array(0) } = encryptMedia(kind, key, text, provider);
    const theirs = await WaMediaCrypto.encryptBytes(kind, key, text);
    const codes = theirs.streamingSidecar ?? new Uint8Array(0);
    expect(sidecar.length).toBeGreaterThan(0);
    expect([...sidecar], `${length} bytes`).toEqual([...codes]);
  }
});
