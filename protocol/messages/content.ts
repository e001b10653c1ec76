/**
 * What is said, as the bytes that get padded and encrypted (specification 6.1): a message for the
 * recipient's devices, the same wrapped with its destination for the sender's own. A message has
 * one body, or only hands over a sender key. What a `Message` can hold beside that is `bad-content`
 * here.
 */

import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { ChatJid, MediaKind } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import { TEXT_BYTES_MAX } from '../limits.ts';
import { parseChatJid } from '../wire/jid.ts';
import { decodeMessage, encodeMessage, type MessageFields } from '../wire/message.ts';
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
export function deviceSentBytes(chat: ChatJid, text: string): Uint8Array {
  return deviceSentMessage(chat, textMessageBytes(text), undefined);
}

/**
 * Wraps a `Message` for an own other device; its context info goes outside (specification 6.1).
 */
export function deviceSentMessage(
  chat: ChatJid,
  message: Uint8Array,
  contextInfo: Uint8Array | undefined,
): Uint8Array {
  return encodeMessage({
    deviceSentMessage: { destinationJid: chat, message },
    ...(contextInfo === undefined ? {} : { contextInfo }),
  });
}

/** A `Message` that has its context info inside: for the devices of the recipient (5.12). */
export function withContextInfo(
  message: Uint8Array,
  contextInfo: Uint8Array | undefined,
): Uint8Array {
  // Field 35 is the highest of a message: written behind the others, it is in order.
  return contextInfo === undefined ? message : concatBytes(message, encodeMessage({ contextInfo }));
}

/** What a message says. `none`: it only carries a sender key. Bytes are decoded by their owners. */
export type ContentBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'media'; readonly media: MediaKind; readonly bytes: Uint8Array }
  | { readonly kind: 'call'; readonly callKey: Uint8Array }
  | { readonly kind: 'protocol'; readonly bytes: Uint8Array }
  | { readonly kind: 'none' };

/** A decrypted message. */
export interface Content {
  readonly kind: 'content';
  readonly body: ContentBody;
  /** Set for device-sent copies, which count only when they come from the own account. */
  readonly sentTo: ChatJid | undefined;
  /** A sender key for a group, with or without a body (specification 4.1). */
  readonly distribution: { readonly group: string; readonly bytes: Uint8Array } | undefined;
  /** MessageContextInfo of the outer message (specification 5.12). */
  readonly contextInfo: Uint8Array | undefined;
}

/**
 * Reads unpadded plaintext. `bad-content` when it does not decode, holds more than one body or
 * nothing we know, wraps twice, names a destination that is no chat, or a text is over
 * `TEXT_BYTES_MAX`.
 */
export function readContent(bytes: Uint8Array): Content | Rejection {
  const outer = decodeMessage(bytes);
  if (isRejected(outer)) return badContent('does not decode');
  const { deviceSentMessage: sent, contextInfo } = outer;
  if (sent === undefined) return readParts(outer, undefined, contextInfo);
  if (bodiesOf(outer).length > 0) return badContent('is a message and a copy of one');
  const { destinationJid, message: copied } = sent;
  const sentTo = parseChatJid(destinationJid);
  if (isRejected(sentTo)) return badContent('is a copy without a destination');
  if (copied === undefined) return badContent('is a copy of nothing');
  const inner = decodeMessage(copied);
  if (isRejected(inner) || inner.deviceSentMessage !== undefined) {
    return badContent('is a copy of something that is not a message');
  }
  return readParts(inner, sentTo, contextInfo);
}

function bodiesOf(fields: MessageFields): ContentBody[] {
  const { conversation, image, video, audio, document, call, protocol } = fields;
  const bodies: ContentBody[] = [];
  if (conversation !== undefined) bodies.push({ kind: 'text', text: conversation });
  for (const [media, bytes] of [
    ['image', image],
    ['video', video],
    ['audio', audio],
    ['document', document],
  ] as const) {
    if (bytes !== undefined) bodies.push({ kind: 'media', media, bytes });
  }
  const callKey = call?.callKey;
  if (callKey !== undefined) bodies.push({ kind: 'call', callKey });
  if (protocol !== undefined) bodies.push({ kind: 'protocol', bytes: protocol });
  return bodies;
}

function readParts(
  fields: MessageFields,
  sentTo: ChatJid | undefined,
  contextInfo: Uint8Array | undefined,
): Content | Rejection {
  const [body, ...more] = bodiesOf(fields);
  const { groupId, distribution: key } = fields.senderKeyDistribution ?? {};
  const distribution =
    groupId === undefined || key === undefined ? undefined : { group: groupId, bytes: key };
  if (more.length > 0) return badContent('says two things at once');
  if (body === undefined && distribution === undefined) return badContent('says nothing we know');
  if (body?.kind === 'text' && utf8Length(body.text) > TEXT_BYTES_MAX) {
    return badContent('is too long');
  }
  return { kind: 'content', body: body ?? { kind: 'none' }, sentTo, distribution, contextInfo };
}

function badContent(what: string): Rejection {
  return reject('bad-content', `The decrypted message ${what}.`);
}
