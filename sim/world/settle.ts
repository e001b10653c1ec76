/**
 * Whether the world came to rest after the heal phase (contract 10), and if not, the stuck set:
 * outbox entries without an answer, words between own devices, changes of app state, files, history
 * and calls under way, queues at the server, probes that did not show. Looked at once, at the end;
 * during the run only the time of the last relevant commit is kept.
 */

import type { CallRecord, MediaRecord, OutboxRecord } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { Host } from '../hosts/host.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';

/** Something that did not come to rest, and why. */
export interface StuckItem {
  readonly host: string;
  /** Message id, or the device whose queue it is. */
  readonly subject: string;
  readonly reason: string;
}

/** Server collections that hold undelivered stanzas are named `queue/DEVICE`. */
const QUEUE = 'queue/';

/** Collections whose records say that something about messages, files or settings went on. */
const RELEVANT: ReadonlySet<string> = new Set([
  'outbox',
  'shown',
  'peer',
  'media',
  'call',
  'setting',
  'history-chunk',
  'history-job',
  'deed',
]);

/** Follows the heal phase of one run. */
export class Settlement implements Observer {
  readonly kinds = ['phase', 'commit'] as const;
  #healUs = -1;
  #lastUs = -1;

  observe(event: RunEvent): void {
    if (event.kind === 'phase' && event.phase === 'heal') {
      this.#healUs = event.timeUs;
      this.#lastUs = event.timeUs;
    }
    if (event.kind !== 'commit' || this.#healUs < 0) return;
    for (const { collection } of event.changes) {
      if (RELEVANT.has(collection) || collection.startsWith(QUEUE)) this.#lastUs = event.timeUs;
    }
  }

  /**
   * Microseconds from the start of the heal phase to the last commit about a message; -1 without
   * one.
   */
  get settledAfterUs(): number {
    return this.#healUs < 0 ? -1 : this.#lastUs - this.#healUs;
  }
}

/** What is outstanding now; empty when the world is at rest. */
export function stuckItems(hosts: Iterable<Host>, server: Host, ledger: Ledger): StuckItem[] {
  const out: StuckItem[] = [];
  for (const host of hosts) {
    if (ledger.isUnusable(host.name)) continue;
    for (const name of host.store.collectionNames()) {
      const reasonOf = reasonsIn(name);
      if (reasonOf === undefined) continue;
      for (const [subject, record] of host.store.collection(name)) {
        const reason = reasonOf(record, host.store);
        if (reason !== undefined && !isForUnusable(subject, ledger))
          out.push({ host: host.name, subject, reason });
      }
    }
  }
  for (const name of server.store.collectionNames()) {
    if (!name.startsWith(QUEUE)) continue;
    const count = server.store.collection(name).size;
    if (count === 0) continue;
    const subject = name.slice(QUEUE.length);
    const host = ledger.linkage.hostOf(subject) ?? subject;
    if (ledger.isUnusable(host)) continue;
    out.push({ host, subject, reason: `${count} stanzas wait in its queue` });
  }
  stuckProbes(ledger, out);
  return out;
}

/** Whether a key names a device that is of no use any more: nobody will answer for it. */
function isForUnusable(key: string, ledger: Ledger): boolean {
  return key.split('|').some((part) => ledger.isUnusable(ledger.linkage.hostOf(part) ?? ''));
}

function stuckProbes(ledger: Ledger, out: StuckItem[]): void {
  for (const status of ledger.messages()) {
    if (!status.isProbe) continue;
    for (const device of ledger.due(status)) {
      const shown = ledger.shownOn(device, status.said);
      // A browser that was not live when it came has it from its phone.
      const isMirror = ledger.linkage.isBrowser(device);
      if (shown?.record.via === 'live' || (isMirror && shown !== undefined)) continue;
      const host = ledger.linkage.hostOf(device) ?? device;
      const reason = `the probe of ${status.said.host} did not show`;
      out.push({ host, subject: status.said.messageId, reason });
    }
  }
}

/** Why a record is outstanding; undefined when it is not. */
type Reason = (record: StoredRecord, store: Host['store']) => string | undefined;

/** What the records of a collection may wait for; undefined where nothing does. */
function reasonsIn(collection: string): Reason | undefined {
  switch (collection) {
    case 'outbox':
      return outboxReason;
    case 'deed':
      return () => 'what a person wanted of the phone is not done';
    case 'peer':
      return () => 'a word to an own device was not taken';
    case 'media':
      return (record) =>
        (record as MediaRecord).state === 'wanted'
          ? 'the file of a message is not there'
          : undefined;
    case 'blob-job':
      return () => 'an errand at the file store is not done';
    case 'history-chunk':
    case 'history-job':
      return () => 'a part of the history is not through';
    case 'call':
      return callReason;
    default:
      return collection.startsWith(PENDING) ? pendingReason(collection) : undefined;
  }
}

function outboxReason(record: StoredRecord): string | undefined {
  const { state } = record as OutboxRecord;
  if (state === 'acknowledged') return undefined;
  return state === 'wanting'
    ? 'its message waits for keys or lists'
    : 'its message was sealed, has no answer';
}

function callReason(record: StoredRecord): string | undefined {
  const { state } = record as CallRecord;
  // Two people may talk on: only who calls or rings must come to an end.
  const isSettled = state === 'ended' || state === 'connected';
  return isSettled ? undefined : `its call is still ${state}`;
}

/** Changes of app state that the server has not taken are kept by collection. */
const PENDING = 'app-state-pending/';

/** What is read of a collection that is not at rest. */
interface SyncFields extends StoredRecord {
  readonly blockedOn?: readonly string[];
}

/** A collection may wait a day for a key that nobody has (specification 8.11): L8 judges that. */
function pendingReason(collection: string): Reason {
  const name = collection.slice(PENDING.length);
  return (_record, store) => {
    const sync = store.get('app-state-sync', name) as SyncFields | undefined;
    const isBlocked = (sync?.blockedOn?.length ?? 0) > 0;
    // A phone without companions has no key yet, and nobody to agree with.
    const isAlone = store.collection('app-state-key').size === 0;
    return isBlocked || isAlone ? undefined : `a change of ${name} is not at the server`;
  };
}
