/**
 * What a Message carries of a picture, film, recording or document: where its encrypted file lies
 * and how to open it (specification 9.3), and the two structures by which a file that is gone is
 * asked for again (9.5). Only the fields that are used; others are stepped over. The encryption of
 * files is in messages/media-crypto.ts.
 */

import { isRejected, type Rejection, reject } from '../errors.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/** ImageMessage: field 3 of Message. */
export const IMAGE_MESSAGE = [
  { name: 'url', number: 1, type: 'string' },
  { name: 'mimetype', number: 2, type: 'string' },
  { name: 'caption', number: 3, type: 'string' },
  { name: 'fileSha256', number: 4, type: 'bytes' },
  { name: 'fileLength', number: 5, type: 'uint64' },
  { name: 'height', number: 6, type: 'uint32' },
  { name: 'width', number: 7, type: 'uint32' },
  { name: 'mediaKey', number: 8, type: 'bytes' },
  { name: 'fileEncSha256', number: 9, type: 'bytes' },
  { name: 'directPath', number: 11, type: 'string' },
  { name: 'mediaKeyTimestampS', number: 12, type: 'uint64' },
  { name: 'jpegThumbnail', number: 16, type: 'bytes' },
] as const satisfies Schema;

/** DocumentMessage: field 7 of Message. */
export const DOCUMENT_MESSAGE = [
  { name: 'url', number: 1, type: 'string' },
  { name: 'mimetype', number: 2, type: 'string' },
  { name: 'title', number: 3, type: 'string' },
  { name: 'fileSha256', number: 4, type: 'bytes' },
  { name: 'fileLength', number: 5, type: 'uint64' },
  { name: 'mediaKey', number: 7, type: 'bytes' },
  { name: 'fileName', number: 8, type: 'string' },
  { name: 'fileEncSha256', number: 9, type: 'bytes' },
  { name: 'directPath', number: 10, type: 'string' },
  { name: 'mediaKeyTimestampS', number: 11, type: 'uint64' },
] as const satisfies Schema;

/** AudioMessage: field 8 of Message. */
export const AUDIO_MESSAGE = [
  { name: 'url', number: 1, type: 'string' },
  { name: 'mimetype', number: 2, type: 'string' },
  { name: 'fileSha256', number: 3, type: 'bytes' },
  { name: 'fileLength', number: 4, type: 'uint64' },
  { name: 'seconds', number: 5, type: 'uint32' },
  { name: 'ptt', number: 6, type: 'bool' },
  { name: 'mediaKey', number: 7, type: 'bytes' },
  { name: 'fileEncSha256', number: 8, type: 'bytes' },
  { name: 'directPath', number: 9, type: 'string' },
  { name: 'mediaKeyTimestampS', number: 10, type: 'uint64' },
  { name: 'streamingSidecar', number: 18, type: 'bytes' },
] as const satisfies Schema;

/** VideoMessage: field 9 of Message. */
export const VIDEO_MESSAGE = [
  { name: 'url', number: 1, type: 'string' },
  { name: 'mimetype', number: 2, type: 'string' },
  { name: 'fileSha256', number: 3, type: 'bytes' },
  { name: 'fileLength', number: 4, type: 'uint64' },
  { name: 'seconds', number: 5, type: 'uint32' },
  { name: 'mediaKey', number: 6, type: 'bytes' },
  { name: 'caption', number: 7, type: 'string' },
  { name: 'fileEncSha256', number: 11, type: 'bytes' },
  { name: 'directPath', number: 13, type: 'string' },
  { name: 'mediaKeyTimestampS', number: 14, type: 'uint64' },
  { name: 'streamingSidecar', number: 18, type: 'bytes' },
] as const satisfies Schema;

/** ServerErrorReceipt: "I cannot download the media of this message". */
export const SERVER_ERROR_RECEIPT = [
  { name: 'stanzaId', number: 1, type: 'string' },
] as const satisfies Schema;

/** MediaRetryNotification: the answer to a ServerErrorReceipt. */
export const MEDIA_RETRY_NOTIFICATION = [
  { name: 'stanzaId', number: 1, type: 'string' },
  { name: 'directPath', number: 2, type: 'string' },
  { name: 'result', number: 3, type: 'uint32' },
] as const satisfies Schema;

/** What all four messages say of their file, whole and of the right lengths. */
export interface MediaReference {
  readonly kind: 'media-reference';
  /** 32 bytes. */
  readonly mediaKey: Uint8Array;
  /** SHA-256 of the plaintext. */
  readonly fileSha256: Uint8Array;
  /** SHA-256 of the encrypted file. */
  readonly fileEncSha256: Uint8Array;
  /** Where the file lies on the server. */
  readonly directPath: string;
  /** Length of the plaintext in bytes, as the sender says. */
  readonly fileLength: number;
  /** Film and sound only: ten bytes a chunk (9.2). */
  readonly streamingSidecar: Uint8Array | undefined;
}

/** The fields a decoded image, video, audio or document message has in common. */
export interface MediaFields {
  readonly mediaKey?: Uint8Array | undefined;
  readonly fileSha256?: Uint8Array | undefined;
  readonly fileEncSha256?: Uint8Array | undefined;
  readonly directPath?: string | undefined;
  readonly fileLength?: number | undefined;
  readonly streamingSidecar?: Uint8Array | undefined;
}

/** Key and hashes all have 32 bytes. */
const KEY_BYTES = 32;

/**
 * Reads what is needed to fetch and open the file. `bad-content` when key, hash, path or length is
 * missing, or a key or hash is not 32 bytes.
 */
export function mediaReference(fields: MediaFields): MediaReference | Rejection {
  const { mediaKey, fileSha256, fileEncSha256, directPath, fileLength, streamingSidecar } = fields;
  const isWhole =
    mediaKey?.length === KEY_BYTES &&
    fileSha256?.length === KEY_BYTES &&
    fileEncSha256?.length === KEY_BYTES &&
    directPath !== undefined &&
    fileLength !== undefined;
  if (!isWhole) {
    return reject('bad-content', 'A media message does not say how to fetch or open its file.');
  }
  return {
    kind: 'media-reference',
    mediaKey,
    fileSha256,
    fileEncSha256,
    directPath,
    fileLength,
    streamingSidecar,
  };
}

/** The schema of each kind of media message; Message carries the bytes in a field of that name. */
export const MEDIA_MESSAGES = {
  image: IMAGE_MESSAGE,
  document: DOCUMENT_MESSAGE,
  audio: AUDIO_MESSAGE,
  video: VIDEO_MESSAGE,
} as const;

/** The kinds of media a Message can carry. */
export type MediaMessageKind = keyof typeof MEDIA_MESSAGES;

/** The fields of the media message of a kind; all may be absent. */
export type MediaMessage<K extends MediaMessageKind> = Value<(typeof MEDIA_MESSAGES)[K]>;

/** The bytes for the field of this kind in Message. */
export function encodeMediaMessage<K extends MediaMessageKind>(
  kind: K,
  message: MediaMessage<K>,
): Uint8Array {
  return encode<(typeof MEDIA_MESSAGES)[K]>(MEDIA_MESSAGES[kind], message);
}

/** `malformed` as in `decode`; which fields must be there is `mediaReference`'s question. */
export function decodeMediaMessage<K extends MediaMessageKind>(
  kind: K,
  bytes: Uint8Array,
): MediaMessage<K> | Rejection {
  return decode<(typeof MEDIA_MESSAGES)[K]>(MEDIA_MESSAGES[kind], bytes);
}

/** How a request for a file that is gone ended (9.5). */
export const MEDIA_RETRY_RESULTS = [
  'general-error',
  'success',
  'not-found',
  'decryption-error',
] as const;

/** One of `MEDIA_RETRY_RESULTS`; its place there is the number on the wire. */
export type MediaRetryResult = (typeof MEDIA_RETRY_RESULTS)[number];

/** `directPath` is present on success. */
export interface MediaRetryNotification {
  readonly kind: 'media-retry';
  readonly stanzaId: string;
  readonly directPath: string | undefined;
  readonly result: MediaRetryResult;
}

export function encodeServerErrorReceipt(stanzaId: string): Uint8Array {
  return encode(SERVER_ERROR_RECEIPT, { stanzaId });
}

/** The id of the message whose file is missing; `malformed` when there is none. */
export function decodeServerErrorReceipt(bytes: Uint8Array): string | Rejection {
  const value = decode(SERVER_ERROR_RECEIPT, bytes);
  if (isRejected(value)) return value;
  return value.stanzaId ?? reject('malformed', 'ServerErrorReceipt lacks the message id.');
}

export function encodeMediaRetryNotification(
  value: Omit<MediaRetryNotification, 'kind'>,
): Uint8Array {
  const { stanzaId, directPath } = value;
  const result = MEDIA_RETRY_RESULTS.indexOf(value.result);
  return encode(MEDIA_RETRY_NOTIFICATION, { stanzaId, directPath, result });
}

/**
 * `malformed` when the id is missing, the result is not one of the four, or a success comes without
 * a path. A result left out is the default, a general error.
 */
export function decodeMediaRetryNotification(
  bytes: Uint8Array,
): MediaRetryNotification | Rejection {
  const value = decode(MEDIA_RETRY_NOTIFICATION, bytes);
  if (isRejected(value)) return value;
  const { stanzaId, directPath } = value;
  const result = MEDIA_RETRY_RESULTS[value.result ?? 0];
  const isWhole = stanzaId !== undefined && result !== undefined;
  if (!isWhole || (result === 'success' && directPath === undefined)) {
    return reject('malformed', 'MediaRetryNotification lacks a field or has an unknown result.', {
      result: value.result ?? 0,
    });
  }
  return { kind: 'media-retry', stanzaId, directPath, result };
}
