/**
 * The bridge from a phone to its live browser: what the step showed, lost, read or heard of, the
 * browser hears too (specification 11.1, D.7). It looks at what the step is about to commit, so
 * that nothing reaches a browser that the phone could forget.
 */

import type { DeviceJid, LostRecord, OutboxRecord, ShownRecord } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { linkStateOf } from '../../fanout/device/link-state.ts';
import { accountOf, type DeliveredRecord, outboxOf, SELF } from '../../fanout/device/records.ts';
import type { Step } from '../../fanout/step.ts';
import type { RecordWrite } from '../../store.ts';
import { userOf } from '../../wire/jid.ts';
import { attribute, bytesContent, child, type WireNode } from '../../wire/node.ts';
import { open } from '../wire/sealed.ts';
import { MIRRORED, type MirroredRecord, NEWS, readRequest } from '../wire/words.ts';
import { endCallsOf, tellOfCall } from './calls.ts';
import { messageNews } from './chats.ts';
import { answerFiles } from './files.ts';
import { dismiss, forgetBrowser, resumePairing } from './pairing.ts';
import { awaitConfirmation, PUSH_TIMER, pushNews, sendRelay, waitUs } from './push.ts';
import { bridgeOf, browserOf } from './records.ts';
import { ownNews, pushChats, takeRequest } from './requests.ts';

/** A `<relay>` stanza of the server. */
export function takeRelay(step: Step, stanza: WireNode): void {
  const browser = attribute(stanza, 'browser') ?? '';
  const tag = attribute(stanza, 'tag') ?? '';
  const state = bridgeOf(step.store);
  switch (attribute(stanza, 'type')) {
    case 'phone':
      return takeSealed(step, browser, tag, bytesContent(stanza) ?? new Uint8Array(0));
    case 'test':
      return sendRelay(step, 'pong', browser, tag);
    case 'live':
      if (browserOf(step, browser) === undefined) return endUnknown(step, browser);
      if (state.live !== browser) beLive(step, browser);
      // No call of a browser outlives its connection, or ours.
      else endCallsOf(step, browser);
      // It asks for its chats by itself; if that word is lost, it gets them unasked.
      return awaitConfirmation(step, 'live');
    case 'gone':
      if (state.live === browser) beLive(step, undefined);
      return;
    default:
      step.refuseAs('unexpected', 'the server sent a <relay> that this phone does not know');
  }
}

/** The server says in the queue that a browser has logged itself out; false for other words. */
export function takeGone(step: Step, notification: WireNode): boolean {
  const gone = child(notification, 'gone');
  if (attribute(notification, 'type') !== 'web' || gone === undefined) return false;
  const device = attribute(gone, 'jid') ?? '';
  if (browserOf(step, device) === undefined) return true;
  forgetBrowser(step, device);
  step.emit('unlinked', `${device} has logged itself out`, { device });
  return true;
}

function beLive(step: Step, browser: DeviceJid | undefined): void {
  const state = bridgeOf(step.store);
  if (state.live !== undefined) endCallsOf(step, state.live);
  state.live = browser;
  state.unconfirmed.clear();
  state.retries = 0;
}

/** A browser this phone does not know, or not any more, is to be logged out. */
function endUnknown(step: Step, browser: DeviceJid): void {
  // One that is being paired may be here before the word that it is.
  if (step.tx.get('pending-pair', SELF) === undefined) dismiss(step, browser);
}

function takeSealed(step: Step, browser: DeviceJid, tag: string, payload: Uint8Array): void {
  const keys = browserOf(step, browser);
  if (keys === undefined) {
    step.refuseAs('not-allowed', 'a browser that is not paired with this phone wants something');
    return endUnknown(step, browser);
  }
  const content = open(keys, payload, step.context.crypto);
  if (isRejected(content)) return step.refuse(content);
  const request = readRequest(content);
  if (isRejected(request)) return step.refuse(request);
  if (bridgeOf(step.store).live !== browser) beLive(step, browser);
  takeRequest(step, browser, tag, request);
}

/** A push found no answer: all chats anew. False when the timer is not ours. */
export function takePushTimer(step: Step, name: string): boolean {
  if (name !== PUSH_TIMER) return false;
  step.cancelTimer(PUSH_TIMER);
  const state = bridgeOf(step.store);
  const oldestUs = state.unconfirmed.values().next().value;
  const isUp = linkStateOf(step.store).phase === 'active';
  if (oldestUs === undefined || state.live === undefined || !isUp) return true;
  const waitedUs = step.nowUs - oldestUs;
  if (waitedUs >= 0 && waitedUs < waitUs(state.retries)) {
    step.setTimer(PUSH_TIMER, oldestUs + waitUs(state.retries));
    return true;
  }
  state.retries += 1;
  pushChats(step);
  return true;
}

/** What the step did, told to the live browser; and a pairing that can go on. */
export function advanceBridge(step: Step): void {
  resumePairing(step);
  const state = bridgeOf(step.store);
  if (linkStateOf(step.store).phase !== 'active') return state.unconfirmed.clear();
  answerFiles(step);
  for (const write of step.tx.writes()) if (write.collection === 'call') tellOfCall(step, write);
  if (state.live === undefined) return;
  const news = step.tx.writes().flatMap((write) => newsIn(step, write));
  pushNews(step, news);
}

function newsIn(step: Step, { collection, key, record }: RecordWrite): WireNode[] {
  const mirrored = MIRRORED.find((one) => one === collection);
  if (mirrored !== undefined) {
    return [NEWS.record(mirrored, key, record as MirroredRecord | undefined)];
  }
  if (record === undefined) return [];
  if (collection === 'shown') {
    const shown = record as ShownRecord;
    const before = step.store.get('shown', key) as ShownRecord | undefined;
    if (before !== undefined) return before.isRead === shown.isRead ? [] : [NEWS.read(shown)];
    const isOwn = userOf(shown.author) === shown.account;
    return [isOwn ? ownNews(step, shown) : messageNews(step, shown)];
  }
  if (collection === 'lost') {
    const lost = record as LostRecord;
    return [NEWS.lost(lost, lost.reason)];
  }
  if (!collection.startsWith('delivered/')) return [];
  const outbox = outboxOf(step, collection.slice('delivered/'.length));
  const isRead = (record as DeliveredRecord).isRead;
  return outbox === undefined || isOwnDevice(step, key) ? [] : [ackNews(outbox, isRead)];
}

function isOwnDevice(step: Step, device: DeviceJid): boolean {
  return userOf(device) === accountOf(step)?.user;
}

function ackNews(outbox: OutboxRecord, isRead: boolean): WireNode {
  return NEWS.ack(outbox, isRead ? 3 : 2, outbox.positionUs);
}
