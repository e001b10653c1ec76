/**
 * Sessions with other devices: start, encrypt, decrypt. Everything is read and written through one
 * `Transaction`, written only at the end: a rejection leaves it as it was. Who may talk to us (ADV,
 * device lists) is decided elsewhere; here only pins are kept. Where the step's context brings
 * another library's sessions, that one is asked instead. Source: specification 2, 3.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceJid, StepContext } from '../contract.ts';
import { assert, isRejected, type Rejection, reject } from '../errors.ts';
import type { Transaction } from '../store.ts';
import { equalBytes, serialiseKey } from './keys.ts';
import {
  type ParsedMessage,
  type ParsedPrekeyMessage,
  type PrekeyMessageHead,
  parsePrekeyMessage,
  parseSignalMessage,
  writePrekeyMessage,
} from './layout.ts';
import { findPrekey, findSignedPrekey } from './prekeys.ts';
import { knowsChain, type Opened, openMessage, sealMessage, skipSendingKeys } from './ratchet.ts';
import {
  currentSession,
  type PeerIdentityRecord,
  pinnedIdentity,
  type SelfIdentityRecord,
  type SessionRecord,
  SIGNAL_COLLECTIONS,
  selfIdentity,
} from './records.ts';
import type { CiphertextType, Decrypted, Encrypted, IdentityPolicy } from './session-layer.ts';
import { answeredSession, startedSession } from './session-start.ts';
import {
  applySkipped,
  archivedSessions,
  deleteSession,
  findSession,
  putCurrent,
  skippedLookup,
} from './session-store.ts';
import type { PrekeyBundle } from './x3dh.ts';

export type { PrekeyMessageHead } from './layout.ts';
export type { CiphertextType, Decrypted, Encrypted, IdentityPolicy } from './session-layer.ts';
export { archiveCurrent, deleteSession } from './session-store.ts';
export type { PrekeyBundle } from './x3dh.ts';

const DEFAULT_POLICY: IdentityPolicy = {};

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

/**
 * Pins the identity of `peer` (32 raw bytes). A change deletes every session of the old identity.
 */
export function pinIdentity(tx: Transaction, peer: DeviceJid, publicKey: Uint8Array): void {
  const pinned = pinnedIdentity(tx, peer);
  if (pinned !== undefined) {
    if (equalBytes(pinned.publicKey, publicKey)) return;
    deleteSession(tx, peer);
  }
  const record: PeerIdentityRecord = { kind: 'peer-identity', publicKey };
  tx.put(SIGNAL_COLLECTIONS.peerIdentity, peer, record);
}

/** Whether `publicKey` differs from the pin; without a pin everything is as expected. */
function identityChanged(tx: Transaction, peer: DeviceJid, publicKey: Uint8Array): boolean {
  const pinned = pinnedIdentity(tx, peer);
  return pinned !== undefined && !equalBytes(pinned.publicKey, publicKey);
}

function untrusted(peer: DeviceJid): Rejection {
  return reject('untrusted-identity', `The identity of ${peer} is not the pinned one.`, {
    device: peer,
  });
}

function ownIdentity(tx: Transaction): SelfIdentityRecord {
  const identity = selfIdentity(tx);
  assert(identity !== undefined, 'a device has an identity before it has sessions');
  return identity;
}

/**
 * Starts a session from a bundle, makes it the current one and pins the identity. `bad-signature`,
 * `bad-key`, or `untrusted-identity` unless the policy accepts a change.
 * Draws secrets `base-key` (32), then `ratchet` (32). Specification 2.1, 2.2.
 */
export function startSession(
  tx: Transaction,
  peer: DeviceJid,
  bundle: PrekeyBundle,
  ctx: StepContext,
  policy: IdentityPolicy = DEFAULT_POLICY,
): undefined | Rejection {
  if (ctx.sessions !== undefined) return ctx.sessions.startSession(tx, peer, bundle, policy);
  const provider = ctx.crypto;
  const { identityKey, signedPrekey } = bundle;
  if (policy.acceptNewIdentity !== true && identityChanged(tx, peer, identityKey)) {
    return untrusted(peer);
  }
  const signed = serialiseKey(signedPrekey.publicKey);
  if (!provider.verify(identityKey, signed, signedPrekey.signature)) {
    const sentence = `The signed prekey ${signedPrekey.id} of ${peer} is not signed by it.`;
    return reject('bad-signature', sentence, {
      device: peer,
      signedPrekeyId: signedPrekey.id,
    });
  }
  const session = startedSession(ownIdentity(tx), bundle, ctx);
  if (session === undefined) return badKey(`A key in the bundle of ${peer}`, peer);
  pinIdentity(tx, peer, identityKey);
  putCurrent(tx, peer, session);
  return undefined;
}

function badKey(what: string, peer: DeviceJid): Rejection {
  return reject('bad-key', `${what} is not a usable curve point.`, { device: peer });
}

/**
 * Encrypts on the current session: a `pkmsg` until the peer has answered. `no-session`. Draws
 * nothing.
 */
export function encryptFor(
  tx: Transaction,
  peer: DeviceJid,
  plaintext: Uint8Array,
  ctx: StepContext,
): Encrypted | Rejection {
  if (ctx.sessions !== undefined) return ctx.sessions.encryptFor(tx, peer, plaintext);
  const session = currentSession(tx, peer);
  if (session === undefined) return noSession(peer);
  const sealed = sealMessage(ctx.crypto, session, plaintext);
  tx.put(SIGNAL_COLLECTIONS.session, peer, sealed.session);
  if (session.pending === undefined) {
    return { type: 'msg', bytes: sealed.bytes, baseKey: session.aliceBaseKey };
  }
  const bytes = writePrekeyMessage(session, sealed.bytes);
  return { type: 'pkmsg', bytes, baseKey: session.aliceBaseKey };
}

/**
 * Leaves `count` keys of the sending chain unused, when there is a session: what was encrypted
 * under them may be lost from this Store, never from the wire.
 */
export function leaveGap(
  tx: Transaction,
  peer: DeviceJid,
  count: number,
  ctx: Pick<StepContext, 'crypto' | 'sessions'>,
): void {
  if (ctx.sessions !== undefined) return ctx.sessions.leaveGap(tx, peer, count);
  const session = currentSession(tx, peer);
  if (session !== undefined) putCurrent(tx, peer, skipSendingKeys(ctx.crypto, session, count));
}

function noSession(peer: DeviceJid): Rejection {
  return reject('no-session', `There is no session with ${peer}.`, { device: peer });
}

/**
 * Reads the head of a prekey message without opening it. `malformed`, `unknown-version`, `bad-key`.
 */
export function readPrekeyMessage(bytes: Uint8Array): PrekeyMessageHead | Rejection {
  return parsePrekeyMessage(bytes);
}

/**
 * Decrypts a message and moves its session on. Rejections: those of `readPrekeyMessage` and
 * `openMessage`, `no-session`, `unknown-prekey`, and `untrusted-identity` unless the policy accepts
 * a change. Draws secret `ratchet` (32) when the message brings a new ratchet key and its MAC has
 * held.
 */
export function decryptFrom(
  tx: Transaction,
  peer: DeviceJid,
  type: CiphertextType,
  bytes: Uint8Array,
  ctx: StepContext,
  policy: IdentityPolicy = DEFAULT_POLICY,
): Decrypted | Rejection {
  if (ctx.sessions !== undefined) return ctx.sessions.decryptFrom(tx, peer, type, bytes, policy);
  if (type === 'msg') {
    const message = parseSignalMessage(bytes);
    return isRejected(message) ? message : decryptMessage(tx, peer, message, ctx);
  }
  const message = parsePrekeyMessage(bytes);
  if (isRejected(message)) return message;
  if (!identityChanged(tx, peer, message.identityKey)) {
    const known = findSession(tx, peer, bytesToHex(message.baseKey));
    if (known !== undefined) return decryptRepeat(tx, peer, known, message, ctx);
  } else if (policy.acceptNewIdentity !== true) {
    return untrusted(peer);
  }
  return decryptFirst(tx, peer, message, ctx);
}

/**
 * Tries the current session, then the archived from newest to oldest; a duplicate ends the trials.
 */
function decryptMessage(
  tx: Transaction,
  peer: DeviceJid,
  message: ParsedMessage,
  ctx: StepContext,
): Decrypted | Rejection {
  const current = currentSession(tx, peer);
  let refusal: Rejection | undefined;
  let refusalKnewChain = false;
  if (current !== undefined) {
    const opened = tryOpen(tx, peer, current, message, ctx);
    if (!isRejected(opened)) return store(tx, peer, opened, false);
    if (opened.code === 'duplicate-message') return opened;
    refusal = opened;
    refusalKnewChain = knowsChain(current, message);
  }
  for (const session of archivedSessions(tx, peer).reverse()) {
    const opened = tryOpen(tx, peer, session, message, ctx);
    if (!isRejected(opened)) return store(tx, peer, opened, false);
    if (opened.code === 'duplicate-message') return opened;
    // The session that knows the message's chain says best what is wrong with it.
    const knew = knowsChain(session, message);
    if (refusal === undefined || (knew && !refusalKnewChain)) {
      refusal = opened;
      refusalKnewChain = knew;
    }
  }
  return refusal ?? noSession(peer);
}

/** A prekey message of a session we have: it is tried on that session only. Specification 2.5. */
function decryptRepeat(
  tx: Transaction,
  peer: DeviceJid,
  session: SessionRecord,
  message: ParsedPrekeyMessage,
  ctx: StepContext,
): Decrypted | Rejection {
  if (!equalBytes(session.remoteIdentity, message.identityKey)) return untrusted(peer);
  const opened = tryOpen(tx, peer, session, message.message, ctx);
  return isRejected(opened) ? opened : store(tx, peer, opened, false);
}

/**
 * The first prekey message of a session: builds it, opens the inner message on it, then stores all.
 */
function decryptFirst(
  tx: Transaction,
  peer: DeviceJid,
  message: ParsedPrekeyMessage,
  ctx: StepContext,
): Decrypted | Rejection {
  const fresh = answerSession(tx, peer, message, ctx);
  if (isRejected(fresh)) return fresh;
  const opened = openMessage(fresh, message.message, () => undefined, ctx);
  if (isRejected(opened)) return opened;
  pinIdentity(tx, peer, message.identityKey);
  const decrypted = store(tx, peer, opened, true);
  if (message.preKeyId !== undefined) {
    tx.delete(SIGNAL_COLLECTIONS.prekey, String(message.preKeyId));
  }
  return decrypted;
}

/** Finds the prekeys the message names and computes Bob's session. */
function answerSession(
  tx: Transaction,
  peer: DeviceJid,
  message: ParsedPrekeyMessage,
  ctx: StepContext,
): SessionRecord | Rejection {
  const { preKeyId, signedPreKeyId } = message;
  const signedPrekey = findSignedPrekey(tx, signedPreKeyId);
  if (signedPrekey === undefined) return unknownPrekey(peer, 'signed', signedPreKeyId);
  const prekey = preKeyId === undefined ? undefined : findPrekey(tx, preKeyId);
  if (preKeyId !== undefined && prekey === undefined) {
    return unknownPrekey(peer, 'one-time', preKeyId);
  }
  const session = answeredSession(
    ctx.crypto,
    ownIdentity(tx),
    message,
    signedPrekey.keyPair,
    prekey?.keyPair,
  );
  return session ?? badKey(`A key in a prekey message of ${peer}`, peer);
}

function unknownPrekey(peer: DeviceJid, sort: string, id: number): Rejection {
  return reject('unknown-prekey', `The ${sort} prekey ${id} that ${peer} used is not here.`, {
    device: peer,
    id,
  });
}

function tryOpen(
  tx: Transaction,
  peer: DeviceJid,
  session: SessionRecord,
  message: ParsedMessage,
  ctx: StepContext,
): Opened | Rejection {
  return openMessage(session, message, skippedLookup(tx, peer, session.sessionId), ctx);
}

/** Stores what opening a message changed: the session becomes (or stays) the current one. */
function store(tx: Transaction, peer: DeviceJid, opened: Opened, isNewSession: boolean): Decrypted {
  const { session, plaintext } = opened;
  putCurrent(tx, peer, session);
  applySkipped(tx, peer, session.sessionId, opened.skipped);
  return { plaintext, isNewSession, identityKey: session.remoteIdentity };
}
