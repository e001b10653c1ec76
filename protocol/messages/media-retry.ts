/**
 * Asking for a file that the server no longer has (specification 9.5): both the request and the
 * answer are sealed under a key of the file itself, so that only who holds the message can ask or
 * answer, and the message id is authenticated with them. The stanzas around them are elsewhere.
 */

import type { CryptoProvider } from '../crypto/provider.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import {
  decodeMediaRetryNotification,
  decodeServerErrorReceipt,
  encodeMediaRetryNotification,
  encodeServerErrorReceipt,
  type MediaRetryNotification,
} from '../wire/media-messages.ts';
import { utf8Bytes } from '../wire/utf8.ts';

const LABEL = 'WhatsApp Media Retry Notification';
const KEY_BYTES = 32;
const IV_BYTES = 12;

/** What `<encrypt>` carries: `enc_p` (ciphertext and 16-byte tag) and `enc_iv` (12 bytes). */
export interface SealedRetry {
  readonly ciphertext: Uint8Array;
  readonly iv: Uint8Array;
}

/**
 * Asks for the file of message `messageId` again. `mediaKey` 32 bytes; `iv` 12 fresh secret bytes.
 */
export function sealMediaRequest(
  mediaKey: Uint8Array,
  messageId: string,
  iv: Uint8Array,
  provider: CryptoProvider,
): SealedRetry {
  return seal(mediaKey, messageId, iv, encodeServerErrorReceipt(messageId), provider);
}

/**
 * Opens a request for the file of `messageId`, which it answers. `malformed` when the vector has a
 * wrong length or the plaintext does not decode, `bad-mac` when it was not sealed for this message
 * under this key, `bad-content` when it names another message inside.
 */
export function openMediaRequest(
  mediaKey: Uint8Array,
  messageId: string,
  sealed: SealedRetry,
  provider: CryptoProvider,
): string | Rejection {
  const plaintext = open(mediaKey, messageId, sealed, provider);
  if (isRejected(plaintext)) return plaintext;
  const stanzaId = decodeServerErrorReceipt(plaintext);
  if (isRejected(stanzaId) || stanzaId === messageId) return stanzaId;
  return otherMessage(messageId);
}

/** Answers a request; on success `directPath` says where the file lies now. */
export function sealMediaAnswer(
  mediaKey: Uint8Array,
  answer: Omit<MediaRetryNotification, 'kind'>,
  iv: Uint8Array,
  provider: CryptoProvider,
): SealedRetry {
  return seal(mediaKey, answer.stanzaId, iv, encodeMediaRetryNotification(answer), provider);
}

/** Opens the answer about `messageId`; refuses as `openMediaRequest` does. */
export function openMediaAnswer(
  mediaKey: Uint8Array,
  messageId: string,
  sealed: SealedRetry,
  provider: CryptoProvider,
): MediaRetryNotification | Rejection {
  const plaintext = open(mediaKey, messageId, sealed, provider);
  if (isRejected(plaintext)) return plaintext;
  const answer = decodeMediaRetryNotification(plaintext);
  if (isRejected(answer) || answer.stanzaId === messageId) return answer;
  return otherMessage(messageId);
}

function retryKey(mediaKey: Uint8Array, provider: CryptoProvider): Uint8Array {
  const [key] = provider.hkdf(mediaKey, undefined, LABEL, [KEY_BYTES]) as [Uint8Array];
  return key;
}

function seal(
  mediaKey: Uint8Array,
  messageId: string,
  iv: Uint8Array,
  plaintext: Uint8Array,
  provider: CryptoProvider,
): SealedRetry {
  const key = retryKey(mediaKey, provider);
  return { ciphertext: provider.gcmEncrypt(key, iv, utf8Bytes(messageId), plaintext), iv };
}

function open(
  mediaKey: Uint8Array,
  messageId: string,
  { ciphertext, iv }: SealedRetry,
  provider: CryptoProvider,
): Uint8Array | Rejection {
  const facts = { messageId, sizeBytes: ciphertext.length };
  if (iv.length !== IV_BYTES) {
    return reject('malformed', `The vector of a media retry has ${iv.length} bytes.`, facts);
  }
  const key = retryKey(mediaKey, provider);
  const plaintext = provider.gcmDecrypt(key, iv, utf8Bytes(messageId), ciphertext);
  return (
    plaintext ?? reject('bad-mac', `The media retry of ${messageId} was not sealed for it.`, facts)
  );
}

function otherMessage(messageId: string): Rejection {
  return reject('bad-content', `The media retry of ${messageId} names another message.`, {
    messageId,
  });
}
