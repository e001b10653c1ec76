/**
 * Sessions with other devices: start, encrypt, decrypt, archive, delete. Everything is read and written
 * through one `Transaction`; a rejection leaves it as it was. Source: specification 2, 3.
 */

import type { DeviceJid, StepContext } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import type { Transaction } from '../store.ts';
import { currentSession } from './records.ts';
import type { PrekeyBundle } from './x3dh.ts';

/** The two pairwise ciphertext kinds, by their names on the wire. */
export type CiphertextType = 'pkmsg' | 'msg';

/** How the caller wants a changed identity of the peer to be taken. */
export interface IdentityPolicy {
  /** Pins the new identity and deletes every session of the old one (default: refuse it). */
  readonly acceptNewIdentity?: boolean;
}

/** An encrypted message. */
export interface Encrypted {
  readonly type: CiphertextType;
  readonly bytes: Uint8Array;
  /** The session's base key, 32 raw bytes. */
  readonly baseKey: Uint8Array;
}

/** A decrypted message. */
export interface Decrypted {
  readonly plaintext: Uint8Array;
  /** Whether this message started a session here. */
  readonly isNewSession: boolean;
  /** The peer's identity, 32 raw bytes. */
  readonly identityKey: Uint8Array;
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

/** Whether there is a current session with `peer`. */
export function hasSession(tx: Transaction, peer: DeviceJid): boolean {
  return currentSession(tx, peer) !== undefined;
}

/** Base key (32 raw bytes) of the current session, if any. */
export function sessionBaseKey(tx: Transaction, peer: DeviceJid): Uint8Array | undefined {
  return currentSession(tx, peer)?.aliceBaseKey;
}

/** Registration id the peer had when the current session began, if there is one. */
export function sessionRemoteRegistrationId(tx: Transaction, peer: DeviceJid): number | undefined {
  return currentSession(tx, peer)?.remoteRegistrationId;
}

/** Archives the current session, so that the next message needs a new one. */
export function archiveCurrent(_tx: Transaction, _peer: DeviceJid): void {}

/** Deletes the current and all archived sessions with `peer` and their skipped keys; the pin stays. */
export function deleteSession(_tx: Transaction, _peer: DeviceJid): void {}

/** Starts a session from a bundle. Draws secrets `base-key` (32), then `ratchet` (32). */
export function startSession(
  _tx: Transaction,
  _peer: DeviceJid,
  _bundle: PrekeyBundle,
  _ctx: StepContext,
  _policy: IdentityPolicy = {},
): undefined | Rejection {
  return reject('unexpected', 'under construction');
}

/** Encrypts on the current session. */
export function encryptFor(
  _tx: Transaction,
  _peer: DeviceJid,
  _plaintext: Uint8Array,
  _ctx: StepContext,
): Encrypted | Rejection {
  return reject('unexpected', 'under construction');
}

/** Reads the head of a prekey message. */
export function readPrekeyMessage(_bytes: Uint8Array): PrekeyMessageHead | Rejection {
  return reject('unexpected', 'under construction');
}

/** Decrypts a message. Draws secret `ratchet` (32) when the message makes a ratchet step. */
export function decryptFrom(
  _tx: Transaction,
  _peer: DeviceJid,
  _type: CiphertextType,
  _bytes: Uint8Array,
  _ctx: StepContext,
  _policy: IdentityPolicy = {},
): Decrypted | Rejection {
  return reject('unexpected', 'under construction');
}
