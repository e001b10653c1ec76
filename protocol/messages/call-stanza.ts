/**
 * Signalling of calls (specification 9.6, 9.7): what `<call>` carries between the devices of a
 * call, built and taken apart. One stanza has one signal. What is inside the ciphertexts is not
 * looked at. Assumption: `packet`, and the attributes `generation` and `version`, are ours: media
 * and the list of participants run over a relay of their own in reality.
 */

import type { ChatJid, DeviceJid, GroupJid } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import { RTP_BYTES_MAX } from '../limits.ts';
import { registrationIdBytes, registrationIdFrom } from '../wire/integers.ts';
import { isGroupJid, parseDeviceJid } from '../wire/jid.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../wire/node.ts';
import {
  type Ciphertext,
  type Copy,
  deviceIdentityNodes,
  encNode,
  isMessageId,
  readEnc,
} from './message-stanza.ts';
import { positiveNumber } from './stanza-time.ts';

/** What a signal belongs to. */
export interface CallName {
  /** 32 lower-case hex digits. */
  readonly callId: string;
  /** The device that began it. */
  readonly creator: DeviceJid;
}

/** Why a device will not take a call: asked again with `enc`, final with the others. */
export const REJECT_REASONS = ['declined', 'busy', 'enc', 'parse-error'] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** Why a call is over for the device that is told. */
export const TERMINATE_REASONS = [
  'hang-up',
  'timeout',
  'accepted_elsewhere',
  'rejected_elsewhere',
  'group_call_ended',
  'failed',
] as const;
export type TerminateReason = (typeof TERMINATE_REASONS)[number];

/** An offer to ring. */
export interface CallOffer {
  readonly kind: 'offer';
  /** The group that is called; undefined between two accounts. */
  readonly group: GroupJid | undefined;
  readonly isVideo: boolean;
  /** The call key for this device. */
  readonly enc: Ciphertext;
  readonly deviceIdentity: Uint8Array | undefined;
  /** It waited at the server until nobody rang any more. */
  readonly isLate: boolean;
}

/** A sender's new secret in a call of a group. */
export interface CallRekey {
  readonly kind: 'enc_rekey';
  /** Counts the secrets of this sender from 1; the offer's is 0. */
  readonly generation: number;
  readonly enc: Ciphertext;
  readonly deviceIdentity: Uint8Array | undefined;
}

export type CallSignal =
  | CallOffer
  | { readonly kind: 'accept' }
  | {
      readonly kind: 'reject';
      readonly reason: RejectReason;
      /** Of `enc`: ciphertexts that failed so far, from 1; else 0. */
      readonly count: number;
      /** Of `enc`: registration id of the device; else 0. */
      readonly registrationId: number;
    }
  | { readonly kind: 'terminate'; readonly reason: TerminateReason }
  | CallRekey
  | {
      readonly kind: 'group_update';
      /** Counts the changes of this call at the server, from 1. */
      readonly version: number;
      readonly participants: readonly DeviceJid[];
    }
  /** A protected media packet. */
  | { readonly kind: 'packet'; readonly bytes: Uint8Array };

/** A signal as a device receives it. */
export interface IncomingCall {
  readonly kind: 'incoming-call';
  readonly id: string;
  /** A device, or the group when the server itself says so. */
  readonly from: DeviceJid | GroupJid;
  readonly name: CallName;
  readonly signal: CallSignal;
}

const CALL_ID = /^[0-9a-f]{32}$/;
/** Largest list of participants believed. */
const PARTICIPANTS_MAX = 1_024;

/** Whether `text` can be a call id. */
export function isCallId(text: string | undefined): text is string {
  return text !== undefined && CALL_ID.test(text);
}

function named({ callId, creator }: CallName): { 'call-id': string; 'call-creator': string } {
  return { 'call-id': callId, 'call-creator': creator };
}

/** An offer to write. */
export interface OfferToSend {
  readonly id: string;
  readonly name: CallName;
  readonly to: ChatJid;
  readonly group: GroupJid | undefined;
  readonly isVideo: boolean;
  readonly copies: readonly Copy[];
  readonly signedIdentity: Uint8Array | undefined;
  readonly sentCount: number;
}

/**
 * `<call to id sent><offer>` with media descriptions and one ciphertext per device: within
 * `<destination>`, or, for a single device of a call between two accounts, in the offer itself and
 * addressed to that device.
 */
export function offerStanza(offer: OfferToSend): WireNode {
  const { id, name, to, group, isVideo, copies, signedIdentity, sentCount } = offer;
  const [only, ...more] = copies;
  const isDirect = only !== undefined && more.length === 0 && group === undefined;
  const keys = isDirect
    ? encNode(only.enc)
    : node(
        'destination',
        {},
        copies.map(({ device, enc }) => node('to', { jid: device }, [encNode(enc)])),
      );
  const parts = [
    node('audio', { enc: 'opus', rate: '16000' }),
    ...(isVideo ? [node('video', { enc: 'vp8' })] : []),
    node('net', { medium: '3' }),
    node('capability', { ver: '1' }),
    keys,
    node('encopt', { keygen: '2' }),
    ...deviceIdentityNodes(copies, signedIdentity),
  ];
  const attributes = { ...named(name), 'group-jid': group };
  return callStanza(id, isDirect ? only.device : to, node('offer', attributes, parts), sentCount);
}

/** The key of an offer for one device again, or a sender's new secret. */
export interface KeyToSend {
  readonly id: string;
  readonly name: CallName;
  readonly copy: Copy;
  readonly signedIdentity: Uint8Array | undefined;
  readonly sentCount: number;
}

/** `<call to=DEVICE id sent><enc_rekey call-id call-creator generation><enc/>…`. */
export function rekeyStanza(key: KeyToSend, generation: number): WireNode {
  const { id, name, copy, signedIdentity, sentCount } = key;
  const attributes = { ...named(name), generation: String(generation) };
  const parts = [encNode(copy.enc), ...deviceIdentityNodes([copy], signedIdentity)];
  return callStanza(id, copy.device, node('enc_rekey', attributes, parts), sentCount);
}

/** `<call to id><accept call-id call-creator/></call>`. */
export function acceptStanza(id: string, to: string, name: CallName): WireNode {
  return callStanza(id, to, node('accept', named(name)));
}

/** `<call to id><reject call-id call-creator reason [count]>[<registration/>]</reject></call>`. */
export function rejectStanza(
  id: string,
  to: string,
  name: CallName,
  { reason, count, registrationId }: Omit<Extract<CallSignal, { kind: 'reject' }>, 'kind'>,
): WireNode {
  const isAsking = reason === 'enc';
  const attributes = { ...named(name), reason, count: isAsking ? String(count) : undefined };
  const parts = isAsking
    ? [node('registration', {}, registrationIdBytes(registrationId))]
    : undefined;
  return callStanza(id, to, node('reject', attributes, parts));
}

/** `<call to id><terminate call-id call-creator reason/></call>`. */
export function terminateStanza(
  id: string,
  to: string,
  name: CallName,
  reason: TerminateReason,
): WireNode {
  return callStanza(id, to, node('terminate', { ...named(name), reason }));
}

/** `<call to id><packet call-id call-creator>BYTES</packet></call>`. */
export function packetStanza(id: string, to: string, name: CallName, bytes: Uint8Array): WireNode {
  return callStanza(id, to, node('packet', named(name), bytes));
}

/** `<group_update call-id call-creator version>` around `<participant jid/>`, for the server. */
export function groupUpdateNode(
  name: CallName,
  version: number,
  participants: readonly DeviceJid[],
): WireNode {
  const attributes = { ...named(name), version: String(version) };
  const inner = participants.map((jid) => node('participant', { jid }));
  return node('group_update', attributes, inner);
}

/** `<terminate call-id call-creator reason/>`, for the server. */
export function terminateNode(name: CallName, reason: TerminateReason): WireNode {
  return node('terminate', { ...named(name), reason });
}

function callStanza(id: string, to: string, signal: WireNode, sentCount?: number): WireNode {
  const sent = sentCount === undefined ? undefined : String(sentCount);
  return node('call', { id, to, sent }, [signal]);
}

/** `<receipt to id><offer call-id call-creator/></receipt>`: this device rings. */
export function offerReceipt(id: string, to: DeviceJid, name: CallName): WireNode {
  return node('receipt', { id, to }, [node('offer', named(name))]);
}

/** A new secret that could not be opened, as asked for again (specification 9.7). */
export interface RekeyRetry {
  readonly kind: 'rekey-retry';
  readonly device: DeviceJid;
  readonly name: CallName;
  readonly count: number;
  readonly registrationId: number;
}

/**
 * `<receipt type="enc_rekey_retry" id to><enc_rekey call-id call-creator count/><registration/>`.
 */
export function rekeyRetryStanza(id: string, retry: Omit<RekeyRetry, 'kind'>): WireNode {
  const { device, name, count, registrationId } = retry;
  return node('receipt', { type: 'enc_rekey_retry', id, to: device }, [
    node('enc_rekey', { ...named(name), count: String(count) }),
    node('registration', {}, registrationIdBytes(registrationId)),
  ]);
}

/** Takes such a receipt apart; `malformed` when a part is missing or unusable. */
export function readRekeyRetry(receipt: WireNode): RekeyRetry | Rejection {
  const from = parseDeviceJid(attribute(receipt, 'from'));
  const element = child(receipt, 'enc_rekey');
  const name = element && readName(element);
  const count = positiveNumber(element && attribute(element, 'count'));
  const registrationId = registrationIdFrom(bytesContent(child(receipt, 'registration')));
  const isWhole = name !== undefined && count !== undefined && registrationId !== undefined;
  if (from.kind === 'rejected' || !isWhole) return malformed('asks for no secret we could name');
  return { kind: 'rekey-retry', device: from.jid, name, count, registrationId };
}

function malformed(what: string): Rejection {
  return reject('malformed', `A call stanza ${what}.`);
}

function readName(signal: WireNode): CallName | undefined {
  const callId = attribute(signal, 'call-id');
  const creator = parseDeviceJid(attribute(signal, 'call-creator'));
  return isCallId(callId) && creator.kind === 'jid' ? { callId, creator: creator.jid } : undefined;
}

/** Takes a delivered call stanza apart; `malformed` when anything in it is unusable. */
export function readCall(stanza: WireNode): IncomingCall | Rejection {
  const id = attribute(stanza, 'id');
  const from = attribute(stanza, 'from') ?? '';
  const isSender = isGroupJid(from) || parseDeviceJid(from).kind === 'jid';
  if (stanza.tag !== 'call' || !isSender) return malformed('comes from nobody');
  if (!isMessageId(id)) return malformed('has no usable id');
  const [element, ...more] = children(stanza);
  if (element === undefined || more.length > 0) return malformed('has not one signal');
  const name = readName(element);
  if (name === undefined) return malformed('names no call');
  const signal = readSignal(element, attribute(stanza, 'offline') !== undefined);
  if (signal.kind === 'rejected') return signal;
  return { kind: 'incoming-call', id, from, name, signal };
}

function readSignal(element: WireNode, isLate: boolean): CallSignal | Rejection {
  switch (element.tag) {
    case 'offer':
      return readOffer(element, isLate);
    case 'accept':
      return { kind: 'accept' };
    case 'reject':
      return readReject(element);
    case 'terminate':
      return readTerminate(element);
    case 'enc_rekey':
      return readRekey(element);
    case 'group_update':
      return readUpdate(element);
    case 'packet': {
      const bytes = bytesContent(element);
      const isUsable = bytes !== undefined && bytes.length <= RTP_BYTES_MAX;
      return isUsable ? { kind: 'packet', bytes } : malformed('has no media packet');
    }
    default:
      return malformed('has a signal this device does not know');
  }
}

function readOffer(element: WireNode, isLate: boolean): CallOffer | Rejection {
  const group = attribute(element, 'group-jid');
  if (group !== undefined && !isGroupJid(group)) return malformed('calls a group that is none');
  const encs = children(element, 'enc');
  const enc = readEnc(encs[0]);
  if (enc === undefined || encs.length > 1) return malformed('offers no usable key');
  return {
    kind: 'offer',
    group,
    isVideo: child(element, 'video') !== undefined,
    enc,
    deviceIdentity: bytesContent(child(element, 'device-identity')),
    isLate,
  };
}

function readReject(element: WireNode): CallSignal | Rejection {
  const text = attribute(element, 'reason') ?? 'declined';
  const reason = REJECT_REASONS.find((word) => word === text) ?? 'declined';
  if (reason !== 'enc') return { kind: 'reject', reason, count: 0, registrationId: 0 };
  const count = positiveNumber(attribute(element, 'count'));
  const registrationId = registrationIdFrom(bytesContent(child(element, 'registration')));
  if (count === undefined || registrationId === undefined) return malformed('asks for no key');
  return { kind: 'reject', reason, count, registrationId };
}

function readTerminate(element: WireNode): CallSignal {
  const text = attribute(element, 'reason') ?? 'hang-up';
  const reason = TERMINATE_REASONS.find((word) => word === text) ?? 'hang-up';
  return { kind: 'terminate', reason };
}

function readRekey(element: WireNode): CallRekey | Rejection {
  const generation = positiveNumber(attribute(element, 'generation'));
  const encs = children(element, 'enc');
  const enc = readEnc(encs[0]);
  const isUsable = generation !== undefined && generation < 2 ** 32 && encs.length === 1;
  if (enc === undefined || !isUsable) return malformed('brings no usable secret');
  const deviceIdentity = bytesContent(child(element, 'device-identity'));
  return { kind: 'enc_rekey', generation, enc, deviceIdentity };
}

function readUpdate(element: WireNode): CallSignal | Rejection {
  const version = positiveNumber(attribute(element, 'version'));
  const listed = children(element, 'participant');
  if (version === undefined || listed.length > PARTICIPANTS_MAX) {
    return malformed('lists no participants');
  }
  const participants: DeviceJid[] = [];
  for (const entry of listed) {
    const device = parseDeviceJid(attribute(entry, 'jid'));
    if (device.kind === 'rejected') return malformed('lists a participant that is no device');
    participants.push(device.jid);
  }
  return { kind: 'group_update', version, participants };
}
