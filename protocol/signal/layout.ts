/**
 * SignalMessage and PreKeySignalMessage as bytes: version byte, protobuf, MAC. Writes version byte
 * 0x33; reads any with high nibble 3 (0x33, 0x34), the MAC covering the byte received. What a MAC
 * key or a session is, this file does not know. Source: specification 2.3, 2.4, 14.3.
 */

import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../errors.ts';
import {
  decodePreKeySignalMessage,
  decodeSignalMessage,
  encodePreKeySignalMessage,
} from '../wire/signal-messages.ts';
import { bodySize, isSmallCounter, readBody, writeBody } from './canonical.ts';
import { KEY_TYPE, rawKey, serialiseKey } from './keys.ts';
import type { SessionRecord } from './records.ts';

/** Message version 3, current version 3. */
export const VERSION_BYTE = 0x33;
const MAC_BYTES = 8;
/** Both identities, 33 bytes each, stand in front of what the MAC covers. */
const IDENTITIES_BYTES = 66;

/** A SignalMessage taken apart; its MAC is not checked yet. */
export interface ParsedMessage {
  /** As received, MAC included. */
  readonly bytes: Uint8Array;
  /** 32 raw bytes. */
  readonly ratchetKey: Uint8Array;
  readonly counter: number;
  /** A positive multiple of 16 bytes. */
  readonly ciphertext: Uint8Array;
}

/** The readable head of a prekey message. Keys are 32 raw bytes. */
export interface PrekeyMessageHead {
  readonly identityKey: Uint8Array;
  readonly baseKey: Uint8Array;
  readonly registrationId: number;
  /** `undefined` when none was used (0 on the wire counts as none). */
  readonly preKeyId: number | undefined;
  readonly signedPreKeyId: number;
}

/** A PreKeySignalMessage taken apart, its inner message too. */
export interface ParsedPrekeyMessage extends PrekeyMessageHead {
  readonly message: ParsedMessage;
}

/** Fills the 66 bytes in front of what a MAC covers: sender's identity, then receiver's. */
function writeIdentities(target: Uint8Array, sender: Uint8Array, receiver: Uint8Array): void {
  target[0] = KEY_TYPE;
  target.set(sender, 1);
  target[33] = KEY_TYPE;
  target.set(receiver, 34);
}

/**
 * Writes a SignalMessage of `session`: version byte, protobuf, MAC from us to the peer. The array
 * is a view behind both (public) identities, which the MAC covers too.
 */
export function writeSignalMessage(
  provider: CryptoProvider,
  session: SessionRecord,
  ciphertext: Uint8Array,
  macKey: Uint8Array,
): Uint8Array {
  const { senderCounter, previousCounter } = session;
  assert(
    isSmallCounter(senderCounter) && isSmallCounter(previousCounter),
    'no chain is ever this long',
  );
  const bodyAt = IDENTITIES_BYTES + 1;
  const macAt = bodyAt + bodySize(senderCounter, previousCounter, ciphertext.length);
  const covered = new Uint8Array(macAt + MAC_BYTES);
  writeIdentities(covered, session.localIdentity, session.remoteIdentity);
  covered[IDENTITIES_BYTES] = VERSION_BYTE;
  const ratchetKey = session.senderRatchet.publicKey;
  writeBody(covered, bodyAt, ratchetKey, senderCounter, previousCounter, ciphertext);
  covered.set(provider.mac(macKey, covered.subarray(0, macAt), MAC_BYTES), macAt);
  return covered.subarray(IDENTITIES_BYTES);
}

/** Whether the MAC of a received message holds between the identities of `session`, peer to us. */
export function macOfMessageHolds(
  provider: CryptoProvider,
  session: SessionRecord,
  message: ParsedMessage,
  macKey: Uint8Array,
): boolean {
  const { bytes } = message;
  const macAt = bytes.length - MAC_BYTES;
  const covered = new Uint8Array(IDENTITIES_BYTES + macAt);
  writeIdentities(covered, session.remoteIdentity, session.localIdentity);
  covered.set(bytes.subarray(0, macAt), IDENTITIES_BYTES);
  return provider.macHolds(macKey, covered, bytes.subarray(macAt));
}

/** Wraps a SignalMessage of a session whose starter has not been answered yet. */
export function writePrekeyMessage(session: SessionRecord, message: Uint8Array): Uint8Array {
  const body = encodePreKeySignalMessage({
    preKeyId: session.pending?.preKeyId,
    baseKey: serialiseKey(session.aliceBaseKey),
    identityKey: serialiseKey(session.localIdentity),
    message,
    registrationId: session.localRegistrationId,
    signedPreKeyId: session.pending?.signedPreKeyId,
  });
  const out = new Uint8Array(1 + body.length);
  out[0] = VERSION_BYTE;
  out.set(body, 1);
  return out;
}

/** Why the version byte in front is refused, if it is: `malformed` (empty), `unknown-version`. */
export function badVersion(bytes: Uint8Array): Rejection | undefined {
  const version = bytes[0];
  if (version === undefined) return reject('malformed', 'A Signal message is empty.');
  if (version >>> 4 === 3) return undefined;
  return reject('unknown-version', `Signal version byte ${version} is not of version 3.`, {
    version,
  });
}

/**
 * A public key of a protobuf field, 32 raw bytes: it must be there (`malformed`), be 33 bytes and
 * begin with 05 (`bad-key`).
 */
export function keyField(name: string, bytes: Uint8Array | undefined): Uint8Array | Rejection {
  if (bytes === undefined) return reject('malformed', `A Signal message has no ${name}.`);
  const raw = bytes.length === 33 ? rawKey(bytes) : undefined;
  if (raw !== undefined) return raw;
  return reject('bad-key', `The ${name} of a Signal message is not 05 and 32 bytes.`, {
    sizeBytes: bytes.length,
  });
}

/** Takes a SignalMessage apart. `malformed`, `unknown-version` or `bad-key`. */
export function parseSignalMessage(bytes: Uint8Array): ParsedMessage | Rejection {
  const refusal = badVersion(bytes);
  if (refusal !== undefined) return refusal;
  if (bytes.length <= MAC_BYTES) return reject('malformed', 'A Signal message has no MAC.');
  const macAt = bytes.length - MAC_BYTES;
  const body = readBody(bytes, 1, macAt);
  if (body === undefined) return parseOtherMessage(bytes);
  const ciphertext = bytes.subarray(body.ciphertextAt, macAt);
  if (!isWholeBlocks(ciphertext)) return badBlocks(ciphertext.length);
  // A copy: it becomes part of the session.
  const ratchetKey = bytes.slice(body.ratchetKeyAt, body.ratchetKeyAt + 32);
  return { bytes, ratchetKey, counter: body.counter, ciphertext };
}

/** Takes apart what is not written in the usual form. */
function parseOtherMessage(bytes: Uint8Array): ParsedMessage | Rejection {
  const fields = decodeSignalMessage(bytes.subarray(1, bytes.length - MAC_BYTES));
  if (isRejected(fields)) return fields;
  const ratchetKey = keyField('ratchet key', fields.ratchetKey);
  if (isRejected(ratchetKey)) return ratchetKey;
  const { counter, ciphertext } = fields;
  if (counter === undefined) return reject('malformed', 'A Signal message has no counter.');
  if (ciphertext === undefined) return badBlocks(0);
  if (!isWholeBlocks(ciphertext)) return badBlocks(ciphertext.length);
  return { bytes, ratchetKey, counter, ciphertext };
}

/** Whether a ciphertext is a positive multiple of 16 bytes. */
export function isWholeBlocks(ciphertext: Uint8Array): boolean {
  return ciphertext.length > 0 && ciphertext.length % 16 === 0;
}

function badBlocks(sizeBytes: number): Rejection {
  return reject('malformed', 'A Signal message has no whole cipher blocks.', { sizeBytes });
}

/** Takes a PreKeySignalMessage apart. `malformed`, `unknown-version` or `bad-key`. */
export function parsePrekeyMessage(bytes: Uint8Array): ParsedPrekeyMessage | Rejection {
  const refusal = badVersion(bytes);
  if (refusal !== undefined) return refusal;
  const fields = decodePreKeySignalMessage(bytes.subarray(1));
  if (isRejected(fields)) return fields;
  const baseKey = keyField('base key', fields.baseKey);
  if (isRejected(baseKey)) return baseKey;
  const identityKey = keyField('identity key', fields.identityKey);
  if (isRejected(identityKey)) return identityKey;
  const { signedPreKeyId, registrationId, message: inner } = fields;
  if (signedPreKeyId === undefined || registrationId === undefined) {
    return reject('malformed', 'A prekey message lacks a signed prekey or registration id.');
  }
  if (inner === undefined) {
    return reject('malformed', 'A prekey message has no inner message.');
  }
  const message = parseSignalMessage(inner);
  if (isRejected(message)) return message;
  const preKeyId = fields.preKeyId === 0 ? undefined : fields.preKeyId;
  return { identityKey, baseKey, registrationId, preKeyId, signedPreKeyId, message };
}
