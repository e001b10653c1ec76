/**
 * A person sends a file (specification 9.4): it is encrypted once, uploaded once, and only a
 * message of some hundred bytes that says where it lies goes to every device. The message keeps
 * its place in its chat (contract 4): what is written after it leaves after it, however long the
 * upload takes.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { Command, DeviceJid } from '../../contract.ts';
import { MEDIA_BYTES_MAX, TEXT_BYTES_MAX } from '../../limits.ts';
import { textBytesLength } from '../../messages/content.ts';
import { encryptMedia } from '../../messages/media-crypto.ts';
import { captionOf } from '../../messages/media-message.ts';
import { makeMessageId } from '../../messages/message-id.ts';
import type { Step } from '../step.ts';
import { type BlobOutcome, directPathOf, isOnErrand, putBlob } from './blob-client.ts';
import { keepMediaFile, putMedia, putMediaContent } from './media-records.ts';
import { loseCopy } from './placeholders.ts';
import { accountOf, messageKey, outboxOf } from './records.ts';
import { type Said, say } from './send.ts';

const MEDIA_KEY_BYTES = 32;

type SendMedia = Extract<Command, { kind: 'send-media' }>;

/** A person sends a file. */
export function takeSendMedia(step: Step, command: SendMedia): void {
  const account = accountOf(step);
  const said = account && prepareMedia(step, command, account.device);
  if (said !== undefined) say(step, said);
  else if (account === undefined) refuseStranger(step);
}

function refuseStranger(step: Step): void {
  step.refuseAs('not-allowed', 'this device belongs to no account and cannot send');
}

/**
 * Encrypts a file, puts it on its way to the store of files, and keeps how to open it; answers what
 * to say of it, or says why not. The message is written as `author`. Draws secret `media-key` (32).
 */
export function prepareMedia(step: Step, command: SendMedia, author: DeviceJid): Said | undefined {
  const { chat, media, bytes } = command;
  const text = captionOf(media, command.caption);
  const account = accountOf(step);
  if (account === undefined) return undefined;
  if (textBytesLength(text) > TEXT_BYTES_MAX || bytes.length > MEDIA_BYTES_MAX) {
    step.refuseAs('limit-reached', `a file has at most ${MEDIA_BYTES_MAX} bytes`);
    return undefined;
  }
  const messageId = makeMessageId(account.device, step.context);
  const mediaKey = step.context.secrets.bytes('media-key', MEDIA_KEY_BYTES);
  const encrypted = encryptMedia(media, mediaKey, bytes, step.context.crypto);
  const name = putBlob(step, encrypted.file, { kind: 'media-upload', key: messageId });
  const reference = {
    mediaKey,
    fileSha256: encrypted.fileSha256,
    fileEncSha256: encrypted.fileEncSha256,
    directPath: directPathOf(name),
    fileLength: bytes.length,
    streamingSidecar: encrypted.sidecar,
  };
  const mediaKeyTimestampS = Math.floor(step.nowUs / 1_000_000);
  const fileDigest = bytesToHex(encrypted.fileSha256);
  const named = { chat, author, messageId };
  putMediaContent(step, named, { media, reference, mediaKeyTimestampS });
  putMedia(step, messageKey(chat, author, messageId), 'fetched', fileDigest);
  keepMediaFile(step, encrypted.file, name);
  return { ...named, text, media: { kind: media, fileDigest } };
}

/** Whether a message has to wait for its file. */
export function isUploading(step: Step, messageId: string): boolean {
  return isOnErrand(step, 'put', { kind: 'media-upload', key: messageId });
}

/** The file is stored, and its message may leave; or the store would not have it. */
export function takeUpload(step: Step, messageId: string, outcome: BlobOutcome): void {
  if (outcome.kind === 'stored') return;
  const outbox = outboxOf(step, messageId);
  if (outbox?.state !== 'wanting') return;
  step.tx.delete('outbox', messageId);
  step.tx.delete('wanting', messageId);
  loseCopy(step, outbox, 'the file store refused its file');
}
