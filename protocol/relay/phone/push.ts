/**
 * How a phone speaks to a browser: sealed with the keys of the pairing, in a stanza of its own that
 * the server hands on to the browser while it is live (specification 11.1). Nothing here waits:
 * what a browser did not get, it gets with the list of chats.
 *
 * Assumption: the stanza `<relay>` is ours; how phones carried the sealed payload is not public.
 */

import type { DeviceJid } from '../../contract.ts';
import { linkStateOf } from '../../fanout/device/link-state.ts';
import type { Step } from '../../fanout/step.ts';
import { RELAY_PUSH_WAIT_MAX_US, RELAY_PUSH_WAIT_US } from '../../limits.ts';
import { node, type WireNode } from '../../wire/node.ts';
import { CHANNEL_IV_BYTES, seal } from '../wire/sealed.ts';
import { PHONE_WORDS } from '../wire/words.ts';
import { bridgeOf, browserOf } from './records.ts';

/** The timer that looks for pushes without an answer. */
export const PUSH_TIMER = 'relay-push';

/** Sends a stanza of ours, if there is a connection. `id` names the browser and the tag. */
export function sendRelay(
  step: Step,
  type: string,
  browser: DeviceJid,
  tag: string,
  payload?: Uint8Array,
): void {
  const { connection, phase } = linkStateOf(step.store);
  if (connection === undefined || phase !== 'active') return;
  const id = `${browser}/${tag}`;
  step.send(connection, node('relay', { type, id, browser, tag }, payload));
}

/** Says something to a browser under a tag. Draws secret `relay-iv` (16). */
export function tell(step: Step, browser: DeviceJid, tag: string, word: WireNode): void {
  const keys = browserOf(step, browser);
  if (keys === undefined) return;
  const iv = step.context.secrets.bytes('relay-iv', CHANNEL_IV_BYTES);
  sendRelay(step, 'browser', browser, tag, seal(keys, iv, word, step.context.crypto));
}

/** Says something unasked to the live browser, which confirms it. */
export function push(step: Step, word: WireNode): void {
  const { live } = bridgeOf(step.store);
  if (live === undefined || linkStateOf(step.store).phase !== 'active') return;
  const tag = step.freshId('push');
  tell(step, live, tag, word);
  awaitConfirmation(step, tag);
}

/** Pushes pieces of news. */
export function pushNews(step: Step, news: readonly WireNode[]): void {
  if (news.length > 0) push(step, PHONE_WORDS.news(news));
}

/** From now on the live browser owes a word under this tag. */
export function awaitConfirmation(step: Step, tag: string): void {
  const state = bridgeOf(step.store);
  state.unconfirmed.set(tag, step.nowUs);
  if (!step.hasTimer(PUSH_TIMER)) step.setTimer(PUSH_TIMER, step.nowUs + waitUs(state.retries));
}

/** How long a push may be without an answer after `retries` of them were. */
export function waitUs(retries: number): number {
  return Math.min(RELAY_PUSH_WAIT_US * 2 ** Math.min(retries, 20), RELAY_PUSH_WAIT_MAX_US);
}
