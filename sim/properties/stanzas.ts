/**
 * What a frame says, read by the judges themselves from its bytes: decoded once per byte array,
 * since a frame passes a judge when it is sent, when it arrives and when it is handled. Nothing
 * here trusts a label. Source: specification 6.4, 6.9, 7.1, 9.6, appendix E.
 */

import type { ChatJid, DeviceJid, GroupJid } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  type WireNode,
} from '../../protocol/wire/node.ts';
import { decodeSenderKeyMessage } from '../../protocol/wire/sender-key-messages.ts';
import {
  decodePreKeySignalMessage,
  decodeSignalMessage,
} from '../../protocol/wire/signal-messages.ts';
import { hexOf, isGroup, type Ledger } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';

/**
 * One pairwise ciphertext in a stanza. `target` is undefined in what the server hands on.
 */
export interface Enclosed {
  readonly target: DeviceJid | undefined;
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Retry count of the copy; 0 for a first copy. */
  readonly count: number;
}

/**
 * A stanza with ciphertexts, as sent by a device or as handed on by the server: a message, a
 * message between own devices, a call.
 */
export interface MessageStanza {
  readonly kind: 'message' | 'peer' | 'call';
  readonly id: string;
  /** The device, account or group it goes to; undefined in what the server hands on. */
  readonly to: string | undefined;
  /** The device that wrote it; undefined in what a device sends. */
  readonly author: DeviceJid | undefined;
  readonly group: GroupJid | undefined;
  /** `device_fanout="false"`: a retry or a backfill. */
  readonly isRepeat: boolean;
  /** The sender's count of its stanzas with ciphertext; empty where it does not count. */
  readonly sent: string;
  readonly enclosed: readonly Enclosed[];
  /** The ciphertext for all devices of a group. */
  readonly shared: Uint8Array | undefined;
  readonly hasUnavailable: boolean;
  readonly deviceIdentity: Uint8Array | undefined;
}

/**
 * The readable parts of a pairwise ciphertext. Keys in hex; the prekey part is absent in a plain
 * message.
 */
export interface CiphertextHead {
  readonly ratchetKey: string;
  readonly counter: number;
  readonly baseKey: string | undefined;
  readonly identityKey: Uint8Array | undefined;
  /** Undefined when no one-time prekey was used. */
  readonly preKeyId: number | undefined;
}

/** The readable parts of a group ciphertext. */
export interface SharedHead {
  readonly chainId: number;
  readonly iteration: number;
}

const MAC_BYTES = 8;
const SIGNATURE_BYTES = 64;

interface Decoded {
  readonly stanza: WireNode | undefined;
  /** Taken apart at the first asking; undefined also when it is no message. */
  message: MessageStanza | undefined;
  isTakenApart: boolean;
}

/** Decodes each frame once. */
export class Stanzas implements Observer {
  readonly kinds = [] as const;
  #decoded = new WeakMap<Uint8Array, Decoded>();

  observe(_event: RunEvent): void {}

  /** The stanza, or undefined when the bytes do not decode. */
  read(bytes: Uint8Array): WireNode | undefined {
    return this.#entry(bytes).stanza;
  }

  /** The frame as a stanza with ciphertexts, if it is one; equal arrays give the same object. */
  message(bytes: Uint8Array): MessageStanza | undefined {
    const entry = this.#entry(bytes);
    if (!entry.isTakenApart) {
      entry.isTakenApart = true;
      if (entry.stanza?.tag === 'message') entry.message = messageStanza(entry.stanza);
      else if (entry.stanza?.tag === 'call') entry.message = callStanza(entry.stanza);
    }
    return entry.message;
  }

  #entry(bytes: Uint8Array): Decoded {
    const known = this.#decoded.get(bytes);
    if (known !== undefined) return known;
    const decoded = decodeFrame(bytes);
    const stanza = isRejected(decoded) ? undefined : decoded;
    const entry = { stanza, message: undefined, isTakenApart: false };
    this.#decoded.set(bytes, entry);
    return entry;
  }
}

function messageStanza(stanza: WireNode): MessageStanza {
  const group = groupOf(stanza);
  const participant = attribute(stanza, 'participant');
  const isOutgoing = attribute(stanza, 'from') === undefined;
  const single = isOutgoing ? (participant ?? attribute(stanza, 'to')) : undefined;
  const enclosed: Enclosed[] = [];
  let shared: Uint8Array | undefined;
  for (const enc of children(stanza, 'enc')) {
    if (attribute(enc, 'type') === 'skmsg') shared = bytesContent(enc);
    else push(enclosed, single, enc);
  }
  const participants = child(stanza, 'participants');
  for (const to of participants === undefined ? [] : children(participants, 'to')) {
    for (const enc of children(to, 'enc')) push(enclosed, attribute(to, 'jid') ?? '', enc);
  }
  return {
    ...commonOf(stanza),
    kind: attribute(stanza, 'category') === 'peer' ? 'peer' : 'message',
    author: group === undefined || isOutgoing ? attribute(stanza, 'from') : participant,
    group,
    enclosed,
    shared: shared === undefined || shared.length === 0 ? undefined : shared,
  };
}

/** Calls carry their ciphertexts deeper inside, below whom they are for. */
function callStanza(stanza: WireNode): MessageStanza {
  const enclosed: Enclosed[] = [];
  const isOutgoing = attribute(stanza, 'from') === undefined;
  const search = (parent: WireNode, target: DeviceJid | undefined): void => {
    for (const part of children(parent)) {
      if (part.tag === 'enc') push(enclosed, target, part);
      else search(part, part.tag === 'to' ? (attribute(part, 'jid') ?? '') : target);
    }
  };
  search(stanza, isOutgoing ? attribute(stanza, 'to') : undefined);
  return {
    ...commonOf(stanza),
    kind: 'call',
    author: attribute(stanza, 'from'),
    group: undefined,
    enclosed,
    shared: undefined,
  };
}

type Common = Pick<
  MessageStanza,
  'id' | 'to' | 'isRepeat' | 'sent' | 'hasUnavailable' | 'deviceIdentity'
>;

function commonOf(stanza: WireNode): Common {
  return {
    id: attribute(stanza, 'id') ?? '',
    to: attribute(stanza, 'to'),
    isRepeat: attribute(stanza, 'device_fanout') === 'false',
    sent: attribute(stanza, 'sent') ?? '',
    hasUnavailable: child(stanza, 'unavailable') !== undefined,
    deviceIdentity: identityIn(stanza),
  };
}

function groupOf(stanza: WireNode): GroupJid | undefined {
  const chat: ChatJid | undefined = attribute(stanza, 'from') ?? attribute(stanza, 'to');
  return chat !== undefined && isGroup(chat) ? chat : undefined;
}

/** Of a call, the proof stands within its offer. */
function identityIn(stanza: WireNode): Uint8Array | undefined {
  const own = bytesContent(child(stanza, 'device-identity'));
  if (own !== undefined || stanza.tag !== 'call') return own;
  for (const part of children(stanza)) {
    const inner = bytesContent(child(part, 'device-identity'));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function push(into: Enclosed[], target: DeviceJid | undefined, enc: WireNode): void {
  const bytes = bytesContent(enc);
  if (bytes === undefined) return;
  const type = attribute(enc, 'type') ?? '';
  into.push({ target, type, bytes, count: Number(attribute(enc, 'count') ?? '0') });
}

/** The run's one reader. */
export function stanzas(ledger: Ledger): Stanzas {
  return ledger.shared('stanzas', () => new Stanzas());
}

/**
 * Whom a receipt of a device is about: the author of the message it names, who is its addressee, or
 * its participant when it goes to a group.
 */
export function receiptAuthor(receipt: WireNode): DeviceJid | undefined {
  return attribute(receipt, 'participant') ?? attribute(receipt, 'to');
}

/** Reads the head of a `pkmsg` or `msg`; undefined when it does not decode. */
export function readCiphertextHead(type: string, bytes: Uint8Array): CiphertextHead | undefined {
  if (type === 'msg') return readSignalHead(bytes);
  if (type !== 'pkmsg') return undefined;
  const outer = decodePreKeySignalMessage(bytes.subarray(1));
  if (isRejected(outer)) return undefined;
  const { message: innerBytes, baseKey, identityKey, preKeyId } = outer;
  const inner = innerBytes === undefined ? undefined : readSignalHead(innerBytes);
  if (inner === undefined || baseKey === undefined) return undefined;
  return {
    ...inner,
    baseKey: hexOf(baseKey.subarray(1)),
    identityKey: identityKey?.subarray(1),
    preKeyId: preKeyId === 0 ? undefined : preKeyId,
  };
}

function readSignalHead(bytes: Uint8Array): CiphertextHead | undefined {
  const fields = decodeSignalMessage(bytes.subarray(1, -MAC_BYTES));
  if (isRejected(fields) || fields.ratchetKey === undefined || fields.counter === undefined) {
    return undefined;
  }
  return {
    ratchetKey: hexOf(fields.ratchetKey.subarray(1)),
    counter: fields.counter,
    baseKey: undefined,
    identityKey: undefined,
    preKeyId: undefined,
  };
}

/** Reads the head of an `skmsg`; undefined when it does not decode. */
export function readSharedHead(bytes: Uint8Array): SharedHead | undefined {
  const fields = decodeSenderKeyMessage(bytes.subarray(1, -SIGNATURE_BYTES));
  if (isRejected(fields) || fields.id === undefined || fields.iteration === undefined) {
    return undefined;
  }
  return { chainId: fields.id, iteration: fields.iteration };
}

/** A short name for a ciphertext: length and last 16 bytes, which hold its MAC or signature. */
export function ciphertextName(bytes: Uint8Array): string {
  return `${bytes.length}/${hexOf(bytes.subarray(-16))}`;
}
