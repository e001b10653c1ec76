/**
 * Where sessions lie in the Store: current, archived (oldest first, at most forty), their skipped
 * keys. Moves and deletes them; knows nothing of keys or messages. Source: specification 3.2, 3.5.
 */

import type { DeviceJid } from '../contract.ts';
import { ARCHIVED_SESSIONS_MAX } from '../limits.ts';
import type { Transaction } from '../store.ts';
import type { SkippedChange, SkippedLookup } from './ratchet.ts';
import {
  archivedCollection,
  currentSession,
  type SessionRecord,
  SIGNAL_COLLECTIONS,
  type SkippedKeyRecord,
  skippedCollection,
} from './records.ts';

/** Archived sessions with `peer`, oldest first. */
export function archivedSessions(tx: Transaction, peer: DeviceJid): SessionRecord[] {
  return tx.entries(archivedCollection(peer)).map(([, record]) => record as SessionRecord);
}

/** The session with this id, current or archived. */
export function findSession(
  tx: Transaction,
  peer: DeviceJid,
  sessionId: string,
): SessionRecord | undefined {
  const current = currentSession(tx, peer);
  if (current?.sessionId === sessionId) return current;
  return tx.get(archivedCollection(peer), sessionId) as SessionRecord | undefined;
}

/** Finds skipped keys of one session. */
export function skippedLookup(tx: Transaction, peer: DeviceJid, sessionId: string): SkippedLookup {
  return (key) => {
    const record = tx.get(skippedCollection(peer, sessionId), key);
    return (record as SkippedKeyRecord | undefined)?.messageSeed;
  };
}

/**
 * Stores `session` as the current one. Another current session is archived as the newest; if
 * `session` was archived it is promoted. Above forty archived sessions the oldest goes, with its
 * skipped keys.
 */
export function putCurrent(tx: Transaction, peer: DeviceJid, session: SessionRecord): void {
  const current = currentSession(tx, peer);
  if (current?.sessionId !== session.sessionId) {
    tx.delete(archivedCollection(peer), session.sessionId);
    if (current !== undefined) moveToArchive(tx, peer, current);
  }
  tx.put(SIGNAL_COLLECTIONS.session, peer, session);
}

/** Archives the current session, if there is one, so that the next message needs a new one. */
export function archiveCurrent(tx: Transaction, peer: DeviceJid): void {
  const current = currentSession(tx, peer);
  if (current === undefined) return;
  moveToArchive(tx, peer, current);
  tx.delete(SIGNAL_COLLECTIONS.session, peer);
}

function moveToArchive(tx: Transaction, peer: DeviceJid, session: SessionRecord): void {
  const archive = archivedCollection(peer);
  tx.put(archive, session.sessionId, session);
  const surplus = tx.count(archive) - ARCHIVED_SESSIONS_MAX;
  if (surplus <= 0) return;
  for (const [sessionId] of tx.entries(archive).slice(0, surplus)) {
    tx.delete(archive, sessionId);
    deleteSkipped(tx, peer, sessionId);
  }
}

/** Carries out changes of skipped keys. */
export function applySkipped(
  tx: Transaction,
  peer: DeviceJid,
  sessionId: string,
  changes: readonly SkippedChange[],
): void {
  if (changes.length === 0) return;
  const collection = skippedCollection(peer, sessionId);
  for (const { key, messageSeed } of changes) {
    if (messageSeed === undefined) tx.delete(collection, key);
    else tx.put(collection, key, { kind: 'skipped-key', messageSeed } as SkippedKeyRecord);
  }
}

/**
 * Deletes the current and all archived sessions with `peer` and their skipped keys; the pin stays.
 */
export function deleteSession(tx: Transaction, peer: DeviceJid): void {
  const current = currentSession(tx, peer);
  if (current !== undefined) {
    deleteSkipped(tx, peer, current.sessionId);
    tx.delete(SIGNAL_COLLECTIONS.session, peer);
  }
  for (const { sessionId } of archivedSessions(tx, peer)) {
    deleteSkipped(tx, peer, sessionId);
    tx.delete(archivedCollection(peer), sessionId);
  }
}

function deleteSkipped(tx: Transaction, peer: DeviceJid, sessionId: string): void {
  const collection = skippedCollection(peer, sessionId);
  for (const [key] of tx.entries(collection)) tx.delete(collection, key);
}
