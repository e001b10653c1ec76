/**
 * Calls at a browser (specification 9.6, 11.6): made, taken and declined here through the phone,
 * which is the device that calls. Once the phone hands over the secret, the browser protects and
 * opens the media itself, as its phone; the phone passes the packets on. No call outlives the word
 * with the phone.
 *
 * Assumption: as in `wire/calls.ts`; and calls of groups are not for browsers, since Desktop had
 * only calls of two before several devices came.
 */

import type { CallRecord, Command } from '../../contract.ts';
import { endDamagedCalls, finishCall } from '../../fanout/device/call-end.ts';
import { beginMedia, countBeat, hearPacket, nextPacket } from '../../fanout/device/call-media.ts';
import {
  type CallSideRecord,
  callOf,
  callTimer,
  type LiveCall,
  liveCall,
  NO_SECRET,
  peerOf,
  putCall,
  putPeer,
  putSide,
} from '../../fanout/device/call-records.ts';
import { freshCallId } from '../../fanout/device/calls.ts';
import type { Step } from '../../fanout/step.ts';
import {
  CALL_BEAT_US,
  CALL_CONNECT_BEAT_US,
  CALL_CONNECT_BEATS,
  CALL_RING_US,
  CALL_SILENT_BEATS_MAX,
  RELAY_PHONE_WAIT_US,
} from '../../limits.ts';
import { isGroupJid } from '../../wire/jid.ts';
import type { WireNode } from '../../wire/node.ts';
import { CALL_REQUESTS, type CallNews } from '../wire/calls.ts';
import { FLAGS, METRICS } from '../wire/metrics.ts';
import { accountOf, stateOf } from './records.ts';
import { sayToPhone } from './talk.ts';

type CallDeed = Extract<Command, { kind: 'answer-call' | 'reject-call' | 'end-call' }>['kind'];

function tellPhone(step: Step, word: WireNode): void {
  if (stateOf(step.store).phase === 'live') sayToPhone(step, METRICS.call, FLAGS.ignore, word);
}

/** A person calls an account here. Draws number `call-id` (16). */
export function takeCall(step: Step, { to, isVideo }: Extract<Command, { kind: 'call' }>): void {
  const account = accountOf(step);
  if (account === undefined || to === account.user || isGroupJid(to)) {
    return step.refuseAs('not-allowed', `this browser cannot call ${to}`, { to });
  }
  if (liveCall(step) !== undefined) {
    return step.refuseAs('not-allowed', 'this browser is in a call', { to });
  }
  if (stateOf(step.store).phone === 'away') {
    return step.refuseAs('not-allowed', 'a browser calls only with its phone on line', { to });
  }
  const callId = freshCallId(step);
  const call: CallRecord = {
    kind: 'call',
    callId,
    chat: to,
    creator: account.user,
    isVideo,
    state: 'calling',
    outcome: '',
    peers: [],
  };
  begin(step, call, 'wanting');
}

function begin(step: Step, call: CallRecord, phase: CallSideRecord['phase']): void {
  const { callId } = call;
  step.tx.put('call', callId, call);
  const side: CallSideRecord = {
    kind: 'call-side',
    phase,
    secret: NO_SECRET,
    generation: 0,
    version: 0,
  };
  step.tx.put('call-side', callId, side);
  // The phone's own minute is over before ours, unless its word is lost.
  step.setTimer(callTimer(callId), step.nowUs + CALL_RING_US + RELAY_PHONE_WAIT_US);
}

/** Hands the phone a call that a person makes here. */
export function advanceCalls(step: Step): void {
  const live = liveCall(step);
  if (live?.call.state !== 'calling' || live.side.phase !== 'wanting') return;
  const { callId, chat, isVideo } = live.call;
  tellPhone(step, CALL_REQUESTS.offer(callId, chat, isVideo));
  putSide(step, live, { phase: 'offered' });
}

/** What a person does with the call on this browser. */
export function takeCallDeed(step: Step, deed: CallDeed): void {
  const live = liveCall(step);
  const isRinging = live?.side.phase === 'ringing';
  if (live === undefined || (deed !== 'end-call' && !isRinging)) {
    return step.refuseAs('not-allowed', 'no such call is on this browser');
  }
  const { callId } = live.call;
  if (deed === 'answer-call') {
    tellPhone(step, CALL_REQUESTS.deed('accept', callId));
    putSide(step, live, { phase: 'wanting' });
  } else if (isRinging) {
    tellPhone(step, CALL_REQUESTS.deed('reject', callId));
    finishCall(step, live, 'rejected');
  } else {
    hangUp(step, live);
  }
}

function hangUp(step: Step, live: LiveCall): void {
  const { callId } = live.call;
  tellPhone(step, CALL_REQUESTS.deed('terminate', callId));
  finishCall(step, live, live.side.phase === 'media' ? 'connected' : 'cancelled');
}

/** The phone speaks of a call. */
export function takeCallNews(step: Step, news: CallNews): void {
  const live = liveCall(step);
  const named = live?.call.callId === news.callId ? live : undefined;
  switch (news.kind) {
    case 'ring':
      // Who is in a call here has the phone ring alone.
      if (callOf(step, news.callId) === undefined && live === undefined) ring(step, news);
      return;
    case 'over':
      return takeOver(step, named, news);
    case 'keys':
      return takeKeys(step, named, news);
    case 'packet':
      if (named !== undefined) takePacket(step, named, news.bytes);
  }
}

function ring(
  step: Step,
  { callId, chat, caller, isVideo }: Extract<CallNews, { kind: 'ring' }>,
): void {
  const call: CallRecord = {
    kind: 'call',
    callId,
    chat,
    creator: caller,
    isVideo,
    state: 'ringing',
    outcome: '',
    peers: [],
  };
  begin(step, call, 'ringing');
}

function takeOver(
  step: Step,
  live: LiveCall | undefined,
  { callId, outcome }: Extract<CallNews, { kind: 'over' }>,
): void {
  if (live !== undefined) {
    finishCall(step, live, live.side.phase === 'media' ? 'connected' : outcome);
    return;
  }
  const ended = callOf(step, callId);
  const isElsewhere = outcome === 'answered-elsewhere' || outcome === 'rejected-elsewhere';
  if (ended?.outcome === 'missed' && isElsewhere) putCall(step, ended, { outcome });
}

/** The other end has answered, or this one has: packets go out until one comes back. */
function takeKeys(
  step: Step,
  live: LiveCall | undefined,
  { callId, peer, secret }: Extract<CallNews, { kind: 'keys' }>,
): void {
  const phase = live?.side.phase;
  if (live === undefined || (phase !== 'wanting' && phase !== 'offered')) {
    // It is over here: the other end is not to wait for us.
    if (live === undefined) tellPhone(step, CALL_REQUESTS.deed('terminate', callId));
    return;
  }
  putPeer(step, callId, peer, { state: 'in', secret });
  const call = putCall(step, live.call, { peers: [peer] });
  const next = putSide(step, { ...live, call }, { phase: 'connecting', secret });
  step.setTimer(callTimer(callId), step.nowUs + CALL_CONNECT_BEAT_US);
  sendPacket(step, next);
}

function sendPacket(step: Step, live: LiveCall): void {
  const account = accountOf(step);
  if (account === undefined) return;
  // To the other end this browser is its phone.
  const { bytes } = nextPacket(step, live, account.user);
  tellPhone(step, CALL_REQUESTS.packet(live.call.callId, bytes));
}

function takePacket(step: Step, live: LiveCall, bytes: Uint8Array): void {
  const { call, side } = live;
  const [device] = call.peers;
  const peer = device === undefined ? undefined : peerOf(step, call.callId, device);
  if (peer === undefined || (side.phase !== 'connecting' && side.phase !== 'media')) return;
  const heard = hearPacket(step, live, peer, bytes);
  if (heard === 'refused' || side.phase === 'media') return;
  const connected = putCall(step, call, { state: 'connected' });
  const next = putSide(step, { ...live, call: connected }, { phase: 'media' });
  beginMedia(step, call.callId);
  step.setTimer(callTimer(call.callId), step.nowUs + CALL_BEAT_US);
  step.emit('call-connected', `hears ${device}`, { callId: call.callId });
  sendPacket(step, next);
}

/** The timer of a call; false when it is another. */
export function takeCallTimer(step: Step, name: string): boolean {
  if (!name.startsWith('call/')) return false;
  step.cancelTimer(name);
  const live = liveCall(step);
  if (live === undefined || callTimer(live.call.callId) !== name) return true;
  const { callId } = live.call;
  switch (live.side.phase) {
    case 'connecting':
      return beat(step, live, CALL_CONNECT_BEAT_US, () => {
        return countBeat(step, callId, CALL_CONNECT_BEATS).beats >= CALL_CONNECT_BEATS;
      });
    case 'media':
      return beat(step, live, CALL_BEAT_US, () => {
        return countBeat(step, callId, CALL_SILENT_BEATS_MAX).silent.length > 0;
      });
    default:
      tellPhone(step, CALL_REQUESTS.deed('terminate', callId));
      endAlone(step, live);
      return true;
  }
}

function beat(step: Step, live: LiveCall, afterUs: number, isEnd: () => boolean): true {
  const { callId } = live.call;
  if (isEnd()) {
    tellPhone(step, CALL_REQUESTS.deed('terminate', callId));
    endAlone(step, live);
    return true;
  }
  step.setTimer(callTimer(callId), step.nowUs + afterUs);
  sendPacket(step, live);
  return true;
}

/** The call log's last word when nobody tells how it ended. */
function endAlone(step: Step, live: LiveCall): void {
  const { phase } = live.side;
  finishCall(
    step,
    live,
    phase === 'media' ? 'connected' : phase === 'ringing' ? 'missed' : 'failed',
  );
}

/** No word with the phone any more, or the program has just started: what was on is over. */
export function endCalls(step: Step): void {
  const live = liveCall(step);
  // One that a person has just begun waits for the phone within its minute.
  const isWaiting = live?.call.state === 'calling' && live.side.phase === 'wanting';
  if (live !== undefined && (!isWaiting || step.input.kind === 'started')) endAlone(step, live);
  if (step.input.kind === 'started') endDamagedCalls(step);
}
