/**
 * Receiving a message (specification 6.5, D.2): open it, store text and session in one commit, then
 * acknowledge. What fails becomes a placeholder and a retry receipt; what is a duplicate is
 * acknowledged when we have it, and reported lost when we have not.
 */

import type { ChatJid, DeviceJid, ShownRecord } from '../../contract.ts';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import { NACK_CODES } from '../../messages/acks.ts';
import { type Content, textDigest } from '../../messages/content.ts';
import { type ReadMedia, readMediaMessage } from '../../messages/media-message.ts';
import { readIncomingMessage } from '../../messages/message-stanza.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { chatOf } from './audience.ts';
import { takeContextInfo } from './consistency-check.ts';
import { shownMedia, takeMedia } from './media-fetch.ts';
import { passOnFromOld } from './mirror.ts';
import { openPairwise, type PairwiseCiphertext } from './open.ts';
import { takePeerMessage } from './peer.ts';
import { takePeerContent } from './peer-content.ts';
import { failCopy, loseCopy, missCopy, settlePlaceholder } from './placeholders.ts';
import { notePushName } from './push-names.ts';
import { nack, sendReceipt } from './receipts.ts';
import { accountOf, messageKey } from './records.ts';

/** What a stanza says of the ciphertext in it. */
export interface CopyHead {
  readonly author: DeviceJid;
  readonly chat: ChatJid;
  readonly messageId: string;
  readonly stampUs: number;
  /** Retry count of this ciphertext, 0 for the first. */
  readonly count: number;
  /** How the stanza says that the author calls themselves. */
  readonly pushName: string | undefined;
}

interface Copy extends CopyHead, PairwiseCiphertext {}

/** Handles `<message>`. */
export function takeMessage(step: Step, stanza: WireNode): void {
  const message = readIncomingMessage(stanza);
  if (isRejected(message)) {
    step.refuse(message);
    const messageId = attribute(stanza, 'id') ?? '';
    const author = attribute(stanza, 'from') ?? '';
    return nack(step, { messageId, author }, NACK_CODES.parsingError);
  }
  if (message.isPeer) return takePeerMessage(step, message, takePeerContent);
  const { id: messageId, author, positionUs: stampUs, payload, deviceIdentity } = message;
  const chat = chatOf(step, author, message.recipient);
  if (chat === undefined) {
    step.refuseAs('malformed', `${author}'s copy of an own message names no chat`, { messageId });
    return nack(step, { messageId, author }, NACK_CODES.parsingError);
  }
  if (payload.kind === 'unavailable') return missCopy(step, { author, chat, messageId, stampUs });
  const { type, bytes, retryCount: count } = payload;
  const pushName = attribute(stanza, 'notify');
  const head: CopyHead = { author, chat, messageId, stampUs, count, pushName };
  const copy: Copy = { ...head, author, type, bytes, deviceIdentity };
  const opened = openPairwise(step, copy);
  if (opened.kind === 'opened') takeContent(step, copy, opened.content);
  else if (opened.kind === 'unreadable') giveUp(step, copy, opened.reason, opened.nackCode);
  else if (opened.code === 'duplicate-message') answerDuplicate(step, copy);
  else failCopy(step, copy, opened.code);
}

/** What this device shows of a message. */
type Shows = Pick<ShownRecord, 'text' | 'media'> & { readonly read?: ReadMedia };

/** Shows what a copy says, or admits that it cannot be shown. */
export function takeContent(step: Step, copy: CopyHead, content: Content): void {
  const shows = readShows(step, copy, content);
  if (!isRejected(shows)) {
    takeContextInfo(step, copy.author, copy.chat, content.contextInfo);
    notePushName(step, copy.author, copy.pushName);
    const { read, ...plain } = shows;
    showCopy(step, copy, plain);
    if (read !== undefined) takeMedia(step, copy, read, 'live');
    return;
  }
  step.refuse(shows);
  giveUp(step, copy, 'its content cannot be read', NACK_CODES.invalidProtobuf);
}

function readShows(step: Step, copy: CopyHead, content: Content): Shows | Rejection {
  const { body, sentTo, distribution } = content;
  const isOfGroup = isGroupJid(copy.chat);
  if (distribution !== undefined && distribution.group !== copy.chat) {
    return reject('not-allowed', `${copy.author}'s copy belongs to another chat`);
  }
  // In a group the author's own devices are receivers like all others (7.1).
  const isOwn = userOf(copy.author) === accountOf(step)?.user && !isOfGroup;
  if ((sentTo !== undefined) !== isOwn) {
    return reject('not-allowed', `${copy.author} sent a copy of the wrong kind for its account`);
  }
  if (sentTo !== undefined && sentTo !== copy.chat) {
    return reject('not-allowed', `${copy.author}'s copy names another chat than its stanza`);
  }
  switch (body.kind) {
    case 'text':
      return { text: body.text };
    case 'media': {
      const read = readMediaMessage(body.media, body.bytes);
      return isRejected(read) ? read : { text: read.caption, media: shownMedia(read), read };
    }
    default:
      return reject('not-allowed', `${copy.author} sent ${body.kind} content as a message`);
  }
}

function showCopy(step: Step, copy: CopyHead, shows: Omit<Shows, 'read'>): void {
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  const account = accountOf(step);
  if (account !== undefined && step.tx.get('shown', key) === undefined) {
    const record: ShownRecord = {
      kind: 'shown',
      account: account.user,
      device: account.device,
      chat: copy.chat,
      messageId: copy.messageId,
      author: copy.author,
      via: 'live',
      ...shows,
      textDigest: textDigest(shows.text, step.context.crypto),
      positionUs: copy.stampUs,
      isRead: userOf(copy.author) === account.user,
    };
    step.tx.put('shown', key, record);
    if (!record.isRead) step.tx.put(`unread/${copy.chat}`, key, { kind: 'unread' });
    passOnFromOld(step, copy, userOf(copy.author));
  }
  settlePlaceholder(step, key);
  sendReceipt(step, copy);
}

/** The key was used before: fine if we have the message, a loss to admit if we have not (6.5). */
export function answerDuplicate(step: Step, copy: CopyHead): void {
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  if (step.tx.get('shown', key) !== undefined) return sendReceipt(step, copy);
  giveUp(step, copy, 'its key was used and its text is not stored', NACK_CODES.signalOldCounter);
}

/** A copy that no retry can help: lost, and said so to the server. */
export function giveUp(step: Step, copy: CopyHead, reason: string, code: number): void {
  loseCopy(step, copy, reason);
  nack(step, copy, code);
}
