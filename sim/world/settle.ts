/**
 * Whether the world came to rest after the heal phase (contract 10), and if not, the stuck set:
 * outbox entries without an answer, queues at the server, probes that did not show. Looked at once,
 * at the end; during the run only the time of the last relevant commit is kept.
 */

import type { OutboxRecord } from '../../protocol/contract.ts';
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
      if (collection === 'outbox' || collection === 'shown' || collection.startsWith(QUEUE)) {
        this.#lastUs = event.timeUs;
      }
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
    for (const [id, record] of host.store.collection('outbox')) {
      const { state } = record as OutboxRecord;
      if (state === 'acknowledged') continue;
      const reason = state === 'wanting' ? 'waits for keys or lists' : 'was sealed, has no answer';
      out.push({ host: host.name, subject: id, reason: `its message ${reason}` });
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
  for (const status of ledger.messages()) {
    if (!status.isProbe) continue;
    for (const device of ledger.due(status)) {
      if (ledger.shownOn(device, status.said) !== undefined) continue;
      const host = ledger.linkage.hostOf(device) ?? device;
      const reason = `the probe of ${status.said.host} did not show`;
      out.push({ host, subject: status.said.messageId, reason });
    }
  }
  return out;
}
