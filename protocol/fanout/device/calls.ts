/**
 * Calls as people make them (specification 9.6): call, answer, reject, hang up, and what time does
 * to a call. One call at a time on a device; calls need no phone.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { CallRecord, Command } from '../../contract.ts';
import {
  CALL_BEAT_US,
  CALL_CONNECT_BEAT_US,
  CALL_CONNECT_BEATS,
  CALL_MEMBERS_MAX,
  CALL_RING_US,
  CALL_SILENT_BEATS_MAX,
} from '../../limits.ts';
import { CALL_KEY_BYTES } from '../../messages/call-keys.ts';
import { acceptStanza, rejectStanza } from '../../messages/call-stanza.ts';
import { isGroupJid } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { finishCall, stanzaId, tellOver } from './call-end.ts';
import { changeParticipants } from './call-groups.ts';
import { countBeat, sendPacket } from './call-media.ts';
import {
  type CallSideRecord,
  callTimer,
  groupOfCall,
  type LiveCall,
  liveCall,
  peersOf,
  putCall,
  putPeer,
  putSide,
} from './call-records.ts';
import { oldMemberOf, refuseOldContact } from './capability.ts';
import { groupOf } from './groups.ts';
import { sendReliably } from './outbound.ts';
import { accountOf } from './records.ts';

const CALL_ID_BYTES = 16;

/**
 * A person calls an account or a group. `named`: the id the call was given where it was begun.
 * Draws secret `call-key`, and number `call-id` unless it is named.
 */
export function takeCallCommand(
  step: Step,
  command: Extract<Command, { kind: 'call' }>,
  named?: string,
): void {
  const account = accountOf(step);
  const { to, isVideo } = command;
  const group = isGroupJid(to) ? groupOf(step, to) : undefined;
  if (account === undefined || to === account.user || (isGroupJid(to) && group === undefined)) {
    return step.refuseAs('not-allowed', `this device cannot call ${to}`, { to });
  }
  if (liveCall(step) !== undefined) {
    return step.refuseAs('not-allowed', 'this device is in a call', { to });
  }
  const old = oldMemberOf(step, to);
  if (old !== undefined) return refuseOldContact(step, old);
  if (group !== undefined && group.members.length > CALL_MEMBERS_MAX) {
    return step.refuseAs('limit-reached', `${to} has too many members for a call`, { to });
  }
  const callId = named ?? freshCallId(step);
  const call: CallRecord = {
    kind: 'call',
    callId,
    chat: to,
    creator: account.device,
    isVideo,
    state: 'calling',
    outcome: '',
    peers: [],
  };
  const side: CallSideRecord = {
    kind: 'call-side',
    phase: 'wanting',
    secret: step.context.secrets.bytes('call-key', CALL_KEY_BYTES),
    generation: 0,
    version: 0,
  };
  step.tx.put('call', callId, call);
  step.tx.put('call-side', callId, side);
  step.setTimer(callTimer(callId), step.nowUs + CALL_RING_US);
}

/** An id nobody has given to a call. Draws number `call-id` (16). */
export function freshCallId(step: Step): string {
  return bytesToHex(step.context.numbers.bytes('call-id', CALL_ID_BYTES));
}

/** What a person does with the call on this device. */
export function takeCallDeed(
  step: Step,
  deed: Extract<Command, { kind: 'answer-call' | 'reject-call' | 'end-call' }>['kind'],
): void {
  switch (deed) {
    case 'answer-call':
      return takeAnswerCommand(step);
    case 'reject-call':
      return takeRejectCommand(step);
    case 'end-call':
      return takeEndCommand(step);
  }
}

function ringing(step: Step): LiveCall | undefined {
  const live = liveCall(step);
  if (live?.side.phase === 'ringing') return live;
  step.refuseAs('not-allowed', 'no call rings on this device');
  return undefined;
}

function takeAnswerCommand(step: Step): void {
  const live = ringing(step);
  if (live === undefined) return;
  const { call } = live;
  const id = stanzaId(step.context.numbers.bytes('call-stanza', 8));
  sendReliably(step, acceptStanza(id, groupOfCall(call) ?? call.creator, call));
  const isGroup = groupOfCall(call) !== undefined;
  if (!isGroup) putPeer(step, call.callId, call.creator, { state: 'in' });
  const peers = isGroup ? [] : [call.creator];
  beginConnecting(step, { ...live, call: putCall(step, call, { peers }) });
}

/** Both ends are known: packets go out until one comes back. */
export function beginConnecting(step: Step, live: LiveCall): void {
  const { callId } = live.call;
  const next = putSide(step, live, { phase: 'connecting' });
  step.setTimer(callTimer(callId), step.nowUs + CALL_CONNECT_BEAT_US);
  sendPackets(step, next);
}

/** One packet to everybody who holds this device's current secret. */
export function sendPackets(step: Step, live: LiveCall): void {
  const ready = peersOf(step, live.call.callId).filter(({ state, wants }) => {
    return state === 'in' && wants === 'nothing';
  });
  sendPacket(
    step,
    live,
    ready.map(({ device }) => device),
  );
}

function takeRejectCommand(step: Step): void {
  const live = ringing(step);
  if (live !== undefined) decline(step, live);
}

function decline(step: Step, live: LiveCall): void {
  const { call } = live;
  const id = stanzaId(step.context.numbers.bytes('call-stanza', 8));
  const why = { reason: 'declined', count: 0, registrationId: 0 } as const;
  sendReliably(step, rejectStanza(id, groupOfCall(call) ?? call.creator, call, why));
  finishCall(step, live, 'rejected');
}

/** Hangs up, gives up calling, or declines. */
function takeEndCommand(step: Step): void {
  const live = liveCall(step);
  if (live === undefined || live.side.phase === 'unopened') {
    return step.refuseAs('not-allowed', 'there is no call on this device');
  }
  if (live.side.phase === 'ringing') return decline(step, live);
  tellOver(step, live, 'hang-up');
  finishCall(step, live, live.side.phase === 'media' ? 'connected' : 'cancelled');
}

/** The timer of a call; false when it is another. */
export function takeCallTimer(step: Step, name: string): boolean {
  if (!name.startsWith('call/')) return false;
  const live = liveCall(step);
  step.cancelTimer(name);
  if (live === undefined || callTimer(live.call.callId) !== name) return true;
  switch (live.side.phase) {
    case 'connecting':
      connectingBeat(step, live);
      return true;
    case 'media':
      mediaBeat(step, live);
      return true;
    default:
      stopRinging(step, live);
      return true;
  }
}

function stopRinging(step: Step, live: LiveCall): void {
  const { phase } = live.side;
  const isCaller = phase === 'wanting' || phase === 'offered';
  if (isCaller) tellOver(step, live, 'timeout');
  finishCall(step, live, phase === 'wanting' || phase === 'unopened' ? 'failed' : 'missed');
}

function connectingBeat(step: Step, live: LiveCall): void {
  const { callId } = live.call;
  const { beats } = countBeat(step, callId, CALL_CONNECT_BEATS);
  if (beats >= CALL_CONNECT_BEATS) {
    tellOver(step, live, 'failed');
    finishCall(step, live, 'failed');
    return;
  }
  step.setTimer(callTimer(callId), step.nowUs + CALL_CONNECT_BEAT_US);
  sendPackets(step, live);
}

/**
 * Whoever is silent for too long is gone, and what it holds opens nothing more; alone, this device
 * hangs up.
 */
function mediaBeat(step: Step, live: LiveCall): void {
  const { call } = live;
  const { silent } = countBeat(step, call.callId, CALL_SILENT_BEATS_MAX);
  const peers = call.peers.filter((device) => !silent.includes(device));
  if (peers.length === 0) {
    tellOver(step, live, 'failed');
    finishCall(step, live, 'connected');
    return;
  }
  step.setTimer(callTimer(call.callId), step.nowUs + CALL_BEAT_US);
  if (silent.length > 0) changeParticipants(step, live, peers, live.side.version);
  else sendPackets(step, live);
}
