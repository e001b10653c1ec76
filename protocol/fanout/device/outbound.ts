/**
 * Stanzas that must arrive: stored before they leave, sent again in order after every login until
 * the server acknowledges them. Queries live with their connection; what asked for them asks again.
 */

import { UNACKNOWLEDGED_MAX_US } from '../../limits.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import { labelOf, type Step } from '../step.ts';
import { linkStateOf, type Query } from './link-state.ts';
import type { OutboundRecord } from './records.ts';

const UNACKNOWLEDGED_TIMER = 'unacknowledged';

/**
 * The key under which an acknowledgement finds a stanza: class, id, recipient, and what tells it
 * from others of that name: a message's count, else the type.
 */
export function outboundKey(stanza: string, id: string, to: string, type = ''): string {
  return `${stanza}|${id}|${to}|${type}`;
}

/** Stores a stanza for sending and sends it when the connection is active. */
export function sendReliably(step: Step, stanza: WireNode): void {
  const type = attribute(stanza, stanza.tag === 'message' ? 'sent' : 'type') ?? '';
  const id = attribute(stanza, 'id') ?? '';
  const key = outboundKey(stanza.tag, id, attribute(stanza, 'to') ?? '', type);
  const record: OutboundRecord = {
    kind: 'outbound',
    label: labelOf(stanza),
    bytes: encodeFrame(stanza),
    sentCount: Number(attribute(stanza, 'sent') ?? '0'),
  };
  step.tx.put('outbound', key, record);
  if (linkStateOf(step.store).phase === 'active') transmit(step, key, record);
}

function transmit(step: Step, key: string, record: OutboundRecord): void {
  const state = linkStateOf(step.store);
  if (state.connection === undefined) return;
  step.sendBytes(state.connection, record.bytes, record.label);
  expectAnswer(step, key);
}

/** Sends everything unacknowledged again, in order; called once a login is through. */
export function sendUnacknowledged(step: Step): void {
  for (const [key, record] of step.tx.entries('outbound')) {
    transmit(step, key, record as OutboundRecord);
  }
}

/** The server has taken the stanza. False when none such was outstanding. */
export function settleOutbound(step: Step, key: string): boolean {
  linkStateOf(step.store).awaiting.delete(key);
  if (step.tx.get('outbound', key) === undefined) return false;
  step.tx.delete('outbound', key);
  return true;
}

/** Sends a query; its answer comes back under the same id. */
export function ask(step: Step, stanza: WireNode, query: Query): void {
  const state = linkStateOf(step.store);
  const id = attribute(stanza, 'id') ?? '';
  if (state.connection === undefined) return;
  state.queries.set(id, query);
  step.send(state.connection, stanza);
  expectAnswer(step, `iq|${id}`);
}

/** Takes the query an answer belongs to. */
export function takeQuery(step: Step, id: string): Query | undefined {
  const state = linkStateOf(step.store);
  const query = state.queries.get(id);
  state.queries.delete(id);
  state.awaiting.delete(`iq|${id}`);
  return query;
}

/** Whether a query of this kind is in flight, for which `wanted` holds. */
export function isAsking(step: Step, wanted: (query: Query) => boolean): boolean {
  for (const query of linkStateOf(step.store).queries.values()) if (wanted(query)) return true;
  return false;
}

/** From now on something under `key` is owed to us; 60 s without it close the connection. */
export function expectAnswer(step: Step, key: string): void {
  const state = linkStateOf(step.store);
  state.awaiting.delete(key);
  state.awaiting.set(key, step.nowUs);
  if (!step.hasTimer(UNACKNOWLEDGED_TIMER)) {
    step.setTimer(UNACKNOWLEDGED_TIMER, step.nowUs + UNACKNOWLEDGED_MAX_US);
  }
}

/** What was owed under `key` has come. */
export function noteAnswered(step: Step, key: string): void {
  linkStateOf(step.store).awaiting.delete(key);
}

/**
 * The timer fired: close the connection when the oldest stanza or query waited too long (contract
 * 3).
 */
export function closeIfStalled(step: Step): void {
  const state = linkStateOf(step.store);
  step.cancelTimer(UNACKNOWLEDGED_TIMER);
  const oldestUs = state.awaiting.values().next().value;
  if (oldestUs === undefined || state.connection === undefined) return;
  // A clock that was set back says nothing about how long it took: then too, begin anew.
  const waitedUs = step.nowUs - oldestUs;
  if (waitedUs >= UNACKNOWLEDGED_MAX_US || waitedUs < 0) step.close(state.connection);
  else step.setTimer(UNACKNOWLEDGED_TIMER, oldestUs + UNACKNOWLEDGED_MAX_US);
}

/**
 * The lowest count of an unacknowledged stanza, or the next one: what the server has not seen below
 * it does not exist any more.
 */
export function firstOutstandingCount(step: Step, sentSoFar: number): number {
  for (const [, entry] of step.tx.entries('outbound')) {
    const { sentCount } = entry as OutboundRecord;
    if (sentCount > 0) return sentCount;
  }
  return sentSoFar + 1;
}
