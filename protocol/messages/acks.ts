/**
 * Acks and nacks (specification 6.6). The server acknowledges a message with its time stamp and,
 * when the sender's view is stale, its participant hash; a device acknowledges everything but
 * messages, which it answers with a receipt or, when it gives up, a nack.
 */

import type { DeviceJid, GroupJid } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import { attribute, node, type WireNode } from '../wire/node.ts';
import { positiveNumber, stanzaTimeUs } from './stanza-time.ts';

/** Codes of a nack that this edition uses. */
export const NACK_CODES = {
  parsingError: 487,
  unrecognisedStanza: 488,
  invalidProtobuf: 491,
  signalOldCounter: 496,
  unhandledError: 500,
} as const;

/** The server's word that it took a message. `to` of the message is `from` here. */
export interface MessageAck {
  readonly kind: 'message-ack';
  readonly id: string;
  readonly from: string;
  readonly stampUs: number;
  /** Set when the server's view of the devices differs from the sender's. */
  readonly participantHash: string | undefined;
  /** The stanza's own count, echoed; undefined when it had none. */
  readonly sent: string | undefined;
}

/** An ack of another stanza, or a nack of a message when `errorCode` is set. */
export interface PlainAck {
  readonly kind: 'ack';
  readonly stanza: string;
  readonly id: string;
  /** The other end: `from` where it is there, else `to`. */
  readonly peer: string | undefined;
  readonly type: string | undefined;
  readonly errorCode: number | undefined;
  /** The stanza's own count, echoed; undefined when it had none. */
  readonly sent: string | undefined;
}

/** `<ack class="message" id from t [phash]>`, written by a server. */
export function messageAckStanza(ack: Omit<MessageAck, 'kind'>): WireNode {
  const { id, from, stampUs, participantHash, sent } = ack;
  const t = String(stampUs);
  const attributes = { class: 'message', id, from, t, phash: participantHash, sent };
  return node('ack', attributes);
}

/** `<ack class id to [type]>` for a stanza other than a message: `to` is where it came from. */
export function ackOf(stanza: WireNode): WireNode {
  return node('ack', {
    class: stanza.tag,
    id: attribute(stanza, 'id'),
    to: attribute(stanza, 'from'),
    participant: attribute(stanza, 'participant'),
    type: attribute(stanza, 'type'),
  });
}

/**
 * `<ack class="message" id to error>`: this device gives the message up, and it will not come
 * again.
 */
export function nackStanza(
  id: string,
  to: DeviceJid | GroupJid,
  errorCode: number,
  {
    sent,
    participant,
  }: { readonly sent?: string | undefined; readonly participant?: DeviceJid } = {},
): WireNode {
  const attributes = { class: 'message', id, to, participant, error: String(errorCode), sent };
  return node('ack', attributes);
}

/** Takes an ack apart. `malformed` without class or id, or with a bad time stamp or error code. */
export function readAck(ack: WireNode): MessageAck | PlainAck | Rejection {
  const stanza = attribute(ack, 'class');
  const id = attribute(ack, 'id');
  if (ack.tag !== 'ack' || stanza === undefined || id === undefined || id === '') {
    return reject('malformed', 'An ack has no class or no id.');
  }
  const errorText = attribute(ack, 'error');
  const errorCode = positiveNumber(errorText);
  if (errorText !== undefined && errorCode === undefined) {
    return reject('malformed', 'An ack has an unreadable error code.');
  }
  const from = attribute(ack, 'from');
  if (stanza !== 'message' || errorCode !== undefined) {
    const type = attribute(ack, 'type');
    const peer = from ?? attribute(ack, 'to');
    return { kind: 'ack', stanza, id, peer, type, errorCode, sent: attribute(ack, 'sent') };
  }
  const stampUs = stanzaTimeUs(ack);
  if (from === undefined || stampUs === undefined) {
    return reject('malformed', 'The ack of a message has no sender or no time stamp.');
  }
  return {
    kind: 'message-ack',
    id,
    from,
    stampUs,
    participantHash: attribute(ack, 'phash'),
    sent: attribute(ack, 'sent'),
  };
}
