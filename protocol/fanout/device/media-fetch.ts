/**
 * Fetching the files of messages (specification 9.1, 9.5): live ones at once, those of the history
 * when a person asks. A damaged file is refused and fetched again; one that is gone is asked for
 * again at whoever should have it, and called missing when nobody has.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { ChatJid, Command, DeviceJid, MediaRecord, ShownRecord } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { MEDIA_FETCHES_MAX, MEDIA_REQUESTS_MAX } from '../../limits.ts';
import { decryptMedia } from '../../messages/media-crypto.ts';
import type { ReadMedia } from '../../messages/media-message.ts';
import { sealMediaRequest } from '../../messages/media-retry.ts';
import { mediaRequestStanza } from '../../messages/media-retry-stanza.ts';
import { userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { devicesOf } from './audience.ts';
import { type BlobOutcome, blobNameOf, getBlob } from './blob-client.ts';
import {
  fileNameOf,
  keepMediaFile,
  type MediaContentRecord,
  type MediaWaitRecord,
  type MessageNamed,
  mediaContentOf,
  putMedia,
  putMediaContent,
} from './media-records.ts';
import { sendReliably } from './outbound.ts';
import { accountOf, messageKey, SELF } from './records.ts';

const RETRY_IV_BYTES = 12;
const FIRST_FETCH: MediaWaitRecord = {
  kind: 'media-wait',
  state: 'fetching',
  fetches: 0,
  requests: 0,
};

/** A message with a file is shown: keeps how to open it; of a live one the file is fetched now. */
export function takeMedia(
  step: Step,
  named: MessageNamed,
  read: ReadMedia,
  via: ShownRecord['via'],
): void {
  const key = messageKey(named.chat, named.author, named.messageId);
  if (mediaContentOf(step, key) !== undefined) return; // a copy that came again
  putMediaContent(step, named, read);
  if (via === 'live') fetch(step, key);
}

/** A person wants the file of a shown message. */
export function takeFetchMedia(
  step: Step,
  { message }: Extract<Command, { kind: 'fetch-media' }>,
): void {
  const key = messageKey(message.chat, message.author, message.messageId);
  if (mediaContentOf(step, key) === undefined) {
    return step.refuseAs('not-allowed', `${message.messageId} has no file here`);
  }
  const state = step.get<MediaRecord>('media', key)?.state;
  const isUnderWay = step.tx.get('media-wait', key) !== undefined;
  if (state !== 'fetched' && !isUnderWay) fetch(step, key);
}

/** How a message with this file is shown. */
export function shownMedia({ media, reference }: ReadMedia): NonNullable<ShownRecord['media']> {
  return { kind: media, fileDigest: bytesToHex(reference.fileSha256) };
}

function retryTimer(key: string): string {
  return `media-retry|${key}`;
}

function fetch(step: Step, key: string, requests = 0, fetches = 0): void {
  const content = mediaContentOf(step, key);
  if (content === undefined) return;
  putMedia(step, key, 'wanted', bytesToHex(content.fileSha256));
  step.cancelTimer(retryTimer(key));
  const wait: MediaWaitRecord = { kind: 'media-wait', state: 'fetching', fetches, requests };
  step.tx.put('media-wait', key, wait);
  const name = blobNameOf(content.directPath) ?? fileNameOf(content);
  getBlob(step, name, content.fileLength, { kind: 'media-download', key });
}

/** How a device asks for a file that it cannot fetch, or cannot fetch whole. */
export type AskForFile = (
  step: Step,
  key: string,
  content: MediaContentRecord,
  wait: MediaWaitRecord,
) => void;

/** What came of fetching the file of message `key`; `ask`: where a device turns to without it. */
export function takeDownload(
  step: Step,
  key: string,
  outcome: BlobOutcome,
  ask: AskForFile = askForFile,
): void {
  const wait = step.get<MediaWaitRecord>('media-wait', key) ?? FIRST_FETCH;
  const content = mediaContentOf(step, key);
  if (content === undefined) return giveUpFile(step, key);
  if (outcome.kind !== 'fetched') return ask(step, key, content, wait);
  const { media, mediaKey } = content;
  const file = decryptMedia(media, mediaKey, outcome.bytes, content, step.context.crypto);
  if (isRejected(file)) {
    step.refuse(file);
    const fetches = wait.fetches + 1;
    if (fetches < MEDIA_FETCHES_MAX) return fetch(step, key, wait.requests, fetches);
    return ask(step, key, content, wait);
  }
  step.tx.delete('media-wait', key);
  putMedia(step, key, 'fetched', bytesToHex(content.fileSha256));
  const isPhone = step.tx.get('primary', SELF) !== undefined;
  if (isPhone) keepMediaFile(step, outcome.bytes, fileNameOf(content));
}

/**
 * Who may have the file, the likeliest first: our own phone for what came with the history, else
 * the device that wrote the message, then its phone.
 */
function holdersOf(step: Step, key: string, { author }: MediaContentRecord): DeviceJid[] {
  const account = accountOf(step);
  if (account === undefined) return [];
  const user = userOf(author);
  const listed = devicesOf(step, user);
  const shown = step.get<ShownRecord>('shown', key);
  const first = shown?.via === 'history' ? [account.user] : [];
  const holders = [...first, author, user].filter(
    (device) => device !== account.device && (device === account.user || listed.includes(device)),
  );
  return [...new Set(holders)];
}

/** Asks the next holder, at most `MEDIA_REQUESTS_MAX` times in all. Draws `media-retry-iv`. */
function askForFile(
  step: Step,
  key: string,
  content: MediaContentRecord,
  wait: MediaWaitRecord,
): void {
  const holders = holdersOf(step, key, content);
  const to = holders[wait.requests % Math.max(1, holders.length)];
  if (to === undefined || wait.requests >= MEDIA_REQUESTS_MAX) return giveUpFile(step, key);
  const { chat, author, messageId, mediaKey } = content;
  const iv = step.context.secrets.bytes('media-retry-iv', RETRY_IV_BYTES);
  const sealed = sealMediaRequest(mediaKey, messageId, iv, step.context.crypto);
  const asked: MediaWaitRecord = {
    kind: 'media-wait',
    state: 'asking',
    fetches: 0,
    requests: wait.requests + 1,
  };
  step.tx.put('media-wait', key, asked);
  step.setTimer(retryTimer(key), step.nowUs + step.settings.placeholderDeadlineUs);
  step.emit('media-request', `asks ${to} for the file of ${messageId}`, { device: to, messageId });
  const isPeer = userOf(to) === accountOf(step)?.user;
  const isOwn = userOf(author) === accountOf(step)?.user;
  sendReliably(step, mediaRequestStanza({ messageId, chat, author, to, isPeer, isOwn, sealed }));
}

/** Nobody has the file any more. */
export function giveUpFile(step: Step, key: string): void {
  const media = step.get<MediaRecord>('media', key);
  step.tx.delete('media-wait', key);
  step.cancelTimer(retryTimer(key));
  if (media !== undefined) putMedia(step, key, 'missing', media.fileDigest);
  step.emit('media-missing', 'nobody has the file of a message any more', { message: key });
}

/** The one asked has stored the file again, under `directPath`, or has it not. */
export function takeFileAnswer(
  step: Step,
  named: { readonly chat: ChatJid; readonly author: DeviceJid; readonly messageId: string },
  directPath: string | undefined,
): void {
  const key = messageKey(named.chat, named.author, named.messageId);
  const content = mediaContentOf(step, key);
  if (content === undefined || step.get<MediaRecord>('media', key)?.state === 'fetched') return;
  const wait = step.get<MediaWaitRecord>('media-wait', key);
  if (blobNameOf(directPath) === undefined) {
    if (wait?.state === 'asking') askForFile(step, key, content, wait);
    return;
  }
  const moved: MediaContentRecord = { ...content, directPath: directPath ?? content.directPath };
  step.tx.put('media-content', key, moved);
  fetch(step, key, wait?.requests ?? 0);
}

/** A file is wanted and nothing fetches it: its answer is waited for, or it is fetched anew. */
export function resumeFetch(step: Step, key: string): void {
  const wait = step.get<MediaWaitRecord>('media-wait', key);
  if (mediaContentOf(step, key) === undefined) giveUpFile(step, key);
  else if (wait?.state !== 'asking') {
    fetch(step, key, wait?.requests ?? 0);
  } else if (!step.hasTimer(retryTimer(key))) {
    step.setTimer(retryTimer(key), step.nowUs + step.settings.placeholderDeadlineUs);
  }
}

/** Nobody answered in time; false when the timer is not one of these. */
export function takeMediaTimer(step: Step, name: string): boolean {
  if (!name.startsWith('media-retry|')) return false;
  const key = name.slice('media-retry|'.length);
  step.cancelTimer(name);
  const wait = step.get<MediaWaitRecord>('media-wait', key);
  const content = mediaContentOf(step, key);
  if (wait?.state === 'asking' && content !== undefined) askForFile(step, key, content, wait);
  return true;
}
