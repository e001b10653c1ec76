/**
 * What is said, as the bytes that get padded and encrypted (specification 6.1): a text for the
 * recipient's devices, the same wrapped with its destination for the sender's own. Everything else
 * a `Message` can hold is `bad-content` here.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { UserJid } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import { TEXT_BYTES_MAX } from '../limits.ts';
import { parseUserJid } from '../wire/jid.ts';
import { decodeMessage, encodeMessage } from '../wire/message.ts';
import { utf8Bytes, utf8Length } from '../wire/utf8.ts';

const DIGEST_BYTES = 16;

/** Bytes of the text in UTF-8, the measure of `TEXT_BYTES_MAX`. */
export function textBytesLength(text: string): number {
  return utf8Length(text);
}

/**
 * SHA-256 of the UTF-8 text, first 16 bytes, 32 lower-case hex digits: `textDigest` of public
 * records.
 */
export function textDigest(text: string, provider: CryptoProvider): string {
  return bytesToHex(provider.sha256(utf8Bytes(text)).subarray(0, DIGEST_BYTES));
}

/** The `Message` for a recipient's device. */
export function textMessageBytes(text: string): Uint8Array {
  return encodeMessage({ conversation: text });
}

/** The `Message` for an own other device: the text and the chat it went to. */
export function deviceSentBytes(chat: UserJid, text: string): Uint8Array {
  return encodeMessage({
    deviceSentMessage: { destinationJid: chat, message: textMessageBytes(text) },
  });
}

/** A text, and the chat it was sent to when it is a copy from an own other device. */
export interface TextContent {
  readonly kind: 'text';
  readonly text: string;
  /** Set for device-sent copies, which count only when they come from the own account. */
  readonly sentTo: UserJid | undefined;
}

/**
 * Reads unpadded plaintext. `bad-content` when it does not decode, holds anything but a text or a
 * wrapped text, wraps twice, names a destination that is no account, or the text is over
 * `TEXT_BYTES_MAX`.
 */
export function readContent(bytes: Uint8Array): TextContent | Rejection {
  const outer = decodeMessage(bytes);
  if (isRejected(outer)) return badContent('does not decode');
  const { conversation, deviceSentMessage: sent } = outer;
  if (sent === undefined) return readText(conversation, undefined);
  if (conversation !== undefined) return badContent('is a text and a copy of one');
  const { destinationJid, message: copied } = sent;
  const sentTo = parseUserJid(destinationJid);
  if (isRejected(sentTo)) return badContent('is a copy without a destination');
  if (copied === undefined) return badContent('is a copy of nothing');
  const inner = decodeMessage(copied);
  if (isRejected(inner) || inner.deviceSentMessage !== undefined) {
    return badContent('is a copy of something that is not a message');
  }
  return readText(inner.conversation, sentTo);
}

function readText(text: string | undefined, sentTo: UserJid | undefined): TextContent | Rejection {
  if (text === undefined) return badContent('is not a text');
  if (utf8Length(text) > TEXT_BYTES_MAX) return badContent('is too long');
  return { kind: 'text', text, sentTo };
}

function badContent(what: string): Rejection {
  return reject('bad-content', `The decrypted message ${what}.`);
}
