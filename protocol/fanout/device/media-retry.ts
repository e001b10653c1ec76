/**
 * Files that are gone from the store (specification 9.5), seen from the device that is asked for
 * one: it uploads what it still has and says where it lies; and the way of the answer back to the
 * one that asked. Both are sealed with the file's own key, so that only who holds the message can
 * ask or answer.
 */

import { isRejected } from '../../errors.ts';
import { openMediaAnswer, openMediaRequest, sealMediaAnswer } from '../../messages/media-retry.ts';
import {
  type IncomingMediaRetry,
  mediaAnswerStanza,
  readMediaRetry,
} from '../../messages/media-retry-stanza.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import type { MediaRetryResult } from '../../wire/media-messages.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { type BlobOutcome, directPathOf, putBlob } from './blob-client.ts';
import { historyKeyOf, takeHistoryAnswer } from './history-receive.ts';
import { historyFileOf } from './history-send.ts';
import { takeFileAnswer } from './media-fetch.ts';
import {
  fileNameOf,
  type MediaAnswerRecord,
  type MediaFileRecord,
  mediaContentOf,
} from './media-records.ts';
import { sendReliably } from './outbound.ts';
import { accountOf, messageKey } from './records.ts';

const RETRY_IV_BYTES = 12;

/** A file we may have: its key and, when we still have it, its bytes. */
interface Held {
  readonly mediaKey: Uint8Array;
  readonly name: string;
  readonly bytes: Uint8Array | undefined;
}

/** Another device could not fetch a file. */
export function takeFileRequest(step: Step, receipt: WireNode): void {
  const request = readMediaRetry(receipt);
  if (isRejected(request)) return step.refuse(request);
  const { messageId, from, sealed, chat, author } = request;
  const held = heldFile(step, request);
  if (held === undefined) {
    return step.refuseAs('unexpected', `${from} asks for a file that was never here`, {
      messageId,
    });
  }
  const opened = openMediaRequest(held.mediaKey, messageId, sealed, step.context.crypto);
  if (isRejected(opened)) return step.refuse(opened);
  const { mediaKey, name } = held;
  const answer = {
    kind: 'media-answer',
    to: from,
    messageId,
    chat,
    author,
    mediaKey,
    name,
  } as const;
  if (held.bytes === undefined) return sendAnswer(step, answer, 'not-found');
  const key = `${from}|${messageId}`;
  step.tx.put('media-answer', key, answer satisfies MediaAnswerRecord);
  putBlob(step, held.bytes, { kind: 'media-reupload', key });
}

function heldFile(step: Step, request: IncomingMediaRetry): Held | undefined {
  const { messageId, from, chat, author } = request;
  const part = historyFileOf(step, from, messageId);
  if (part !== undefined) return part;
  const isOwn = userOf(from) === accountOf(step)?.user;
  const seenHere = isOwn || isGroupJid(chat) ? chat : userOf(from);
  const content = mediaContentOf(step, messageKey(seenHere, author, messageId));
  if (content === undefined) return undefined;
  const name = fileNameOf(content);
  const bytes = step.get<MediaFileRecord>('media-file', name)?.bytes;
  return { mediaKey: content.mediaKey, name, bytes };
}

/** The file is stored again, or the store would not have it. */
export function takeReupload(step: Step, key: string, outcome: BlobOutcome): void {
  const answer = step.get<MediaAnswerRecord>('media-answer', key);
  step.tx.delete('media-answer', key);
  if (answer === undefined) return;
  sendAnswer(step, answer, outcome.kind === 'stored' ? 'success' : 'general-error');
}

/** Draws secret `media-retry-iv` (12). */
function sendAnswer(step: Step, answer: MediaAnswerRecord, result: MediaRetryResult): void {
  const { to, messageId, chat, author, mediaKey, name } = answer;
  const directPath = result === 'success' ? directPathOf(name) : undefined;
  const iv = step.context.secrets.bytes('media-retry-iv', RETRY_IV_BYTES);
  const said = { stanzaId: messageId, directPath, result };
  const sealed = sealMediaAnswer(mediaKey, said, iv, step.context.crypto);
  step.emit('media-answer', `answers ${to} about the file of ${messageId}: ${result}`, {
    device: to,
    messageId,
    result,
  });
  const user = accountOf(step)?.user;
  const isPeer = userOf(to) === user;
  const isOwn = userOf(author) === userOf(to);
  sendReliably(step, mediaAnswerStanza({ messageId, chat, author, to, isPeer, isOwn, sealed }));
}

/** `<notification type="mediaretry">`; false when it is another notification. */
export function takeMediaNotification(step: Step, notification: WireNode): boolean {
  if (attribute(notification, 'type') !== 'mediaretry') return false;
  const answer = readMediaRetry(notification);
  if (isRejected(answer)) step.refuse(answer);
  else takeAnswer(step, answer);
  return true;
}

function takeAnswer(step: Step, answer: IncomingMediaRetry): void {
  const { messageId, chat, author, sealed } = answer;
  const part = historyKeyOf(step, messageId);
  const content = mediaContentOf(step, messageKey(chat, author, messageId));
  const mediaKey = part ?? content?.mediaKey;
  if (mediaKey === undefined) {
    return step.refuseAs('unexpected', 'an answer about a file that nobody asked for', {
      messageId,
    });
  }
  const opened = openMediaAnswer(mediaKey, messageId, sealed, step.context.crypto);
  if (isRejected(opened)) return step.refuse(opened);
  const directPath = opened.result === 'success' ? opened.directPath : undefined;
  if (part !== undefined) takeHistoryAnswer(step, messageId, directPath);
  else takeFileAnswer(step, { chat, author, messageId }, directPath);
}
