/**
 * Who must not hear on although nobody hung up (specification 5.9, 7.3, 9.7): a device that was
 * unlinked, an account that was put out of the group, in the middle of a call. The others change
 * their secrets, and a pair's call is over.
 */

import { userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { devicesOf } from './audience.ts';
import { finishCall, tellOver } from './call-end.ts';
import { changeParticipants } from './call-groups.ts';
import { type CallPeerRecord, groupOfCall, type LiveCall, peersOf } from './call-records.ts';
import { groupOf } from './groups.ts';
import { accountOf } from './records.ts';

/**
 * Takes outsiders out of a call under way; whether there were any. Draws as `changeParticipants`.
 */
export function dropOutsiders(step: Step, live: LiveCall): boolean {
  const { call, side } = live;
  if (side.phase !== 'connecting' && side.phase !== 'media') return false;
  const peers = peersOf(step, call.callId).filter(({ state }) => state === 'in');
  const staying = peers.filter((peer) => isInsider(step, live, peer));
  const group = groupOfCall(call);
  const own = accountOf(step)?.user ?? '';
  const isMember = group === undefined || groupOf(step, group)?.members.includes(own) === true;
  if (isMember && staying.length === peers.length) return false;
  if (isMember && staying.length > 0) {
    const others = staying.map(({ device }) => device);
    changeParticipants(step, live, others, side.version);
    return true;
  }
  tellOver(step, live, 'failed');
  finishCall(step, live, side.phase === 'media' ? 'connected' : 'failed');
  return true;
}

function isInsider(step: Step, { call }: LiveCall, peer: CallPeerRecord): boolean {
  const user = userOf(peer.device);
  const group = groupOfCall(call);
  if (group !== undefined && groupOf(step, group)?.members.includes(user) !== true) return false;
  // Who is not listed yet gets no secret; who is not listed any more must not keep one.
  return peer.wants === 'secret' || devicesOf(step, user).includes(peer.device);
}
