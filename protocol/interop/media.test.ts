/**
 * Encrypted files with `@whiskeysockets/baileys`: the same keys for every kind, its files opened by
 * us, ours read by it. It reads from an address, so ours are handed over as `data:` addresses.
 */

import { readFileSync, rmSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { beforeAll, expect, it } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { decryptMedia, encryptMedia } from '../messages/media-crypto.ts';
import { type MediaKind, mediaKeys } from '../messages/media-keys.ts';
import { describeWithBaileys, loadBaileys } from './testing/baileys.ts';

interface ForeignKeys {
  readonly iv: Uint8Array;
  readonly cipherKey: Uint8Array;
  readonly macKey: Uint8Array;
}

/** What of the package is used here. */
interface MediaPart {
  getMediaKeys(mediaKey: Uint8Array, type: string): Promise<ForeignKeys>;
  encryptedStream(
    media: Uint8Array,
    type: string,
  ): Promise<{
    readonly mediaKey: Uint8Array;
    readonly encFilePath: string;
    readonly fileSha256: Uint8Array;
    readonly fileEncSha256: Uint8Array;
    readonly fileLength: number;
  }>;
  downloadEncryptedContent(address: string, keys: ForeignKeys): Promise<Readable>;
}

const KINDS = [
  ['image', 'image'],
  ['image', 'sticker'],
  ['video', 'video'],
  ['audio', 'ptt'],
  ['document', 'document'],
  ['history', 'md-msg-hist'],
  ['app-state', 'md-app-state'],
] as const satisfies readonly (readonly [MediaKind, string])[];

const provider = opensslProvider();
const mediaKey = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
const plain = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 13) & 0xff);

describeWithBaileys('files with baileys', () => {
  let part: MediaPart;

  beforeAll(async () => {
    part = await loadBaileys<MediaPart>('lib/Utils/messages-media.js');
  });

  it.each(KINDS)('%s and its %s have the same keys', async (kind, theirKind) => {
    const { iv, cipherKey, macKey } = mediaKeys(kind, mediaKey, provider);
    const theirs = await part.getMediaKeys(Buffer.from(mediaKey), theirKind);
    expect(Uint8Array.from(theirs.iv)).toEqual(iv);
    expect(Uint8Array.from(theirs.cipherKey)).toEqual(cipherKey);
    expect(Uint8Array.from(theirs.macKey)).toEqual(macKey);
  });

  it.each([1, 16, 70_000])('we open its file of %i bytes, and write the same', async (length) => {
    const made = await part.encryptedStream(Buffer.from(plain(length)), 'image');
    const file = Uint8Array.from(readFileSync(made.encFilePath));
    rmSync(made.encFilePath);
    const key = Uint8Array.from(made.mediaKey);
    const opened = decryptMedia('image', key, file, made, provider);
    if (isRejected(opened)) throw new Error(opened.sentence);
    expect(Buffer.compare(opened, plain(length))).toBe(0);
    expect(made.fileLength).toBe(length);
    const ours = encryptMedia('image', key, plain(length), provider);
    expect(Buffer.compare(ours.file, file)).toBe(0);
  });

  it.each([1, 15, 70_000])('it reads our file of %i bytes', async (length) => {
    const { file } = encryptMedia('document', mediaKey, plain(length), provider);
    const body = Buffer.from(file).toString('base64');
    const keys = await part.getMediaKeys(Buffer.from(mediaKey), 'document');
    const address = `data:application/octet-stream;base64,${body}`;
    const read: Uint8Array[] = [];
    for await (const chunk of await part.downloadEncryptedContent(address, keys)) read.push(chunk);
    expect(Buffer.compare(Buffer.concat(read), plain(length))).toBe(0);
  });
});
