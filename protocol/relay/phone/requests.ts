/**
 * What a browser asks, done by its phone (specification 11.6, D.7): send a message under the id it
 * has, read a chat, change a group or a setting; and questions about chats. Everything may come
 * twice and is done once: messages are known by their ids, deeds by theirs.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceJid, OutboxRecord, ShownRecord } from '../../contract.ts';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import { unmarkUnread } from '../../fanout/device/app-state-change.ts';
import { takeCommand } from '../../fanout/device/device.ts';
import { putMedia, putMediaContent } from '../../fanout/device/media-records.ts';
import { takeRead } from '../../fanout/device/receipts.ts';
import { accountOf, messageKey, outboxOf } from '../../fanout/device/records.ts';
import { mayWrite, say } from '../../fanout/device/send.ts';
import type { Step } from '../../fanout/step.ts';
import { RELAY_DEEDS_KEPT } from '../../limits.ts';
import type { TakenMessage } from '../../messages/history.ts';
import { type ReadMedia, readMediaMessage } from '../../messages/media-message.ts';
import type { WireNode } from '../../wire/node.ts';
import type { Deed } from '../wire/deeds.ts';
import { NEWS, PHONE_WORDS, type Request } from '../wire/words.ts';
import { ringOn, takeCallRequest } from './calls.ts';
import { chatsWord, messageNews, pageWord } from './chats.ts';
import { takeFileRequest } from './files.ts';
import { awaitConfirmation, push, pushNews, tell } from './push.ts';
import { bridgeOf } from './records.ts';

/** A request of the live browser. */
export function takeRequest(step: Step, browser: DeviceJid, tag: string, request: Request): void {
  const state = bridgeOf(step.store);
  switch (request.kind) {
    case 'received':
      for (const one of request.tags) state.unconfirmed.delete(one);
      state.retries = 0;
      return;
    case 'chats':
      state.unconfirmed.clear();
      tell(step, browser, tag, chatsWord(step));
      ringOn(step, browser);
      awaitConfirmation(step, tag);
      return;
    case 'call':
      return takeCallRequest(step, browser, request.word);
    case 'file':
      return takeFileRequest(step, browser, tag, request.named);
    case 'page':
      return tell(step, browser, tag, pageWord(step, request.chat, request.beforeUs));
    case 'relay':
      return takeRelayedMessage(step, browser, tag, request.message);
    case 'deed':
      return takeDeed(step, browser, tag, request);
  }
}

/** All chats anew: what was pushed found no answer. */
export function pushChats(step: Step): void {
  bridgeOf(step.store).unconfirmed.clear();
  push(step, chatsWord(step));
}

// --------------------------------------------------------------------------------------- messages

function takeRelayedMessage(
  step: Step,
  browser: DeviceJid,
  tag: string,
  taken: TakenMessage,
): void {
  const answer = (status: number, reason = ''): void =>
    tell(step, browser, tag, PHONE_WORDS.done(status, reason));
  const account = accountOf(step);
  if (account === undefined) return;
  const { chat, author, messageId } = taken;
  if (author !== account.device) {
    step.refuseAs('not-allowed', `${browser} wants to write as somebody else`, { messageId });
    return answer(403, 'it is not its own');
  }
  const key = messageKey(chat, author, messageId);
  const shown = step.get<ShownRecord>('shown', key);
  if (shown !== undefined) {
    answer(200);
    return pushNews(step, [messageNews(step, shown)]);
  }
  if (step.tx.get('lost', key) !== undefined) return answer(410, 'it is lost');
  if (outboxOf(step, messageId) !== undefined) return answer(200);
  const said = readSaid(taken);
  if (isRejected(said)) {
    step.refuse(said);
    return answer(400, 'it cannot be read');
  }
  if (!mayWrite(step, { chat, text: said.text })) return answer(403, 'it may not be sent');
  sayFor(step, { chat, author, messageId }, said);
  bridgeOf(step.store).handed.set(messageId, browser);
  answer(200);
}

interface Said {
  readonly text: string;
  readonly file: ReadMedia | undefined;
}

function readSaid({ content }: TakenMessage): Said | Rejection {
  const { body } = content;
  if (body.kind === 'text') return { text: body.text, file: undefined };
  if (body.kind !== 'media') {
    return reject('bad-content', `A browser wants ${body.kind} content to be sent.`);
  }
  const file = readMediaMessage(body.media, body.bytes);
  return isRejected(file) ? file : { text: file.caption, file };
}

/** The file was uploaded by the browser; its key and place travel in the message (11.6). */
function sayFor(
  step: Step,
  named: Pick<OutboxRecord, 'chat' | 'author' | 'messageId'>,
  { text, file }: Said,
): void {
  if (file === undefined) return say(step, { ...named, text });
  const { media: kind, reference } = file;
  const fileDigest = bytesToHex(reference.fileSha256);
  say(step, { ...named, text, media: { kind, fileDigest } });
  putMediaContent(step, named, file);
  const { chat, author, messageId } = named;
  putMedia(step, messageKey(chat, author, messageId), 'fetched', fileDigest);
}

/** What the live browser has to hear of a message that its account sent. */
export function ownNews(step: Step, shown: ShownRecord): WireNode {
  const { live, handed } = bridgeOf(step.store);
  const isItsOwn = live !== undefined && handed.get(shown.messageId) === live;
  handed.delete(shown.messageId);
  return isItsOwn ? NEWS.ack(shown, 1, shown.positionUs) : messageNews(step, shown);
}

// ------------------------------------------------------------------------------------------ deeds

function takeDeed(
  step: Step,
  browser: DeviceJid,
  tag: string,
  { id, deed }: Extract<Request, { kind: 'deed' }>,
): void {
  if (step.tx.get('browser-deed', id) === undefined) {
    step.tx.put('browser-deed', id, { kind: 'browser-deed' });
    forgetOldestDeed(step);
    perform(step, deed);
  }
  tell(step, browser, tag, PHONE_WORDS.done(200, ''));
}

function forgetOldestDeed(step: Step): void {
  if (step.tx.count('browser-deed') <= RELAY_DEEDS_KEPT) return;
  for (const [oldest] of step.tx.entries('browser-deed')) {
    return step.tx.delete('browser-deed', oldest);
  }
}

function perform(step: Step, deed: Deed): void {
  if (deed.kind !== 'read') return takeCommand(step, deed);
  takeRead(step, deed, deed.untilUs);
  unmarkUnread(step, deed.chat);
}
