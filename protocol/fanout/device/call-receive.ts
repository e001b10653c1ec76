/**
 * Signals of calls as they come (specification 9.6, 9.7; D.6): who may ring here, the first answer
 * wins, a key that does not open is asked for again at most five times. What belongs to no live
 * call is answered so that the other end stops.
 */

import type { CallRecord, DeviceJid, UserJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { CALL_BEAT_US, CALL_ENC_RETRY_MAX, CALL_RING_US } from '../../limits.ts';
import { ackOf } from '../../messages/acks.ts';
import { CALL_KEY_BYTES } from '../../messages/call-keys.ts';
import {
  type CallName,
  type CallOffer,
  type CallRekey,
  type IncomingCall,
  offerReceipt,
  type RejectReason,
  readCall,
  readRekeyRetry,
  rejectStanza,
  rekeyRetryStanza,
  type TerminateReason,
} from '../../messages/call-stanza.ts';
import { selfIdentity } from '../../signal/records.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import { attribute, child, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { finishCall, type Outcome, sendTerminate, stanzaId, tellElsewhere } from './call-end.ts';
import { takeGroupUpdate } from './call-groups.ts';
import { beginMedia, hearPacket } from './call-media.ts';
import {
  type CallSideRecord,
  callOf,
  callTimer,
  groupOfCall,
  liveCall,
  liveCallNamed,
  NO_SECRET,
  peerOf,
  peersOf,
  putCall,
  putPeer,
  putSide,
} from './call-records.ts';
import { beginConnecting, sendPackets } from './calls.ts';
import { groupOf } from './groups.ts';
import { linkStateOf } from './link-state.ts';
import { type Opened, openPairwise } from './open.ts';
import { sendReliably } from './outbound.ts';
import { sendIfConnected } from './receipts.ts';
import { accountOf } from './records.ts';
import { renewSession } from './resend.ts';

/** Handles `<call>`. Everything but media packets is acknowledged, readable or not (L6). */
export function takeCall(step: Step, connection: number, stanza: WireNode): void {
  const message = readCall(stanza);
  const isPacket = !isRejected(message) && message.signal.kind === 'packet';
  if (!isPacket) step.send(connection, ackOf(stanza));
  if (isRejected(message)) return step.refuse(message);
  const { signal, name, from } = message;
  if (isGroupJid(from)) {
    if (signal.kind === 'group_update') return takeGroupUpdate(step, from, name, signal);
    if (signal.kind !== 'terminate') return refuseSender(step, message);
  }
  switch (signal.kind) {
    case 'offer':
      return takeOffer(step, message, signal);
    case 'accept':
      return takeAccept(step, message);
    case 'reject':
      return takeReject(step, message, signal);
    case 'terminate':
      return takeTerminate(step, message, signal.reason);
    case 'enc_rekey':
      return takeRekey(step, message, signal);
    case 'packet':
      return takePacket(step, message, signal.bytes);
    case 'group_update':
      return refuseSender(step, message);
  }
}

function refuseSender(step: Step, { from, signal, name }: IncomingCall): void {
  const facts = { from, callId: name.callId };
  step.refuseAs('not-allowed', `${from} may not send ${signal.kind} in this call`, facts);
}

// ---------------------------------------------------------------- offers

/** The account or group that an offer shows; undefined when its sender may not call here. */
function chatOfOffer(step: Step, { from, name }: IncomingCall, offer: CallOffer) {
  const caller: UserJid = userOf(from);
  if (name.creator !== from || caller === accountOf(step)?.user) return undefined;
  if (offer.group === undefined) return caller;
  const isMember = groupOf(step, offer.group)?.members.includes(caller) === true;
  return isMember ? offer.group : undefined;
}

function takeOffer(step: Step, message: IncomingCall, offer: CallOffer): void {
  const { name, from } = message;
  const chat = chatOfOffer(step, message, offer);
  if (chat === undefined) return refuseSender(step, message);
  const known = callOf(step, name.callId);
  const live = liveCallNamed(step, name);
  const isAwaited = live?.side.phase === 'unopened';
  if (known !== undefined && !isAwaited) return; // it came a second time
  const opened = openKey(step, from, offer);
  const record: CallRecord = known ?? {
    kind: 'call',
    callId: name.callId,
    chat,
    creator: from,
    isVideo: offer.isVideo,
    state: 'ringing',
    outcome: '',
    peers: [],
  };
  if (opened instanceof Uint8Array) return ring(step, message, record, { offer, secret: opened });
  if (offer.isLate) return logEnded(step, record, 'missed');
  if (opened.kind === 'unreadable' || offer.enc.retryCount >= CALL_ENC_RETRY_MAX) {
    answerOffer(step, name, 'parse-error', 0);
    if (live === undefined) logEnded(step, record, 'failed');
    else finishCall(step, live, 'failed');
    return;
  }
  if (live === undefined) {
    if (liveCall(step) !== undefined) return refuseBusy(step, record);
    begin(step, record, 'unopened', NO_SECRET);
  }
  answerOffer(step, name, 'enc', offer.enc.retryCount + 1);
}

function ring(
  step: Step,
  message: IncomingCall,
  record: CallRecord,
  { offer, secret }: { readonly offer: CallOffer; readonly secret: Uint8Array },
): void {
  const { callId, creator } = record;
  if (offer.isLate) return logEnded(step, record, 'missed');
  const live = liveCall(step);
  if (live !== undefined && live.call.callId !== callId) return refuseBusy(step, record);
  begin(step, record, 'ringing', secret);
  putPeer(step, callId, creator, { state: 'offered', secret });
  sendIfConnected(step, offerReceipt(message.id, creator, record));
}

function begin(
  step: Step,
  record: CallRecord,
  phase: CallSideRecord['phase'],
  secret: Uint8Array,
): void {
  const { callId } = record;
  step.tx.put('call', callId, record);
  const side: CallSideRecord = { kind: 'call-side', phase, secret, generation: 0, version: 0 };
  step.tx.put('call-side', callId, side);
  if (!step.hasTimer(callTimer(callId))) {
    step.setTimer(callTimer(callId), step.nowUs + CALL_RING_US);
  }
}

function logEnded(step: Step, record: CallRecord, outcome: Outcome): void {
  const { callId } = record;
  const ended: CallRecord = { ...record, state: 'ended', outcome };
  step.tx.put('call', callId, ended);
  step.emit('call-ended', `a call of ${record.chat} is logged as ${outcome}`, { callId, outcome });
}

function refuseBusy(step: Step, record: CallRecord): void {
  answerOffer(step, record, 'busy', 0);
  logEnded(step, record, 'missed');
}

/** To the caller alone, in a group too: it is its offer that cannot be taken. */
function answerOffer(step: Step, name: CallName, reason: RejectReason, count: number): void {
  const registrationId = selfIdentity(step.tx)?.registrationId ?? 0;
  const id = stanzaId(step.context.numbers.bytes('call-stanza', 8));
  sendReliably(step, rejectStanza(id, name.creator, name, { reason, count, registrationId }));
}

/** The 32 bytes in a ciphertext of a call. */
function openKey(
  step: Step,
  author: DeviceJid,
  { enc, deviceIdentity }: Pick<CallOffer, 'enc' | 'deviceIdentity'>,
): Uint8Array | Exclude<Opened, { kind: 'opened' }> {
  const opened = openPairwise(step, { author, type: enc.type, bytes: enc.bytes, deviceIdentity });
  if (opened.kind !== 'opened') return opened;
  const { body, sentTo, distribution } = opened.content;
  const isPlain = sentTo === undefined && distribution === undefined;
  if (isPlain && body.kind === 'call' && body.callKey.length === CALL_KEY_BYTES) {
    return body.callKey;
  }
  step.refuseAs('bad-content', `${author} sent a key of a call that is none`, { author });
  return { kind: 'unreadable', reason: 'its content cannot be read', nackCode: 0 };
}

/** Receipts of calls; false when it is another. That a device rings changes nothing here. */
export function takeCallReceipt(step: Step, receipt: WireNode): boolean {
  if (attribute(receipt, 'type') === 'enc_rekey_retry') takeRekeyRetry(step, receipt);
  else if (child(receipt, 'offer') === undefined) return false;
  else {
    const device = attribute(receipt, 'from') ?? '';
    step.emit('rings', `${device} rings`, { device });
  }
  return true;
}

// ---------------------------------------------------------------- answers

function takeAccept(step: Step, message: IncomingCall): void {
  const { name, from } = message;
  const live = liveCallNamed(step, name);
  const call = live?.call ?? callOf(step, name.callId);
  const account = accountOf(step);
  if (call === undefined || call.creator !== account?.device || groupOfCall(call) !== undefined) {
    return refuseSender(step, message);
  }
  if (userOf(from) !== call.chat) return refuseSender(step, message);
  if (call.peers.includes(from)) return; // it came a second time
  const isOffered = live?.side.phase === 'offered' && peerOf(step, name.callId, from) !== undefined;
  if (live === undefined || !isOffered) {
    return sendTerminate(step, call, from, reasonFor(call));
  }
  tellElsewhere(step, live, from, 'accepted_elsewhere');
  putPeer(step, name.callId, from, { state: 'in', secret: live.side.secret });
  beginConnecting(step, { ...live, call: putCall(step, call, { peers: [from] }) });
}

/** Why it is over for a device that answers too late. */
function reasonFor(call: CallRecord): TerminateReason {
  if (call.peers.length > 0) return 'accepted_elsewhere';
  if (call.outcome === 'rejected') return 'rejected_elsewhere';
  return call.outcome === 'cancelled' ? 'hang-up' : 'timeout';
}

function takeReject(
  step: Step,
  message: IncomingCall,
  signal: Extract<IncomingCall['signal'], { kind: 'reject' }>,
): void {
  const { name, from } = message;
  const live = liveCallNamed(step, name);
  const peer = peerOf(step, name.callId, from);
  if (live === undefined || peer === undefined) return; // it is over, or it was never called
  const isCaller = live.call.creator === accountOf(step)?.device;
  if (!isCaller) return refuseSender(step, message);
  if (peer.state !== 'offered') return;
  if (signal.reason === 'enc' && signal.count <= CALL_ENC_RETRY_MAX) {
    return offerAgain(step, name.callId, from, signal);
  }
  const isDeclined = signal.reason === 'declined' && groupOfCall(live.call) === undefined;
  putPeer(step, name.callId, from, { state: 'gone', wants: 'nothing' });
  if (isDeclined) tellElsewhere(step, live, from, 'rejected_elsewhere');
  const isAlone = peersOf(step, name.callId).every(({ state }) => state === 'gone');
  if (live.side.phase !== 'offered' || !(isDeclined || isAlone)) return;
  const isTaken = signal.reason === 'declined' || signal.reason === 'busy';
  finishCall(step, live, isTaken ? 'rejected' : 'failed');
}

/** A device could not open the key: encrypted anew for it, if need be on a new session. */
function offerAgain(
  step: Step,
  callId: string,
  device: DeviceJid,
  asked: { readonly count: number; readonly registrationId: number },
): void {
  renewFor(step, callId, device, asked.count, asked.registrationId);
  putPeer(step, callId, device, { wants: 'offer', count: asked.count });
  step.emit('call-key-again', `${device} could not open the key of a call`, {
    device,
    count: asked.count,
  });
}

function renewFor(
  step: Step,
  id: string,
  device: DeviceJid,
  count: number,
  registrationId: number,
): void {
  linkStateOf(step.store).unusable.delete(device);
  renewSession(step, {
    kind: 'retry-request',
    id,
    device,
    recipient: undefined,
    count,
    positionUs: step.nowUs,
    errorCode: 0,
    registrationId,
    keys: undefined,
    isPeer: false,
  });
}

// ---------------------------------------------------------------- ends

function takeTerminate(step: Step, message: IncomingCall, reason: TerminateReason): void {
  const { name, from } = message;
  const call = callOf(step, name.callId);
  if (call === undefined || call.creator !== name.creator) return;
  const isOfGroup = groupOfCall(call) !== undefined;
  const isPeer = from === call.creator || call.peers.includes(from);
  if (isOfGroup ? from !== call.chat : !isPeer) return refuseSender(step, message);
  const live = liveCallNamed(step, name);
  if (live !== undefined) {
    finishCall(step, live, outcomeOf(live.side.phase, reason));
  } else if (call.outcome === 'missed') {
    const elsewhere = ELSEWHERE.get(reason);
    if (elsewhere !== undefined) putCall(step, call, { outcome: elsewhere });
  }
}

const ELSEWHERE: ReadonlyMap<TerminateReason, Outcome> = new Map([
  ['accepted_elsewhere', 'answered-elsewhere'],
  ['rejected_elsewhere', 'rejected-elsewhere'],
]);

function outcomeOf(phase: CallSideRecord['phase'], reason: TerminateReason): Outcome {
  const elsewhere = ELSEWHERE.get(reason);
  switch (phase) {
    case 'media':
      return 'connected';
    case 'ringing':
    case 'unopened':
      return elsewhere ?? 'missed';
    case 'connecting':
      return elsewhere ?? 'failed';
    case 'wanting':
    case 'offered':
      return reason === 'rejected_elsewhere' ? 'rejected' : 'missed';
  }
}

// ---------------------------------------------------------------- media and secrets

function takePacket(step: Step, message: IncomingCall, bytes: Uint8Array): void {
  const { name, from: device } = message;
  const live = liveCallNamed(step, name);
  const phase = live?.side.phase;
  if (live === undefined || (phase !== 'connecting' && phase !== 'media')) return;
  const peer = peerOf(step, name.callId, device);
  if (peer?.state !== 'in' || peer.secret.length === 0) return;
  const heard = hearPacket(step, live, peer, bytes);
  if (heard === 'refused') return;
  if (phase === 'media') {
    if (heard === 'first') sendPackets(step, live);
    return;
  }
  const connected = putCall(step, live.call, { state: 'connected' });
  const next = putSide(step, { ...live, call: connected }, { phase: 'media' });
  beginMedia(step, name.callId);
  step.setTimer(callTimer(name.callId), step.nowUs + CALL_BEAT_US);
  step.emit('call-connected', `hears ${device}`, { callId: name.callId, device });
  sendPackets(step, next);
}

/** A participant sends under a new secret (specification 9.7). */
function takeRekey(step: Step, message: IncomingCall, rekey: CallRekey): void {
  const { name, from, id } = message;
  const live = liveCallNamed(step, name);
  const group = live && groupOfCall(live.call);
  const isMember = group !== undefined && groupOf(step, group)?.members.includes(userOf(from));
  if (live === undefined) return;
  if (isMember !== true) return refuseSender(step, message);
  const opened = openKey(step, from, rekey);
  const peer = peerOf(step, name.callId, from);
  if (opened instanceof Uint8Array) {
    if ((peer?.secret.length ?? 0) > 0 && rekey.generation <= (peer?.generation ?? 0)) return;
    const isIn = peer?.state === 'in';
    const state = isIn ? 'in' : 'early';
    putPeer(step, name.callId, from, { state, secret: opened, generation: rekey.generation });
    return;
  }
  const isLost = opened.kind === 'failed' && opened.code !== 'duplicate-message';
  const count = rekey.enc.retryCount + 1;
  if (!isLost || count > CALL_ENC_RETRY_MAX) return;
  const registrationId = selfIdentity(step.tx)?.registrationId ?? 0;
  sendIfConnected(step, rekeyRetryStanza(id, { device: from, name, count, registrationId }));
}

/** `<receipt type="enc_rekey_retry">`: a participant could not open our secret. */
function takeRekeyRetry(step: Step, receipt: WireNode): void {
  const retry = readRekeyRetry(receipt);
  if (isRejected(retry)) return step.refuse(retry);
  const { device, name, count, registrationId } = retry;
  const live = liveCallNamed(step, name);
  const peer = peerOf(step, name.callId, device);
  if (live === undefined || peer?.state !== 'in' || count > CALL_ENC_RETRY_MAX) return;
  renewFor(step, name.callId, device, count, registrationId);
  putPeer(step, name.callId, device, { wants: 'secret', count });
}
