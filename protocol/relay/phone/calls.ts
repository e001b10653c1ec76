/**
 * Calls of a phone's live browser (specification 9.6, 11.6): the phone calls with its own sessions,
 * rings together with the browser, and hands the secret over once the call is taken there. From
 * then on the phone's own log says `answered-elsewhere`, and the phone passes packets and the end
 * of the call on (`relayed-call`/CALL).
 *
 * Assumption: as in `wire/calls.ts`; and that the phone may ring for another call meanwhile.
 */

import type { CallRecord, DeviceJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import {
  finishCall,
  type Outcome,
  sendTerminate,
  stanzaId,
  tellElsewhere,
} from '../../fanout/device/call-end.ts';
import {
  callOf,
  groupOfCall,
  type LiveCall,
  liveCall,
  liveCallNamed,
  peerOf,
  putCall,
} from '../../fanout/device/call-records.ts';
import { takeCallCommand, takeCallDeed } from '../../fanout/device/calls.ts';
import { sendReliably } from '../../fanout/device/outbound.ts';
import { sendIfConnected } from '../../fanout/device/receipts.ts';
import { accountOf } from '../../fanout/device/records.ts';
import type { Step } from '../../fanout/step.ts';
import { ackOf } from '../../messages/acks.ts';
import {
  acceptStanza,
  type IncomingCall,
  packetStanza,
  readCall,
  rejectStanza,
} from '../../messages/call-stanza.ts';
import type { RecordWrite, StoredRecord } from '../../store.ts';
import { userOf } from '../../wire/jid.ts';
import type { WireNode } from '../../wire/node.ts';
import { CALL_NEWS, type CallRequest } from '../wire/calls.ts';
import { tell } from './push.ts';
import { bridgeOf } from './records.ts';

/** A call that a browser made or took. */
interface RelayedCallRecord extends StoredRecord {
  readonly kind: 'relayed-call';
  readonly browser: DeviceJid;
  /** The device at the other end; empty while nobody has answered. */
  readonly peer: DeviceJid | '';
}

function relayedOf(step: Step, callId: string): RelayedCallRecord | undefined {
  return step.get<RelayedCallRecord>('relayed-call', callId);
}

function putRelayed(step: Step, callId: string, browser: DeviceJid, peer: DeviceJid | ''): void {
  const record: RelayedCallRecord = { kind: 'relayed-call', browser, peer };
  step.tx.put('relayed-call', callId, record);
}

function say(step: Step, browser: DeviceJid, word: WireNode): void {
  tell(step, browser, step.freshId('call'), word);
}

function freshStanzaId(step: Step): string {
  return stanzaId(step.context.numbers.bytes('call-stanza', 8));
}

// ---------------------------------------------------------------- what the browser wants

/** The live browser wants something of a call. */
export function takeCallRequest(step: Step, browser: DeviceJid, request: CallRequest): void {
  const { callId } = request;
  switch (request.kind) {
    case 'offer':
      return takeOffer(step, browser, request);
    case 'accept':
      return takeAnswer(step, browser, callId);
    case 'reject':
      return takeRejection(step, callId);
    case 'terminate':
      return endRelayed(step, callId, 'hang-up');
    case 'packet': {
      const peer = relayedOf(step, callId)?.peer ?? '';
      const call = callOf(step, callId);
      if (peer === '' || call === undefined) return;
      sendIfConnected(step, packetStanza(freshStanzaId(step), peer, call, request.bytes));
    }
  }
}

function takeOffer(
  step: Step,
  browser: DeviceJid,
  { callId, to, isVideo }: Extract<CallRequest, { kind: 'offer' }>,
): void {
  if (callOf(step, callId) !== undefined) return; // it came a second time
  takeCallCommand(step, { kind: 'call', to, isVideo }, callId);
  if (callOf(step, callId) === undefined) say(step, browser, CALL_NEWS.over(callId, 'failed'));
  else putRelayed(step, callId, browser, '');
}

function ringing(step: Step, callId: string): LiveCall | undefined {
  const live = liveCall(step);
  const isIt = live?.call.callId === callId && groupOfCall(live.call) === undefined;
  return isIt && live.side.phase === 'ringing' ? live : undefined;
}

function takeAnswer(step: Step, browser: DeviceJid, callId: string): void {
  const live = ringing(step, callId);
  if (live === undefined) {
    const call = callOf(step, callId);
    const outcome = call === undefined ? 'failed' : outcomeFor(call);
    return say(step, browser, CALL_NEWS.over(callId, outcome ?? 'answered-elsewhere'));
  }
  const { call } = live;
  sendReliably(step, acceptStanza(freshStanzaId(step), call.creator, call));
  handOver(step, live, browser, call.creator);
}

/** The secret goes to the browser; the phone is out of the call. */
function handOver(step: Step, live: LiveCall, browser: DeviceJid, peer: DeviceJid): void {
  const { callId } = live.call;
  say(step, browser, CALL_NEWS.keys(callId, peer, live.side.secret));
  putRelayed(step, callId, browser, peer);
  const call = putCall(step, live.call, { peers: [peer] });
  finishCall(step, { ...live, call }, 'answered-elsewhere');
}

function takeRejection(step: Step, callId: string): void {
  const live = ringing(step, callId);
  if (live === undefined) return;
  const why = { reason: 'declined', count: 0, registrationId: 0 } as const;
  sendReliably(step, rejectStanza(freshStanzaId(step), live.call.creator, live.call, why));
  finishCall(step, live, 'rejected-elsewhere');
}

/** The browser's part in a call is over: whoever is at the other end hears of it. */
function endRelayed(step: Step, callId: string, reason: 'hang-up' | 'failed'): void {
  const relayed = relayedOf(step, callId);
  const call = callOf(step, callId);
  step.tx.delete('relayed-call', callId);
  if (relayed === undefined || call === undefined) return;
  if (relayed.peer !== '') return sendTerminate(step, call, relayed.peer, reason);
  if (liveCall(step)?.call.callId === callId) takeCallDeed(step, 'end-call');
}

/** A browser is not live any more, or the program has just started (`undefined`: all of them). */
export function endCallsOf(step: Step, browser: DeviceJid | undefined): void {
  for (const [callId, record] of step.tx.entries('relayed-call')) {
    const isIts = browser === undefined || (record as RelayedCallRecord).browser === browser;
    if (isIts) endRelayed(step, callId, 'failed');
  }
}

// ---------------------------------------------------------------- what comes from outside

/** A signal or packet of a call that a browser made or took; false when the app is to take it. */
export function takeRelayedCall(step: Step, connection: number, stanza: WireNode): boolean {
  if (stanza.tag !== 'call' || step.tx.count('relayed-call') === 0) return false;
  const message = readCall(stanza);
  if (isRejected(message)) return false; // the app says what is wrong with it
  const relayed = relayedOf(step, message.name.callId);
  if (relayed === undefined) return false;
  const isTaken = takeSignal(step, relayed, message);
  if (isTaken && message.signal.kind !== 'packet') step.send(connection, ackOf(stanza));
  return isTaken;
}

function takeSignal(
  step: Step,
  { browser, peer }: RelayedCallRecord,
  { name, from, signal }: IncomingCall,
): boolean {
  const { callId } = name;
  if (signal.kind === 'accept' && peer === '') {
    const live = liveCallNamed(step, name);
    if (live?.side.phase !== 'offered' || peerOf(step, callId, from) === undefined) return false;
    tellElsewhere(step, live, from, 'accepted_elsewhere');
    handOver(step, live, browser, from);
    return true;
  }
  if (from !== peer) return false;
  if (signal.kind === 'packet') {
    say(step, browser, CALL_NEWS.packet(callId, signal.bytes));
    return true;
  }
  if (signal.kind !== 'terminate') return signal.kind === 'accept';
  const isElsewhere = signal.reason === 'accepted_elsewhere';
  say(step, browser, CALL_NEWS.over(callId, isElsewhere ? 'answered-elsewhere' : 'failed'));
  step.tx.delete('relayed-call', callId);
  return true;
}

// ---------------------------------------------------------------- what the live browser hears

/** What a browser's log says of a call that came to its phone; undefined while it may ring. */
function outcomeFor({ state, outcome, peers }: CallRecord): Outcome | undefined {
  if (state !== 'ended') return peers.length > 0 ? 'answered-elsewhere' : undefined;
  switch (outcome) {
    case 'connected':
    case 'answered-elsewhere':
      return 'answered-elsewhere';
    case 'rejected':
    case 'rejected-elsewhere':
      return 'rejected-elsewhere';
    default:
      return 'missed';
  }
}

function isMirrored(step: Step, call: CallRecord): boolean {
  const isOwn = userOf(call.creator) === accountOf(step)?.user;
  return !isOwn && groupOfCall(call) === undefined;
}

/** A call rings on the phone: the browser that is live from now on rings, too. */
export function ringOn(step: Step, browser: DeviceJid): void {
  const live = liveCall(step);
  if (live?.side.phase === 'ringing' && isMirrored(step, live.call)) ring(step, browser, live.call);
}

function ring(step: Step, browser: DeviceJid, call: CallRecord): void {
  const { callId, creator, chat, isVideo } = call;
  say(step, browser, CALL_NEWS.ring(callId, creator, chat, isVideo));
}

/** What the step did to a call, told to the browser that it concerns. */
export function tellOfCall(step: Step, { key, record }: RecordWrite): void {
  const call = record as CallRecord | undefined;
  if (call === undefined) return;
  const relayed = relayedOf(step, key);
  if (relayed?.peer === '' && call.state === 'ended') {
    step.tx.delete('relayed-call', key);
    return say(step, relayed.browser, CALL_NEWS.over(key, call.outcome as Outcome));
  }
  const { live } = bridgeOf(step.store);
  if (relayed !== undefined || live === undefined || !isMirrored(step, call)) return;
  const outcome = outcomeFor(call);
  if (outcome !== undefined) say(step, live, CALL_NEWS.over(key, outcome));
  else if (step.store.get('call', key) === undefined) ring(step, live, call);
}
