/**
 * Participants of a group's call (specification 9.7): whenever somebody joins or leaves, this
 * device makes a new secret to send under and gives it to those who take part, so that who has left
 * cannot hear on. The server says who takes part; only listed devices of members are believed.
 */

import type { CallRecord, DeviceJid, GroupJid } from '../../contract.ts';
import { CALL_CONNECT_BEAT_US } from '../../limits.ts';
import { CALL_KEY_BYTES } from '../../messages/call-keys.ts';
import type { CallName, CallSignal } from '../../messages/call-stanza.ts';
import { userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { devicesOf } from './audience.ts';
import { finishCall, sendTerminate } from './call-end.ts';
import {
  callOf,
  callTimer,
  dropPeer,
  type LiveCall,
  liveCallNamed,
  NO_SECRET,
  peerOf,
  peersOf,
  putCall,
  putPeer,
  putSide,
} from './call-records.ts';
import { groupOf } from './groups.ts';
import { askForLists } from './known-lists.ts';
import { accountOf } from './records.ts';

/** Handles `<group_update>` of the server. Draws secret `call-key`. */
export function takeGroupUpdate(
  step: Step,
  group: GroupJid,
  name: CallName,
  update: Extract<CallSignal, { kind: 'group_update' }>,
): void {
  const own = accountOf(step)?.device;
  const live = liveCallNamed(step, name);
  const takesPart = own !== undefined && update.participants.includes(own);
  if (live === undefined || !['offered', 'connecting', 'media'].includes(live.side.phase)) {
    const known = live?.call ?? callOf(step, name.callId);
    const isMine = known?.chat === group && known.creator === name.creator;
    if (takesPart && isMine) leaveStale(step, known);
    return;
  }
  const { call, side } = live;
  if (call.chat !== group || update.version <= side.version) return;
  if (!takesPart) {
    finishCall(step, live, side.phase === 'media' ? 'connected' : 'failed');
    return;
  }
  const others = update.participants.filter((device) => {
    return device !== own && mayTakePart(step, group, device);
  });
  changeParticipants(step, live, others, update.version);
}

/** The server counts this device in, and it is not: it was restarted in between. */
function leaveStale(step: Step, call: CallRecord): void {
  if (call.state === 'ended') sendTerminate(step, call, call.chat, 'failed');
}

function mayTakePart(step: Step, group: GroupJid, device: DeviceJid): boolean {
  const user = userOf(device);
  if (groupOf(step, group)?.members.includes(user) !== true) {
    step.refuseAs('not-allowed', `${device} is of no member of ${group}`, { device });
    return false;
  }
  if (!devicesOf(step, user).includes(device)) {
    step.refuseAs('unlisted-device', `${device} is not in its account's device list`);
    askForLists(step, [user]);
  }
  return true;
}

/**
 * This device talks to `others` from now on, under a new secret, whether the server said so or this
 * device takes the rest for gone. Draws secret `call-key`.
 */
export function changeParticipants(
  step: Step,
  live: LiveCall,
  others: readonly DeviceJid[],
  version: number,
): void {
  const { call, side } = live;
  const { callId } = call;
  for (const { device, state } of peersOf(step, callId)) {
    const isOut = state !== 'offered' && !others.includes(device);
    if (isOut) dropPeer(step, callId, device);
  }
  for (const device of others) {
    const before = peerOf(step, callId, device);
    // What an offer said is known to all who were called: nobody talks under it.
    const isOfOffer = before?.generation === 0;
    const secret = before === undefined || isOfOffer ? NO_SECRET : before.secret;
    putPeer(step, callId, device, { state: 'in', wants: 'secret', count: 0, secret });
  }
  const peers = putCall(step, call, { peers: others });
  const next = putSide(
    step,
    { call: peers, side },
    {
      version,
      secret: step.context.secrets.bytes('call-key', CALL_KEY_BYTES),
      generation: side.generation + 1,
      phase: side.phase === 'offered' && others.length > 0 ? 'connecting' : side.phase,
    },
  );
  step.emit('call-rekey', `${others.length} others take part; a new secret for them`, {
    callId,
    generation: next.side.generation,
  });
  if (next.side.phase !== side.phase) {
    step.setTimer(callTimer(callId), step.nowUs + CALL_CONNECT_BEAT_US);
  }
}
