/**
 * V1: calls end. Nobody rings or calls for ever: at the end of the heal phase no device shows a
 * call that is still ringing or being made, and who is connected has somebody who is connected with
 * it. A call that has ended stays so; a missed one may learn that another device took it. Judged
 * from the public `call` records. Not of the catalogue: calls have no section there; the
 * specification is 9.6.
 */

import type { CallRecord, DeviceJid } from '../../protocol/contract.ts';
import { userOf } from '../ledger/ledger.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** V1: the definition a run judges by; the rules are at the top of this file. */
export const v1: Property = {
  id: 'V1',
  name: 'calls end',
  summary: 'Nobody rings for ever, and nobody is in a call alone.',
  judge: judgeEnds,
};

const ELSEWHERE = ['answered-elsewhere', 'rejected-elsewhere'];

function judgeEnds(view: JudgeView): Judge {
  /** By host and call id. */
  const calls = new Map<string, Map<string, CallRecord>>();
  return {
    kinds: ['commit'],
    collections: ['call'],
    observe(event) {
      if (event.kind !== 'commit') return;
      for (const { collection, key, before, after } of event.changes) {
        if (collection !== 'call') continue;
        const known = calls.get(event.node) ?? new Map<string, CallRecord>();
        calls.set(event.node, known);
        if (after === undefined) known.delete(key);
        else {
          known.set(key, after as CallRecord);
          if (view.ledger.isUndo) continue; // a disk that went back
          judgeChange(view, event.node, before as CallRecord | undefined, after as CallRecord);
        }
      }
    },
    finish() {
      const connected = connectedDevices(view, calls);
      for (const [host, known] of calls) {
        if (view.ledger.isUnusable(host)) continue;
        for (const record of known.values()) judgeEnd(view, host, record, connected);
      }
    },
  };
}

function judgeChange(
  view: JudgeView,
  host: string,
  before: CallRecord | undefined,
  after: CallRecord,
): void {
  if (before?.state !== 'ended') return;
  const isSame = after.state === 'ended' && after.outcome === before.outcome;
  const isLearned = before.outcome === 'missed' && ELSEWHERE.includes(after.outcome);
  view.check(isSame || (after.state === 'ended' && isLearned), after.callId, () => {
    return `${host} changed a call that had ended from ${before.outcome} to ${after.state}`;
  });
}

/** Devices that are connected at the end, by call. */
function connectedDevices(
  view: JudgeView,
  calls: ReadonlyMap<string, ReadonlyMap<string, CallRecord>>,
): ReadonlyMap<string, ReadonlySet<DeviceJid>> {
  const out = new Map<string, Set<DeviceJid>>();
  for (const [host, known] of calls) {
    const own = view.ledger.linkage.deviceOf(host);
    if (own === undefined) continue;
    // To the other end a browser is its phone.
    const device = view.ledger.linkage.isBrowser(own) ? userOf(own) : own;
    for (const { callId, state } of known.values()) {
      if (state === 'connected') out.set(callId, (out.get(callId) ?? new Set()).add(device));
    }
  }
  return out;
}

function judgeEnd(
  view: JudgeView,
  host: string,
  { callId, state, peers }: CallRecord,
  connected: ReadonlyMap<string, ReadonlySet<DeviceJid>>,
): void {
  const others = connected.get(callId);
  const isInTouch = peers.some((peer) => others?.has(peer) === true);
  const isSettled = state === 'ended' || (state === 'connected' && isInTouch);
  view.check(isSettled, callId, () => {
    return state === 'connected'
      ? `${host} is connected with nobody in a call that is over for the others`
      : `a call on ${host} is ${state} at the end of the heal phase`;
  });
}
