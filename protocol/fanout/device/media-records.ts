/**
 * What a device stores of files beside the public `media` records. Collections, each keyed like
 * `shown` unless said otherwise: `media-content` (how to fetch and open the file), `media-wait` (a
 * fetch under way), `media-file` (encrypted files kept to be uploaded again, by name),
 * `media-answer` (answers to other devices whose upload is under way, by `DEVICE|MESSAGE`).
 *
 * A fetched file is checked and not stored: its digest is all that anybody here looks at. Only its
 * author and phones, who may be asked for it, keep the encrypted file for a while.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { ChatJid, DeviceJid, MediaKind, MediaRecord, OutboxRecord } from '../../contract.ts';
import { MEDIA_KEPT_BYTES_MAX } from '../../limits.ts';
import { type MediaFile, mediaMessageFields } from '../../messages/media-message.ts';
import type { StoredRecord } from '../../store.ts';
import type { MessageFields } from '../../wire/message.ts';
import type { Step } from '../step.ts';
import { messageKey } from './records.ts';

/** A message's file. Keeps the media key as long as the message: requests are sealed with it. */
export interface MediaContentRecord extends StoredRecord {
  readonly kind: 'media-content';
  readonly chat: ChatJid;
  readonly messageId: string;
  readonly author: DeviceJid;
  readonly media: MediaKind;
  /** 32 bytes. */
  readonly mediaKey: Uint8Array;
  readonly mediaKeyTimestampS: number;
  readonly fileSha256: Uint8Array;
  readonly fileEncSha256: Uint8Array;
  readonly directPath: string;
  readonly fileLength: number;
  readonly streamingSidecar: Uint8Array | undefined;
}

/** A fetch under way. */
export interface MediaWaitRecord extends StoredRecord {
  readonly kind: 'media-wait';
  readonly state: 'fetching' | 'asking';
  /** Damaged files in a row. */
  readonly fetches: number;
  /** Devices asked for the file so far. */
  readonly requests: number;
}

/** An encrypted file kept to be uploaded again. */
export interface MediaFileRecord extends StoredRecord {
  readonly kind: 'media-file';
  readonly bytes: Uint8Array;
}

/** An answer to a device that could not fetch a file; it leaves once the file is stored again. */
export interface MediaAnswerRecord extends StoredRecord {
  readonly kind: 'media-answer';
  readonly to: DeviceJid;
  readonly messageId: string;
  /** As the other device sees it. */
  readonly chat: ChatJid;
  readonly author: DeviceJid;
  readonly mediaKey: Uint8Array;
  /** The file's name at the store. */
  readonly name: string;
}

/** What names a message. */
export interface MessageNamed {
  readonly chat: ChatJid;
  readonly author: DeviceJid;
  readonly messageId: string;
}

export function mediaContentOf(step: Step, key: string): MediaContentRecord | undefined {
  return step.get<MediaContentRecord>('media-content', key);
}

/** Keeps how to open a message's file. */
export function putMediaContent(step: Step, named: MessageNamed, file: MediaFile): void {
  const { chat, author, messageId } = named;
  const { media, mediaKeyTimestampS, reference } = file;
  const { mediaKey, fileSha256, fileEncSha256, directPath, fileLength, streamingSidecar } =
    reference;
  const record: MediaContentRecord = {
    kind: 'media-content',
    chat,
    messageId,
    author,
    media,
    mediaKey,
    mediaKeyTimestampS,
    fileSha256,
    fileEncSha256,
    directPath,
    fileLength,
    streamingSidecar,
  };
  step.tx.put('media-content', messageKey(chat, author, messageId), record);
}

/** Sets the public record of a message's file. */
export function putMedia(
  step: Step,
  key: string,
  state: MediaRecord['state'],
  fileDigest: string,
): void {
  const before = step.get<MediaRecord>('media', key);
  if (before?.state === state && before.fileDigest === fileDigest) return;
  const record: MediaRecord = { kind: 'media', state, fileDigest };
  step.tx.put('media', key, record);
}

/** Keeps an encrypted file, oldest out first. */
export function keepMediaFile(step: Step, bytes: Uint8Array, name: string): void {
  const record: MediaFileRecord = { kind: 'media-file', bytes };
  step.tx.put('media-file', name, record);
  const kept = step.tx.entries('media-file') as [string, MediaFileRecord][];
  let sizeBytes = kept.reduce((sum, [, file]) => sum + file.bytes.length, 0);
  for (const [oldest, file] of kept) {
    if (sizeBytes <= MEDIA_KEPT_BYTES_MAX) return;
    if (oldest === name) continue;
    step.tx.delete('media-file', oldest);
    sizeBytes -= file.bytes.length;
  }
}

/** The name of a message's file at the store, as far as its hash goes. */
export function fileNameOf({ fileEncSha256 }: MediaContentRecord): string {
  return bytesToHex(fileEncSha256);
}

/** What a message with this text says, with its file if it has one. */
export function saidFields(
  step: Step,
  message: MessageNamed & Pick<OutboxRecord, 'text' | 'media'>,
): MessageFields {
  const { chat, author, messageId, text } = message;
  if (message.media === undefined) return { conversation: text };
  const content = mediaContentOf(step, messageKey(chat, author, messageId));
  if (content === undefined) return { conversation: text };
  const { media, mediaKeyTimestampS } = content;
  return mediaMessageFields({ media, reference: content, mediaKeyTimestampS }, text);
}
