/**
 * Calls between a browser and its phone, inside the sealed channel (specification 9.6, 11.6). The
 * phone is the device that calls and is called; the browser has its signals, and, once the call is
 * taken there, the secret and the packets of the media.
 *
 * Assumption: all of it. Calls were not possible from the web page; Desktop had calls of two from
 * March 2021 on, with the phone on line, and how it spoke with its phone about them is not public.
 */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import type { Outcome } from '../../fanout/device/call-end.ts';
import { CALL_KEY_BYTES } from '../../messages/call-keys.ts';
import { isCallId } from '../../messages/call-stanza.ts';
import { parseDeviceJid, parseUserJid } from '../../wire/jid.ts';
import { attribute, bytesContent, node, type WireNode } from '../../wire/node.ts';

/** What a browser wants of a call. */
export type CallRequest =
  | {
      readonly kind: 'offer';
      readonly callId: string;
      readonly to: UserJid;
      readonly isVideo: boolean;
    }
  | { readonly kind: 'accept' | 'reject' | 'terminate'; readonly callId: string }
  /** A protected media packet for the other end. */
  | { readonly kind: 'packet'; readonly callId: string; readonly bytes: Uint8Array };

/** What a phone says of a call. */
export type CallNews =
  | {
      readonly kind: 'ring';
      readonly callId: string;
      readonly caller: DeviceJid;
      readonly chat: UserJid;
      readonly isVideo: boolean;
    }
  | { readonly kind: 'over'; readonly callId: string; readonly outcome: Outcome }
  /** The call is this browser's: whom it talks with, and the secret of both ends (32 bytes). */
  | {
      readonly kind: 'keys';
      readonly callId: string;
      readonly peer: DeviceJid;
      readonly secret: Uint8Array;
    }
  | { readonly kind: 'packet'; readonly callId: string; readonly bytes: Uint8Array };

const OUTCOMES: readonly Outcome[] = [
  'connected',
  'missed',
  'answered-elsewhere',
  'rejected',
  'rejected-elsewhere',
  'cancelled',
  'failed',
];
/** Longest packet believed. */
const PACKET_BYTES_MAX = 1_500;

function malformed(): Rejection {
  return reject('malformed', 'What came from the other end of a pairing is no word of a call.');
}

function flag(isVideo: boolean): string {
  return isVideo ? 'true' : 'false';
}

/** Words of a browser. */
export const CALL_REQUESTS = {
  offer: (callId: string, to: UserJid, isVideo: boolean) =>
    node('call', { type: 'offer', 'call-id': callId, jid: to, video: flag(isVideo) }),
  deed: (type: 'accept' | 'reject' | 'terminate', callId: string) =>
    node('call', { type, 'call-id': callId }),
  packet: (callId: string, bytes: Uint8Array) =>
    node('call', { type: 'packet', 'call-id': callId }, bytes),
} as const;

/** Words of a phone. */
export const CALL_NEWS = {
  ring: (callId: string, caller: DeviceJid, chat: UserJid, isVideo: boolean) =>
    node('call', {
      type: 'ring',
      'call-id': callId,
      participant: caller,
      jid: chat,
      video: flag(isVideo),
    }),
  over: (callId: string, outcome: Outcome) =>
    node('call', { type: 'over', 'call-id': callId, outcome }),
  keys: (callId: string, peer: DeviceJid, secret: Uint8Array) =>
    node('call', { type: 'keys', 'call-id': callId, participant: peer }, secret),
  packet: (callId: string, bytes: Uint8Array) =>
    node('call', { type: 'packet', 'call-id': callId }, bytes),
} as const;

function packetIn(element: WireNode, callId: string) {
  const bytes = bytesContent(element);
  const isPacket = bytes !== undefined && bytes.length > 0 && bytes.length <= PACKET_BYTES_MAX;
  return isPacket ? ({ kind: 'packet', callId, bytes } as const) : malformed();
}

/** Reads what a browser wants. `malformed`. */
export function readCallRequest(element: WireNode): CallRequest | Rejection {
  const callId = attribute(element, 'call-id');
  const type = attribute(element, 'type');
  if (!isCallId(callId)) return malformed();
  switch (type) {
    case 'offer': {
      const to = parseUserJid(attribute(element, 'jid'));
      const isVideo = attribute(element, 'video') === 'true';
      return isRejected(to) ? to : { kind: 'offer', callId, to, isVideo };
    }
    case 'accept':
    case 'reject':
    case 'terminate':
      return { kind: type, callId };
    case 'packet':
      return packetIn(element, callId);
    default:
      return malformed();
  }
}

/** Reads what a phone says. `malformed`. */
export function readCallNews(element: WireNode): CallNews | Rejection {
  const callId = attribute(element, 'call-id');
  if (!isCallId(callId)) return malformed();
  const type = attribute(element, 'type');
  if (type === 'packet') return packetIn(element, callId);
  if (type === 'over') {
    const outcome = OUTCOMES.find((one) => one === attribute(element, 'outcome'));
    return outcome === undefined ? malformed() : { kind: 'over', callId, outcome };
  }
  const participant = parseDeviceJid(attribute(element, 'participant'));
  if (isRejected(participant)) return malformed();
  if (type === 'keys') {
    const secret = bytesContent(element);
    if (secret?.length !== CALL_KEY_BYTES) return malformed();
    return { kind: 'keys', callId, peer: participant.jid, secret };
  }
  const chat = parseUserJid(attribute(element, 'jid'));
  if (type !== 'ring' || isRejected(chat)) return malformed();
  const isVideo = attribute(element, 'video') === 'true';
  return { kind: 'ring', callId, caller: participant.jid, chat, isVideo };
}
