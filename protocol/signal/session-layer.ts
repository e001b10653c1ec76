/**
 * The port behind which another Signal library can keep the pairwise sessions of one device, while
 * fanout, retries, lists and everything else stay as they are. `sessions.ts` is the one that comes
 * along and asks the port first; a node is given another by a wrapper that puts it into the context
 * of each step. What all layers share: the place and the shape of a session record, pins, and how
 * sessions are archived and deleted. Source: specification 2, 3.
 */

import type { Rejection } from '../errors.ts';
import type { Transaction } from '../store.ts';
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

/**
 * Sessions of one step of one device. `peer` is a device address. All state is read and written
 * through the transaction: the open session is the `SessionRecord` in collection `session` under
 * the peer's address, closed ones are in `archived-session/PEER`, so that crashes, judges and
 * key scans see any library's sessions alike; a record may hold further fields. A rejection leaves
 * the transaction as it was; nothing throws on outside bytes.
 */
export interface SessionLayer {
  /** Starts a session from a bundle, makes it the open one and pins the identity. */
  startSession(
    tx: Transaction,
    peer: string,
    bundle: PrekeyBundle,
    policy: IdentityPolicy,
  ): undefined | Rejection;
  /** Encrypts on the open session; `no-session` without one. */
  encryptFor(tx: Transaction, peer: string, plaintext: Uint8Array): Encrypted | Rejection;
  /** Decrypts a message and moves its session on. */
  decryptFrom(
    tx: Transaction,
    peer: string,
    type: CiphertextType,
    bytes: Uint8Array,
    policy: IdentityPolicy,
  ): Decrypted | Rejection;
  /** Leaves `count` keys of the open session's sending chain unused, when there is one. */
  leaveGap(tx: Transaction, peer: string, count: number): void;
}
