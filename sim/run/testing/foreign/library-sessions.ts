/**
 * `libsignal@6.0.0` behind the port for sessions: one device's pairwise sessions are kept, begun,
 * used and damaged by that library, while everything around them is ours. Its state lies in the
 * Store and nowhere else. Its defects are left as they are. Development only.
 */

import type { StepContext } from '../../../../protocol/contract.ts';
import { assert, isRejected, type Rejection, reject } from '../../../../protocol/errors.ts';
import { equalBytes, serialiseKey } from '../../../../protocol/signal/keys.ts';
import { findPrekey, findSignedPrekey } from '../../../../protocol/signal/prekeys.ts';
import {
  archivedCollection,
  currentSession,
  pinnedIdentity,
  type SelfIdentityRecord,
  SIGNAL_COLLECTIONS,
  type SkippedKeyRecord,
  selfIdentity,
  skippedCollection,
} from '../../../../protocol/signal/records.ts';
import type {
  Decrypted,
  IdentityPolicy,
  SessionLayer,
} from '../../../../protocol/signal/session-layer.ts';
import {
  applySkipped,
  archiveCurrent,
  archivedSessions,
  putCurrent,
} from '../../../../protocol/signal/session-store.ts';
import { pinIdentity, readPrekeyMessage } from '../../../../protocol/signal/sessions.ts';
import type { PrekeyBundle } from '../../../../protocol/signal/x3dh.ts';
import type { Transaction } from '../../../../protocol/store.ts';
import { deviceIdOf, userOf } from '../../../../protocol/wire/jid.ts';
import type { WrapNode } from '../../result.ts';
import type { Library, LibraryReply, LibraryRequest } from './library.ts';
import {
  asClosed,
  type LibrarySessionRecord,
  nameOf,
  putAsideIn,
  recordOf,
} from './library-record.ts';
import { repeatUses } from './library-uses.ts';

/** What the library did in a run. */
export interface LibraryCounts {
  started: number;
  encrypted: number;
  decrypted: number;
  /** Refusals by their code. */
  readonly refused: Map<string, number>;
}

/** Nothing done yet. */
export function noCounts(): LibraryCounts {
  return { started: 0, encrypted: 0, decrypted: 0, refused: new Map() };
}

/** The wrapper that puts the library behind one host. */
export function drivenBy(library: Library, host: string, counts: LibraryCounts): WrapNode {
  return (name, node) => {
    if (name !== host) return node;
    return {
      step: (input, context) =>
        node.step(input, { ...context, sessions: librarySessions(library, context, counts) }),
    };
  };
}

type Asked = Pick<LibraryRequest, 'action'> & Partial<LibraryRequest>;
type Done = Extract<LibraryReply, { kind: 'done' }>;
type Ask = (tx: Transaction, peer: string, asked: Asked) => Done | Rejection;

/** The layer for one step. */
export function librarySessions(
  library: Library,
  context: StepContext,
  counts: LibraryCounts,
): SessionLayer {
  const ask: Ask = (tx, peer, asked) => {
    const entries = asked.entries ?? entriesOf(tx, peer);
    const reply = library.ask(requestOf(tx, peer, context, { ...asked, entries }));
    repeatUses(context.crypto, reply.uses);
    if (reply.kind === 'done') return reply;
    const refusal = refusalOf(reply, peer, entries.length);
    counts.refused.set(refusal.code, (counts.refused.get(refusal.code) ?? 0) + 1);
    return refusal;
  };
  return {
    startSession: (tx, peer, bundle, policy) => {
      const done = askToStart(tx, peer, bundle, policy, ask);
      if (isRejected(done)) return done;
      counts.started += 1;
      pinIdentity(tx, peer, bundle.identityKey);
      keep(tx, peer, done);
      return undefined;
    },
    encryptFor: (tx, peer, plaintext) => {
      const done = ask(tx, peer, { action: 'encrypt', bytes: plaintext });
      if (isRejected(done)) return done;
      counts.encrypted += 1;
      keep(tx, peer, done);
      const open = currentSession(tx, peer);
      assert(open !== undefined && done.bytes !== undefined, 'it encrypts on an open session');
      return { type: done.type, bytes: done.bytes, baseKey: open.aliceBaseKey };
    },
    decryptFrom: (tx, peer, type, bytes, policy) => {
      const done =
        type === 'msg'
          ? ask(tx, peer, { action: 'decrypt', type, bytes })
          : askPrekeyMessage(tx, peer, bytes, policy, ask);
      if (isRejected(done)) return done;
      counts.decrypted += 1;
      return keepOpened(tx, peer, done);
    },
    leaveGap: (tx, peer, count) => {
      if (currentSession(tx, peer) === undefined) return;
      const done = ask(tx, peer, { action: 'gap', count });
      assert(!isRejected(done), 'a gap of a few keys can always be left');
      keep(tx, peer, done);
    },
  };
}

function askToStart(
  tx: Transaction,
  peer: string,
  bundle: PrekeyBundle,
  policy: IdentityPolicy,
  ask: Ask,
): Done | Rejection {
  const { registrationId, identityKey, signedPrekey, prekey } = bundle;
  return ask(tx, peer, {
    action: 'start',
    ...trustOf(tx, peer, identityKey, policy),
    bundle: {
      registrationId,
      identityKey: serialiseKey(identityKey),
      signedPrekey: { ...signedPrekey, publicKey: serialiseKey(signedPrekey.publicKey) },
      prekey: prekey && { id: prekey.id, publicKey: serialiseKey(prekey.publicKey) },
    },
  });
}

/** A message that begins a session: the prekeys it names and the trust in its sender go along. */
function askPrekeyMessage(
  tx: Transaction,
  peer: string,
  bytes: Uint8Array,
  policy: IdentityPolicy,
  ask: Ask,
): Done | Rejection {
  const head = readPrekeyMessage(bytes);
  if (isRejected(head)) return head;
  const { identityKey, preKeyId, signedPreKeyId } = head;
  const prekey = preKeyId === undefined ? undefined : findPrekey(tx, preKeyId);
  const signedPrekey = findSignedPrekey(tx, signedPreKeyId);
  const done = ask(tx, peer, {
    action: 'decrypt',
    type: 'pkmsg',
    bytes,
    ...trustOf(tx, peer, identityKey, policy),
    prekey: prekey && serialised(prekey.keyPair),
    signedPrekey: signedPrekey && serialised(signedPrekey.keyPair),
  });
  if (isRejected(done)) return done;
  pinIdentity(tx, peer, identityKey);
  if (done.removedPrekey !== undefined) {
    tx.delete(SIGNAL_COLLECTIONS.prekey, String(done.removedPrekey));
  }
  return done;
}

function keepOpened(tx: Transaction, peer: string, done: Done): Decrypted {
  const { bytes: plaintext } = done;
  assert(plaintext !== undefined, 'what it opened has a plaintext');
  const known = entriesOf(tx, peer).map((entry) => nameOf(entry).id);
  const isNewSession = done.entries.some((entry) => !known.includes(nameOf(entry).id));
  return { plaintext, isNewSession, identityKey: keep(tx, peer, done) };
}

/** Whom the library may trust; an identity that may be replaced comes without old sessions. */
function trustOf(
  tx: Transaction,
  peer: string,
  identityKey: Uint8Array,
  policy: IdentityPolicy,
): Pick<Asked, 'trusted' | 'entries'> {
  const pinned = pinnedIdentity(tx, peer)?.publicKey;
  if (pinned === undefined || equalBytes(pinned, identityKey)) return {};
  return policy.acceptNewIdentity === true ? { entries: [] } : { trusted: serialiseKey(pinned) };
}

function requestOf(
  tx: Transaction,
  peer: string,
  context: StepContext,
  asked: Asked & { readonly entries: readonly string[] },
): LibraryRequest {
  const self = ownIdentity(tx);
  return {
    seed: context.secrets.bytes('foreign-library', 32),
    wallMs: Math.floor(context.wallUs / 1000),
    user: userOf(peer).split('@')[0] ?? '',
    device: deviceIdOf(peer),
    identity: serialised(self.keyPair),
    registrationId: self.registrationId,
    trusted: undefined,
    ...asked,
  };
}

function ownIdentity(tx: Transaction): SelfIdentityRecord {
  const self = selfIdentity(tx);
  assert(self !== undefined, 'a device has an identity before it has sessions');
  return self;
}

function serialised(pair: { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }) {
  return { privateKey: pair.privateKey, publicKey: serialiseKey(pair.publicKey) };
}

/** The library tells few of its refusals apart: what no MAC was tried for does not decode. */
function refusalOf(
  reply: Extract<LibraryReply, { kind: 'failed' }>,
  peer: string,
  sessions: number,
): Rejection {
  const refuse = (code: Rejection['code']) =>
    reject(code, `The library refuses what ${peer} sent.`, { device: peer, library: reply.name });
  if (reply.name === 'UntrustedIdentityKeyError') return refuse('untrusted-identity');
  if (reply.name === 'PreKeyError') return refuse('unknown-prekey');
  if (reply.name === 'MessageCounterError') return refuse('duplicate-message');
  if (reply.name === 'SessionError') return refuse(sessions === 0 ? 'no-session' : 'bad-mac');
  return refuse(reply.uses.some(({ name }) => name === 'verifyMAC') ? 'bad-mac' : 'malformed');
}

/** The library's entries for `peer`, closed ones first. */
function entriesOf(tx: Transaction, peer: string): string[] {
  const closed = archivedSessions(tx, peer).map((session) => {
    return asClosed((session as LibrarySessionRecord).entry);
  });
  const open = currentSession(tx, peer) as LibrarySessionRecord | undefined;
  return open === undefined ? closed : [...closed, open.entry];
}

/** Stores what the library made of its sessions; answers the identity of the one it used last. */
function keep(tx: Transaction, peer: string, done: Done): Uint8Array {
  const archive = archivedCollection(peer);
  const kept = new Map(done.entries.map((entry) => [nameOf(entry).id, entry]));
  const open = done.entries.find((entry) => nameOf(entry).isOpen);
  if (open === undefined) archiveCurrent(tx, peer);
  else keepOne(tx, peer, open, true);
  for (const entry of done.entries) if (entry !== open) keepOne(tx, peer, entry, false);
  for (const { sessionId } of archivedSessions(tx, peer)) {
    if (kept.has(sessionId)) continue;
    tx.delete(archive, sessionId);
    keepPutAside(tx, peer, sessionId, undefined);
  }
  const last = archivedSessions(tx, peer).at(-1);
  const identity = (currentSession(tx, peer) ?? last)?.remoteIdentity;
  assert(identity !== undefined, 'the library keeps the session it has used');
  return identity;
}

function keepOne(tx: Transaction, peer: string, entry: string, isOpen: boolean): void {
  const { id } = nameOf(entry);
  const current = currentSession(tx, peer) as LibrarySessionRecord | undefined;
  const archived = tx.get(archivedCollection(peer), id) as LibrarySessionRecord | undefined;
  const before = current?.sessionId === id ? current : archived;
  if (isOpen ? current?.entry === entry : archived?.entry === entry) return;
  const record = recordOf(entry, ownIdentity(tx), before);
  if (isOpen) putCurrent(tx, peer, record);
  else tx.put(archivedCollection(peer), id, record);
  keepPutAside(tx, peer, id, entry);
}

/** Message keys put aside, one record each, as the other sessions of this program have them. */
function keepPutAside(
  tx: Transaction,
  peer: string,
  sessionId: string,
  entry: string | undefined,
): void {
  const wanted = entry === undefined ? [] : putAsideIn(entry);
  const names = new Set(wanted.map(({ key }) => key));
  const held = tx.entries(skippedCollection(peer, sessionId)) as [string, SkippedKeyRecord][];
  const known = new Set(held.map(([key]) => key));
  applySkipped(tx, peer, sessionId, [
    ...held.filter(([key]) => !names.has(key)).map(([key]) => ({ key, messageSeed: undefined })),
    ...wanted.filter(({ key }) => !known.has(key)),
  ]);
}
