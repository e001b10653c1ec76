/**
 * How a call ends on this device, by whomever: who is told, what the call log says, and that its
 * secrets are gone (specification 9.6). Everything that ends a call comes here.
 */

import type { CallRecord, DeviceJid } from '../../contract.ts';
import { type TerminateReason, terminateStanza } from '../../messages/call-stanza.ts';
import { userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { closeMedia } from './call-media.ts';
import {
  callTimer,
  dropPeer,
  groupOfCall,
  type LiveCall,
  liveCall,
  peersOf,
  putCall,
} from './call-records.ts';
import { sendReliably } from './outbound.ts';
import { accountOf } from './records.ts';

/** What the call log can say (public record `call`). */
export type Outcome =
  | 'connected'
  | 'missed'
  | 'answered-elsewhere'
  | 'rejected'
  | 'rejected-elsewhere'
  | 'cancelled'
  | 'failed';

/** Writes the last word on a live call and forgets its secrets. */
export function finishCall(step: Step, live: LiveCall, outcome: Outcome): CallRecord {
  const { call } = live;
  const { callId } = call;
  const ended = putCall(step, call, { state: 'ended', outcome });
  step.tx.delete('call-side', callId);
  for (const { device } of peersOf(step, callId)) dropPeer(step, callId, device);
  step.cancelTimer(callTimer(callId));
  const media = closeMedia(step, callId, call.isVideo);
  step.emit('call-ended', `the call with ${call.chat} ended as ${outcome}`, {
    callId,
    outcome,
    ...media,
  });
  return ended;
}

/** Tells one device that the call is over for it. */
export function sendTerminate(
  step: Step,
  call: CallRecord,
  to: string,
  reason: TerminateReason,
): void {
  const id = step.context.numbers.bytes('call-stanza', 8);
  sendReliably(step, terminateStanza(stanzaId(id), to, call, reason));
}

/** A stanza id of 16 hex digits. */
export function stanzaId(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text.toUpperCase();
}

/**
 * Tells everybody who may still ring or talk: in a group the server, which knows who takes part;
 * between two accounts each device that was offered the call and has not left it, but `except`.
 */
export function tellOver(
  step: Step,
  live: LiveCall,
  reason: TerminateReason,
  except?: DeviceJid,
): void {
  const { call, side } = live;
  if (side.phase === 'wanting' || side.phase === 'unopened') return; // nobody knows of it
  const group = groupOfCall(call);
  if (group !== undefined) {
    if (side.phase !== 'ringing') sendTerminate(step, call, group, reason);
    return;
  }
  const isCaller = call.creator === accountOf(step)?.device;
  if (!isCaller) return sendTerminate(step, call, call.creator, reason);
  for (const { device, state } of peersOf(step, call.callId)) {
    if (state !== 'gone' && device !== except) sendTerminate(step, call, device, reason);
  }
}

/** The other devices of `device`'s account learn why it stops ringing. */
export function tellElsewhere(
  step: Step,
  live: LiveCall,
  device: DeviceJid,
  reason: TerminateReason,
): void {
  for (const peer of peersOf(step, live.call.callId)) {
    const isOther = peer.device !== device && userOf(peer.device) === userOf(device);
    if (!isOther || peer.state === 'gone') continue;
    sendTerminate(step, live.call, peer.device, reason);
    dropPeer(step, live.call.callId, peer.device);
  }
}

/** The program has just started: no call outlives its end, and nobody rings for ever. */
export function endInterruptedCalls(step: Step): void {
  for (let live = liveCall(step); live !== undefined; live = liveCall(step)) {
    const isRinging = live.side.phase === 'ringing';
    // A phone that comes back within the minute would ring on: it takes the call as missed.
    if (!isRinging) tellOver(step, live, 'failed');
    finishCall(step, live, isRinging ? 'missed' : 'failed');
  }
  endDamagedCalls(step);
}

/** What the disk lost half of: no call without its side stays open, no secret without its call. */
export function endDamagedCalls(step: Step): void {
  for (const [, entry] of step.tx.entries('call')) {
    const call = entry as CallRecord;
    if (call.state !== 'ended') putCall(step, call, { state: 'ended', outcome: 'failed' });
  }
  for (const name of ['call-side', 'call-peer']) {
    for (const [key] of step.tx.entries(name)) step.tx.delete(name, key);
  }
}
