/**
 * What a frame says, read by the judges themselves from its bytes: decoded once per byte array,
 * since a frame passes a judge when it is sent, when it arrives and when it is handled. Nothing
 * here trusts a label. Source: specification 6.4, 6.9, appendix E.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  type WireNode,
} from '../../protocol/wire/node.ts';
import {
  decodePreKeySignalMessage,
  decodeSignalMessage,
} from '../../protocol/wire/signal-messages.ts';
import { hexOf, type Ledger } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';

/**
 * One ciphertext in a message stanza. `target` is undefined where the stanza goes to one device.
 */
export interface Enclosed {
  readonly target: DeviceJid | undefined;
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Retry count of the copy; 0 for a first copy. */
  readonly count: number;
}

/** A message stanza, as sent by a device or as handed on by the server. */
export interface MessageStanza {
  readonly id: string;
  readonly to: string | undefined;
  readonly from: DeviceJid | undefined;
  readonly recipient: string | undefined;
  /** `device_fanout="false"`: a retry or a backfill. */
  readonly isRepeat: boolean;
  readonly enclosed: readonly Enclosed[];
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

const MAC_BYTES = 8;

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

  /** The frame as a message stanza, if it is one; equal arrays give the same object. */
  message(bytes: Uint8Array): MessageStanza | undefined {
    const entry = this.#entry(bytes);
    if (!entry.isTakenApart) {
      entry.isTakenApart = true;
      if (entry.stanza?.tag === 'message') entry.message = messageStanza(entry.stanza);
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
  const enclosed: Enclosed[] = [];
  for (const enc of children(stanza, 'enc')) push(enclosed, undefined, enc);
  const participants = child(stanza, 'participants');
  for (const to of participants === undefined ? [] : children(participants, 'to')) {
    for (const enc of children(to, 'enc')) push(enclosed, attribute(to, 'jid') ?? '', enc);
  }
  return {
    id: attribute(stanza, 'id') ?? '',
    to: attribute(stanza, 'to'),
    from: attribute(stanza, 'from'),
    recipient: attribute(stanza, 'recipient'),
    isRepeat: attribute(stanza, 'device_fanout') === 'false',
    enclosed,
    hasUnavailable: child(stanza, 'unavailable') !== undefined,
    deviceIdentity: bytesContent(child(stanza, 'device-identity')),
  };
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

/** A short name for a ciphertext: length and last 16 bytes, which hold its MAC. */
export function ciphertextName(bytes: Uint8Array): string {
  return `${bytes.length}/${hexOf(bytes.subarray(-16))}`;
}
