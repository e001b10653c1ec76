/**
 * What a person does at a browser (specification 11.6, D.7): it is stored, shown with a clock, and
 * handed to the phone as soon as that answers, and again whenever it may have been lost. The phone
 * does everything once.
 */

import type { ChatJid, Command, OutboxRecord, ShownRecord } from '../../contract.ts';
import { assert, isRejected } from '../../errors.ts';
import { saidFields } from '../../fanout/device/media-records.ts';
import { isUploading, sayWithFile } from '../../fanout/device/media-send.ts';
import { putSaid } from '../../fanout/device/send.ts';
import type { Step } from '../../fanout/step.ts';
import {
  RELAY_PAGES_IN_FLIGHT,
  RELAY_PHONE_WAIT_US,
  RELAY_TEST_WAIT_MAX_US,
  TEXT_BYTES_MAX,
} from '../../limits.ts';
import { textBytesLength } from '../../messages/content.ts';
import { passedMessageBytes } from '../../messages/history.ts';
import { makeMessageId } from '../../messages/message-id.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import { encodeMessage } from '../../wire/message.ts';
import type { WireNode } from '../../wire/node.ts';
import { ADMIN_WORDS } from '../wire/admin.ts';
import { type Deed, deedElement } from '../wire/deeds.ts';
import { FLAGS, METRICS } from '../wire/metrics.ts';
import { REQUESTS } from '../wire/words.ts';
import { advanceCalls, endCalls } from './calls.ts';
import { wantedFiles } from './files.ts';
import { accountOf, type DeedRecord, type Flight, stateOf } from './records.ts';
import { say, sayToPhone } from './talk.ts';

/** The timer that looks whether the phone has answered. */
export const PHONE_TIMER = 'phone';

/** A person writes. Its author is, to everyone else, the phone. */
export function takeSend(step: Step, command: Extract<Command, { kind: 'send' }>): void {
  const account = accountOf(step);
  if (account === undefined) {
    return step.refuseAs('not-allowed', 'this browser belongs to no account and cannot send');
  }
  if (textBytesLength(command.text) > TEXT_BYTES_MAX) {
    return step.refuseAs('limit-reached', `a text has at most ${TEXT_BYTES_MAX} bytes of UTF-8`);
  }
  const messageId = makeMessageId(account.device, step.context);
  const { chat, text } = command;
  putSaid(step, { chat, text, messageId, author: account.user });
}

/** A person sends a file: the browser uploads it by itself, and says where it lies (11.6). */
export function takeSendMedia(step: Step, command: Extract<Command, { kind: 'send-media' }>): void {
  const account = accountOf(step);
  if (account === undefined) {
    return step.refuseAs('not-allowed', 'this browser belongs to no account and cannot send');
  }
  sayWithFile(step, command, account.user, putSaid);
}

/** A person reads a chat, as far as it shows here. */
export function takeRead(step: Step, { chat }: Extract<Command, { kind: 'read' }>): void {
  let untilUs = 0;
  for (const [key] of step.tx.entries(`unread/${chat}`)) {
    step.tx.delete(`unread/${chat}`, key);
    const shown = step.get<ShownRecord>('shown', key);
    if (shown === undefined) continue;
    untilUs = Math.max(untilUs, shown.positionUs);
    const read: ShownRecord = { ...shown, isRead: true };
    step.tx.put('shown', key, read);
  }
  if (untilUs > 0) takeDeed(step, METRICS.read, { kind: 'read', chat, untilUs });
}

/** Something the phone has to do. */
export function takeDeed(step: Step, metric: number, deed: Deed): void {
  if (accountOf(step) === undefined) {
    return step.refuseAs('not-allowed', 'this browser belongs to no account');
  }
  const record: DeedRecord = { kind: 'deed', metric, bytes: encodeFrame(deedElement(deed)) };
  step.tx.put('deed', step.freshId('deed'), record);
}

/** Hands the phone whatever it was not handed, and asks it for what is missing. */
export function advanceBrowser(step: Step): void {
  const state = stateOf(step.store);
  if (state.phase !== 'live') return;
  if (state.phone === 'away') {
    if (hasErrand(step) && !step.hasTimer(PHONE_TIMER)) testPhone(step);
    return;
  }
  if (state.needsChats) askForChats(step);
  handMessages(step);
  for (const [id, entry] of step.tx.entries('deed')) {
    if (!state.handed.has(id)) handDeed(step, id, entry as DeedRecord);
  }
  askForPages(step);
  advanceCalls(step);
  for (const { key, named } of wantedFiles(step)) {
    if ([...state.flights.values()].some((flight) => flight.key === key)) continue;
    fly(step, METRICS.queryMedia, REQUESTS.file(named), { about: 'file', key });
  }
}

/** Whether the phone is needed: a browser with nothing to ask lets it sleep. */
function hasErrand(step: Step): boolean {
  const { needsChats, pages } = stateOf(step.store);
  if (needsChats || pages.size > 0 || step.tx.count('deed') > 0) return true;
  if (wantedFiles(step).length > 0) return true;
  const outbox = step.tx.entries('outbox').map(([, record]) => record as OutboxRecord);
  return outbox.some(({ state }) => state === 'wanting');
}

/** First in, first out per chat: the next one when the phone says that it has the one before. */
function handMessages(step: Step): void {
  const { handed, flights } = stateOf(step.store);
  const flying = new Set([...flights.values()].map(({ key }) => key));
  const blocked = new Set<ChatJid>();
  for (const [messageId, entry] of step.tx.entries('outbox')) {
    const outbox = entry as OutboxRecord;
    if (outbox.state !== 'wanting' || blocked.has(outbox.chat)) continue;
    if (handed.has(messageId) && !flying.has(messageId)) continue;
    blocked.add(outbox.chat);
    if (!handed.has(messageId) && !isUploading(step, messageId)) handMessage(step, outbox);
  }
}

function fly(step: Step, metric: number, word: WireNode, flight: Omit<Flight, 'sentUs'>): void {
  const tag = sayToPhone(step, metric, FLAGS.ignore, word);
  if (tag === undefined) return;
  stateOf(step.store).flights.set(tag, { ...flight, sentUs: step.nowUs });
  if (!step.hasTimer(PHONE_TIMER)) step.setTimer(PHONE_TIMER, step.nowUs + RELAY_PHONE_WAIT_US);
}

function askForChats(step: Step): void {
  stateOf(step.store).needsChats = false;
  fly(step, METRICS.queryChat, REQUESTS.chats(), { about: 'chats', key: '' });
}

function handMessage(step: Step, outbox: OutboxRecord): void {
  const { chat, author, messageId } = outbox;
  stateOf(step.store).handed.add(messageId);
  const message = encodeMessage(saidFields(step, outbox));
  // It has no place yet; the field may not be empty.
  const positionUs = Math.max(1, step.nowUs);
  const passed = { chat, author, messageId, isOwn: true, positionUs, isRead: true, message };
  const word = REQUESTS.relay(passedMessageBytes(passed));
  fly(step, METRICS.message, word, { about: 'message', key: messageId });
}

function handDeed(step: Step, id: string, { metric, bytes }: DeedRecord): void {
  stateOf(step.store).handed.add(id);
  const element = decodeFrame(bytes);
  assert(!isRejected(element), 'what we encoded ourselves decodes');
  fly(step, metric, REQUESTS.deed(id, element), { about: 'deed', key: id });
}

function askForPages(step: Step): void {
  const { pages, flights } = stateOf(step.store);
  const asked = [...flights.values()].filter(({ about }) => about === 'page');
  for (const [chat, beforeUs] of pages) {
    if (asked.length >= RELAY_PAGES_IN_FLIGHT) return;
    if (asked.some(({ key }) => key === chat)) continue;
    const flight = { about: 'page', key: chat } as const;
    fly(step, METRICS.queryMessages, REQUESTS.page(chat, beforeUs), flight);
    asked.push({ ...flight, sentUs: step.nowUs });
  }
}

/** The phone did not answer in time, or is still away: the server is asked for it. */
export function takePhoneTimer(step: Step): void {
  step.cancelTimer(PHONE_TIMER);
  const state = stateOf(step.store);
  if (state.phase !== 'live') return;
  const [oldest] = state.flights.values();
  if (state.phone !== 'away') {
    if (oldest === undefined) return;
    const waitedUs = step.nowUs - oldest.sentUs;
    if (waitedUs >= 0 && waitedUs < RELAY_PHONE_WAIT_US) {
      return step.setTimer(PHONE_TIMER, oldest.sentUs + RELAY_PHONE_WAIT_US);
    }
    phoneIsAway(step);
  }
  if (hasErrand(step)) testPhone(step);
}

/** Asks the server for the phone, which it wakes if need be. */
function testPhone(step: Step): void {
  stateOf(step.store).tests += 1;
  say(step, 'test', ADMIN_WORDS.test);
  awaitPhone(step);
}

function awaitPhone(step: Step): void {
  const { tests } = stateOf(step.store);
  const waitUs = Math.min(RELAY_PHONE_WAIT_US * 2 ** Math.min(tests, 20), RELAY_TEST_WAIT_MAX_US);
  step.setTimer(PHONE_TIMER, step.nowUs + waitUs);
}

function phoneIsAway(step: Step): void {
  const state = stateOf(step.store);
  if (state.phone === 'away') return;
  state.phone = 'away';
  state.needsChats ||= [...state.flights.values()].some(({ about }) => about === 'chats');
  state.flights.clear();
  state.handed.clear();
  endCalls(step);
  step.emit('phone-not-connected', 'the phone does not answer: this browser can do nothing');
}

/** `["Pong",…]`: whether the phone can be reached. */
export function takePong(step: Step, isReachable: boolean): void {
  const state = stateOf(step.store);
  if (state.phase !== 'live') return;
  if (!isReachable) {
    phoneIsAway(step);
    step.cancelTimer(PHONE_TIMER);
    return hasErrand(step) ? awaitPhone(step) : undefined;
  }
  if (state.phone === 'away') step.emit('phone-connected', 'the phone answers again');
  state.phone = 'there';
  state.tests = 0;
  state.flights.clear();
  state.handed.clear();
  state.needsChats = true;
}
