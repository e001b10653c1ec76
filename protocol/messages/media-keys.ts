/**
 * The keys of an encrypted file (specification 9.1), expanded from the one key that its message
 * carries.
 */

import type { CryptoProvider } from '../crypto/provider.ts';
import { assert } from '../errors.ts';

/** What a file is: its keys differ by kind, so that none passes for another. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'history' | 'app-state';

/** The label of each kind (HKDF's info). Stickers count as images, voice notes as audio. */
const LABELS: Readonly<Record<MediaKind, string>> = {
  image: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
  history: 'WhatsApp History Keys',
  'app-state': 'WhatsApp App State Keys',
};

const MEDIA_KEY_BYTES = 32;
const IV_BYTES = 16;
/** Length of the MAC at the end of a file. */
export const FILE_MAC_BYTES = 10;

/** What the media key of a file gives: `iv` 16 bytes, the others 32. */
export interface MediaKeys {
  readonly iv: Uint8Array;
  readonly cipherKey: Uint8Array;
  readonly macKey: Uint8Array;
  /** Unused here; derived because its bytes are part of the same expansion. */
  readonly refKey: Uint8Array;
}

/** Expands a media key (32 bytes). */
export function mediaKeys(
  kind: MediaKind,
  mediaKey: Uint8Array,
  provider: CryptoProvider,
): MediaKeys {
  assert(mediaKey.length === MEDIA_KEY_BYTES, 'a media key has 32 bytes');
  const keys = provider.hkdf(mediaKey, undefined, LABELS[kind], [IV_BYTES, 32, 32, 32]);
  const [iv, cipherKey, macKey, refKey] = keys as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return { iv, cipherKey, macKey, refKey };
}
