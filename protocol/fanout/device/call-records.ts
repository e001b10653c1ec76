/**
 * What a device keeps of a call beside the public `call` record, and only while it lasts: secrets
 * are gone with its end, and with the end of the boot. Collections: `call-side` (key: call id),
 * `call-peer` (key: `CALL|DEVICE`). At most one call is live on a device.
 */

import type { CallRecord, ChatJid, DeviceJid, GroupJid } from '../../contract.ts';
import type { CallName } from '../../messages/call-stanza.ts';
import type { StoredRecord } from '../../store.ts';
import { isGroupJid } from '../../wire/jid.ts';
import type { Step } from '../step.ts';

/** This device's side of a live call. */
export interface CallSideRecord extends StoredRecord {
  readonly kind: 'call-side';
  /**
   * Caller: `wanting` until lists and sessions are there, `offered` while others ring. Callee:
   * `unopened` while the key is asked for again, `ringing`. Both: `connecting` until the first
   * packet of a peer has opened, then `media`.
   */
  readonly phase: 'wanting' | 'offered' | 'unopened' | 'ringing' | 'connecting' | 'media';
  /** 32 bytes under which this device sends; empty while it has none. */
  readonly secret: Uint8Array;
  /** Counts the own secrets; 0 is the offer's. */
  readonly generation: number;
  /** In a group: the last change of participants heeded. */
  readonly version: number;
}

/** One other device of a live call. */
export interface CallPeerRecord extends StoredRecord {
  readonly kind: 'call-peer';
  readonly device: DeviceJid;
  /** `early`: its secret came before the word that it takes part. */
  readonly state: 'offered' | 'gone' | 'in' | 'early';
  /** What is to be encrypted for it. */
  readonly wants: 'nothing' | 'offer' | 'secret';
  /** Ciphertexts of it that the device could not open. */
  readonly count: number;
  /** 32 bytes under which it sends; empty while unknown. */
  readonly secret: Uint8Array;
  readonly generation: number;
}

/** A live call: what people see, and this device's side. */
export interface LiveCall {
  readonly call: CallRecord;
  readonly side: CallSideRecord;
}

export const NO_SECRET: Uint8Array = new Uint8Array(0);

/** The timer of a call: ringing, connecting or the next beat, by its phase. */
export function callTimer(callId: string): string {
  return `call/${callId}`;
}

export function callOf(step: Step, callId: string): CallRecord | undefined {
  return step.get<CallRecord>('call', callId);
}

/** The call on this device that has not ended, if any. */
export function liveCall(step: Step): LiveCall | undefined {
  for (const [callId, side] of step.tx.entries('call-side')) {
    const call = callOf(step, callId);
    if (call !== undefined) return { call, side: side as CallSideRecord };
  }
  return undefined;
}

/** The live call of that name. */
export function liveCallNamed(step: Step, { callId, creator }: CallName): LiveCall | undefined {
  const call = callOf(step, callId);
  const side = step.get<CallSideRecord>('call-side', callId);
  const isNamed = call !== undefined && side !== undefined && call.creator === creator;
  return isNamed ? { call, side } : undefined;
}

/** The group that is called; undefined between two accounts. */
export function groupOfCall(call: CallRecord): GroupJid | undefined {
  const chat: ChatJid = call.chat;
  return isGroupJid(chat) ? chat : undefined;
}

export function putCall(step: Step, record: CallRecord, change: Partial<CallRecord>): CallRecord {
  const next: CallRecord = { ...record, ...change };
  step.tx.put('call', record.callId, next);
  return next;
}

export function putSide(step: Step, live: LiveCall, change: Partial<CallSideRecord>): LiveCall {
  const side: CallSideRecord = { ...live.side, ...change };
  step.tx.put('call-side', live.call.callId, side);
  return { call: live.call, side };
}

/** The other devices of a live call, in the order they came in. */
export function peersOf(step: Step, callId: string): CallPeerRecord[] {
  const peers: CallPeerRecord[] = [];
  for (const [key, peer] of step.tx.entries('call-peer')) {
    if (key.startsWith(`${callId}|`)) peers.push(peer as CallPeerRecord);
  }
  return peers;
}

export function peerOf(step: Step, callId: string, device: DeviceJid): CallPeerRecord | undefined {
  return step.get<CallPeerRecord>('call-peer', `${callId}|${device}`);
}

/** Writes a peer; what is not given stays, or is that of a device nothing is known of. */
export function putPeer(
  step: Step,
  callId: string,
  device: DeviceJid,
  change: Partial<CallPeerRecord>,
): CallPeerRecord {
  const before: CallPeerRecord = peerOf(step, callId, device) ?? {
    kind: 'call-peer',
    device,
    state: 'offered',
    wants: 'nothing',
    count: 0,
    secret: NO_SECRET,
    generation: 0,
  };
  const next: CallPeerRecord = { ...before, ...change };
  step.tx.put('call-peer', `${callId}|${device}`, next);
  return next;
}

export function dropPeer(step: Step, callId: string, device: DeviceJid): void {
  step.tx.delete('call-peer', `${callId}|${device}`);
}
