/**
 * Message stanzas (specification 6.4): the fan-out a sender writes, the follow-up for a retry, and
 * the form one device receives, built and taken apart. What is inside the ciphertexts is not looked
 * at.
 */

import type { DeviceJid, UserJid } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import { parseDeviceJid, parseUserJid } from '../wire/jid.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../wire/node.ts';
import { positiveNumber, stanzaTimeUs } from './stanza-time.ts';

/** Version attribute of a ciphertext with padding (specification 6.2). */
const ENC_VERSION = '2';
/** Longest message id accepted from outside. Assumption: real ones have up to 32 characters. */
const MESSAGE_ID_MAX = 64;

/** One ciphertext. `retryCount` is 0 for a first sending. */
export interface Ciphertext {
  readonly kind: 'enc';
  readonly type: 'pkmsg' | 'msg';
  readonly bytes: Uint8Array;
  readonly retryCount: number;
}

/** A ciphertext and whom it is for. */
export interface Copy {
  readonly device: DeviceJid;
  readonly enc: Ciphertext;
}

/** `<enc v="2" type [count]>bytes</enc>`. */
export function encNode(enc: Omit<Ciphertext, 'kind'>): WireNode {
  const count = enc.retryCount === 0 ? undefined : String(enc.retryCount);
  return node('enc', { v: ENC_VERSION, type: enc.type, count }, enc.bytes);
}

/** `<participants>` with one `<to jid><enc/></to>` per copy, in order. */
export function participantsNode(copies: readonly Copy[]): WireNode {
  const entries = copies.map(({ device, enc }) => node('to', { jid: device }, [encNode(enc)]));
  return node('participants', {}, entries);
}

/** `<device-identity>`: goes with a companion's stanza that has at least one prekey message. */
export function deviceIdentityNodes(
  copies: readonly Copy[],
  signedIdentity: Uint8Array | undefined,
): WireNode[] {
  const hasPrekeyMessage = copies.some(({ enc }) => enc.type === 'pkmsg');
  if (signedIdentity === undefined || !hasPrekeyMessage) return [];
  return [node('device-identity', {}, signedIdentity)];
}

/** A message to many devices. `signedIdentity`: a companion's ADVSignedDeviceIdentity. */
export interface FanoutMessage {
  readonly id: string;
  readonly to: UserJid;
  readonly copies: readonly Copy[];
  readonly participantHash: string | undefined;
  readonly signedIdentity: Uint8Array | undefined;
  /** Set for backfill: the original time stamp; the stanza then says `device_fanout="false"`. */
  readonly backfillOfUs: number | undefined;
  /** How many stanzas with ciphertext this device has sealed: betrays a rollback (contract 2). */
  readonly sentCount: number;
}

/**
 * `<message id to type [phash] [t device_fanout] sent>` around participants and device identity.
 */
export function fanoutStanza(message: FanoutMessage): WireNode {
  const { id, to, copies, participantHash, signedIdentity, backfillOfUs, sentCount } = message;
  const isBackfill = backfillOfUs !== undefined;
  const attributes = {
    id,
    to,
    type: 'text',
    phash: participantHash,
    t: isBackfill ? String(backfillOfUs) : undefined,
    device_fanout: isBackfill ? 'false' : undefined,
    sent: String(sentCount),
  };
  return node('message', attributes, [
    participantsNode(copies),
    ...deviceIdentityNodes(copies, signedIdentity),
  ]);
}

/** A message sent again to the one device that asked for it. */
export interface ResentMessage {
  readonly id: string;
  readonly copy: Copy;
  /** The chat, when the device is an own one. */
  readonly recipient: UserJid | undefined;
  readonly positionUs: number;
  readonly signedIdentity: Uint8Array | undefined;
  readonly sentCount: number;
}

/**
 * `<message id to=DEVICE [recipient] type t
 * device_fanout="false"><enc/>[<device-identity/>]</message>`.
 */
export function resentStanza(message: ResentMessage): WireNode {
  const { id, copy, recipient, positionUs, signedIdentity, sentCount } = message;
  const attributes = {
    id,
    to: copy.device,
    recipient,
    type: 'text',
    t: String(positionUs),
    device_fanout: 'false',
    sent: String(sentCount),
  };
  return node('message', attributes, [
    encNode(copy.enc),
    ...deviceIdentityNodes([copy], signedIdentity),
  ]);
}

/** A message to one own other device that is no chat content. */
export interface PeerMessage {
  readonly id: string;
  readonly copy: Copy;
  readonly signedIdentity: Uint8Array | undefined;
  readonly sentCount: number;
}

/**
 * `<message id to=DEVICE type category="peer" sent><enc/><meta appdata="default"/>…</message>`
 * (specification 8.1).
 */
export function peerStanza(message: PeerMessage): WireNode {
  const { id, copy, signedIdentity, sentCount } = message;
  const attributes = {
    id,
    to: copy.device,
    type: 'text',
    category: 'peer',
    sent: String(sentCount),
  };
  return node('message', attributes, [
    encNode(copy.enc),
    node('meta', { appdata: 'default' }),
    ...deviceIdentityNodes([copy], signedIdentity),
  ]);
}

/** A message as one device receives it. */
export interface IncomingMessage {
  readonly kind: 'incoming-message';
  readonly id: string;
  readonly author: DeviceJid;
  readonly authorUser: UserJid;
  readonly authorDeviceId: number;
  /** `recipient`: the chat of a copy from an own other device. */
  readonly recipient: UserJid | undefined;
  /** Server time stamp, microseconds since the Unix epoch. */
  readonly positionUs: number;
  /** `unavailable`: the server has no ciphertext for this device. */
  readonly payload: Ciphertext | { readonly kind: 'unavailable' };
  /** Between devices of one account, and no chat content (specification 8.1). */
  readonly isPeer: boolean;
  /** Bytes of an ADVSignedDeviceIdentity, when the stanza has them. */
  readonly deviceIdentity: Uint8Array | undefined;
}

function malformed(what: string): Rejection {
  return reject('malformed', `A message stanza ${what}.`);
}

/**
 * Reads `<enc>`; `undefined` when version, type, count or content are not those of this edition.
 */
export function readEnc(enc: WireNode | undefined): Ciphertext | undefined {
  const bytes = bytesContent(enc);
  if (enc === undefined || bytes === undefined || bytes.length === 0) return undefined;
  const type = attribute(enc, 'type');
  const countText = attribute(enc, 'count');
  const retryCount = countText === undefined ? 0 : positiveNumber(countText);
  const isKnown = (type === 'pkmsg' || type === 'msg') && attribute(enc, 'v') === ENC_VERSION;
  return isKnown && retryCount !== undefined ? { kind: 'enc', type, bytes, retryCount } : undefined;
}

/** Whether `id` can be a message id: 1 to 64 characters of ASCII letters and digits. */
export function isMessageId(id: string | undefined): id is string {
  return id !== undefined && id.length <= MESSAGE_ID_MAX && /^[0-9A-Za-z]+$/.test(id);
}

/**
 * Takes a delivered message apart. `malformed` when an attribute or the only ciphertext is
 * unusable.
 */
export function readIncomingMessage(stanza: WireNode): IncomingMessage | Rejection {
  const author = parseDeviceJid(attribute(stanza, 'from'));
  if (stanza.tag !== 'message' || author.kind === 'rejected') return malformed('has no author');
  const id = attribute(stanza, 'id');
  if (!isMessageId(id)) return malformed('has no usable id');
  const positionUs = stanzaTimeUs(stanza);
  if (positionUs === undefined) return malformed('has no time stamp');
  const recipientText = attribute(stanza, 'recipient');
  const recipient = recipientText === undefined ? undefined : parseUserJid(recipientText);
  if (typeof recipient === 'object') return malformed('has a recipient that is no account');
  const encs = children(stanza, 'enc');
  const isUnavailable = encs.length === 0 && child(stanza, 'unavailable') !== undefined;
  const payload = isUnavailable ? { kind: 'unavailable' as const } : readEnc(encs[0]);
  if (payload === undefined || encs.length > 1) return malformed('has no usable ciphertext');
  return {
    kind: 'incoming-message',
    id,
    author: author.jid,
    authorUser: author.user,
    authorDeviceId: author.deviceId,
    recipient,
    positionUs,
    payload,
    isPeer: attribute(stanza, 'category') === 'peer',
    deviceIdentity: bytesContent(child(stanza, 'device-identity')),
  };
}
