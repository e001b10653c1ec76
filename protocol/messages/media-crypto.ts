/**
 * Encrypted files: pictures, films, recordings, documents, and the blobs of history and app state
 * (specification 9.1). One key per file travels in the message; the server holds the file and can
 * neither read nor change it unnoticed. Files have megabytes: each pass below makes one copy at
 * most. Playing a file before all of it is there is in media-stream.ts.
 */

import type { CryptoProvider } from '../crypto/provider.ts';
import { type Rejection, reject } from '../errors.ts';
import { FILE_MAC_BYTES, type MediaKind, mediaKeys } from './media-keys.ts';
import { sidecarOf } from './media-stream.ts';

const BLOCK_BYTES = 16;

/** Both hashes of a file, 32 bytes each, as the message says them. */
export interface FileHashes {
  /** SHA-256 of the plaintext. */
  readonly fileSha256: Uint8Array;
  /** SHA-256 of the encrypted file. */
  readonly fileEncSha256: Uint8Array;
}

/** A file ready to be uploaded, and what its message says of it. */
export interface EncryptedMedia extends FileHashes {
  /** Ciphertext, then 10 bytes of MAC. May share its buffer: not to be changed. */
  readonly file: Uint8Array;
  /** Film and sound only: ten bytes for each 64 KiB (9.2). */
  readonly sidecar: Uint8Array | undefined;
}

/** Encrypts a file of any length under a media key (32 fresh secret bytes). Specification 9.1. */
export function encryptMedia(
  kind: MediaKind,
  mediaKey: Uint8Array,
  plaintext: Uint8Array,
  provider: CryptoProvider,
): EncryptedMedia {
  const { iv, cipherKey, macKey } = mediaKeys(kind, mediaKey, provider);
  const ciphertext = provider.cbcEncrypt(cipherKey, iv, plaintext);
  const stream = new Uint8Array(BLOCK_BYTES + ciphertext.length + FILE_MAC_BYTES);
  stream.set(iv);
  stream.set(ciphertext, BLOCK_BYTES);
  const macAt = BLOCK_BYTES + ciphertext.length;
  stream.set(provider.mac(macKey, stream.subarray(0, macAt), FILE_MAC_BYTES), macAt);
  const file = stream.subarray(BLOCK_BYTES);
  const isStreamed = kind === 'video' || kind === 'audio';
  return {
    file,
    fileSha256: provider.sha256(plaintext),
    fileEncSha256: provider.sha256(file),
    sidecar: isStreamed ? sidecarOf(macKey, stream, provider) : undefined,
  };
}

/**
 * Opens a downloaded file, checking in this order: the file's hash (`bad-hash`), its length
 * (`malformed`), its MAC (`bad-mac`), the padding (`bad-padding`), the plaintext's hash
 * (`bad-hash`). Specification 9.1.
 */
export function decryptMedia(
  kind: MediaKind,
  mediaKey: Uint8Array,
  file: Uint8Array,
  hashes: FileHashes,
  provider: CryptoProvider,
): Uint8Array | Rejection {
  const facts = { media: kind, sizeBytes: file.length };
  if (!isEqual(provider.sha256(file), hashes.fileEncSha256)) {
    return reject('bad-hash', `The ${kind} file is not the one that was sent.`, facts);
  }
  const length = file.length - FILE_MAC_BYTES;
  if (length < BLOCK_BYTES || length % BLOCK_BYTES !== 0) {
    return reject('malformed', `The ${kind} file has no whole number of blocks.`, facts);
  }
  const { iv, cipherKey, macKey } = mediaKeys(kind, mediaKey, provider);
  const covered = new Uint8Array(BLOCK_BYTES + length);
  covered.set(iv);
  covered.set(file.subarray(0, length), BLOCK_BYTES);
  if (!provider.macHolds(macKey, covered, file.subarray(length))) {
    return reject('bad-mac', `The MAC of the ${kind} file does not hold.`, facts);
  }
  const plaintext = provider.cbcDecrypt(cipherKey, iv, file.subarray(0, length));
  if (plaintext === undefined) {
    return reject('bad-padding', `The padding of the ${kind} file is wrong.`, facts);
  }
  if (!isEqual(provider.sha256(plaintext), hashes.fileSha256)) {
    return reject('bad-hash', `The ${kind} file does not hold what the message says.`, facts);
  }
  return plaintext;
}

/** Plain comparison: hashes are no secret of whoever compares them. */
function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
