/**
 * V2: one answer. In a call at most one device of each account is ever connected, and a call
 * between two accounts connects one device of each with the other: the first answer wins. Judged
 * from the public `call` records. Not of the catalogue: calls have no section there; the
 * specification is 9.6.
 */

import type { CallRecord, DeviceJid, UserJid } from '../../protocol/contract.ts';
import { userOf } from '../ledger/ledger.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** V2: the definition a run judges by; the rules are at the top of this file. */
export const v2: Property = {
  id: 'V2',
  name: 'one answer',
  summary: 'At most one device of an account is ever connected in a call.',
  judge: judgeAnswers,
};

function judgeAnswers(view: JudgeView): Judge {
  /** The device of each account that was connected, by call. */
  const connected = new Map<string, Map<UserJid, DeviceJid>>();
  return {
    kinds: ['commit'],
    collections: ['call'],
    observe(event) {
      if (event.kind !== 'commit' || view.ledger.isUndo) return;
      for (const { collection, after } of event.changes) {
        if (collection !== 'call' || after === undefined) continue;
        const { callId, chat, state, peers } = after as CallRecord;
        if (state !== 'connected') continue;
        const device = view.ledger.linkage.deviceOf(event.node);
        if (device === undefined) continue;
        const known = connected.get(callId) ?? new Map<UserJid, DeviceJid>();
        connected.set(callId, known);
        const user = userOf(device);
        const first = known.get(user) ?? device;
        known.set(user, first);
        view.check(first === device, callId, () => {
          return `${event.node} is connected in a call that another device of its account took`;
        });
        const isPair = chat.endsWith('@g.us') || peers.length === 1;
        view.check(isPair && !peers.includes(device), callId, () => {
          return `${event.node} exchanges media with ${peers.length} devices of one person`;
        });
      }
    },
  };
}
