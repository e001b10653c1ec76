/**
 * Timers of one host, derived from its commits of `timer` records (contract 2): armed, re-armed and
 * cancelled with them, converted from the host's clock, late while it dozes. Waiting is elapsed
 * time: a step of the clock neither shortens nor lengthens a wait that has begun, and no wait, not
 * even after a reboot, is longer than it was when the timer was set.
 */

import type { TimerRecord } from '../../protocol/contract.ts';
import type { Store } from '../../protocol/store.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import type { Change } from '../trace/events.ts';

/** The pending firings of one host. */
export class Timers {
  readonly #queue: EventQueue;
  readonly #kind: number;
  readonly #hostIndex: number;
  readonly #handles = new Map<string, number>();
  /** Latest virtual time at which each stored timer is due, as of when it was set. */
  readonly #dueUs = new Map<string, number>();

  /** Firings are events (`kind`, a = `hostIndex`, b = cause, payload = name) of the queue. */
  constructor(queue: EventQueue, kind: number, hostIndex: number) {
    this.#queue = queue;
    this.#kind = kind;
    this.#hostIndex = hostIndex;
  }

  /**
   * Follows one change of the collection `timer`. `offsetUs`: this host's clock minus virtual time.
   */
  follow(change: Change, offsetUs: number, latenessUs: number, cause: number): void {
    this.#cancel(change.key);
    this.#dueUs.delete(change.key);
    if (change.after === undefined) return;
    const { deadlineUs } = change.after as TimerRecord;
    this.#dueUs.set(change.key, deadlineUs - offsetUs);
    this.#arm(change.key, deadlineUs, offsetUs, latenessUs, cause);
  }

  /** Arms everything the Store holds anew: after a boot, a change of power. */
  rearm(store: Store, offsetUs: number, latenessUs: number, cause: number): void {
    this.clear();
    for (const [name, record] of store.collection('timer')) {
      this.#arm(name, (record as TimerRecord).deadlineUs, offsetUs, latenessUs, cause);
    }
  }

  /** Forgets a firing that just happened. */
  fired(name: string): void {
    this.#handles.delete(name);
  }

  /** Cancels everything: the host is down. */
  clear(): void {
    for (const handle of this.#handles.values()) this.#queue.cancel(handle);
    this.#handles.clear();
  }

  #arm(name: string, deadlineUs: number, offsetUs: number, lateUs: number, cause: number): void {
    const askedUs = Math.min(deadlineUs - offsetUs, this.#dueUs.get(name) ?? deadlineUs - offsetUs);
    const atUs = Math.max(askedUs, this.#queue.timeUs) + lateUs;
    this.#handles.set(name, this.#queue.push(atUs, this.#kind, this.#hostIndex, cause, name));
  }

  #cancel(name: string): void {
    const handle = this.#handles.get(name);
    if (handle === undefined) return;
    this.#queue.cancel(handle);
    this.#handles.delete(name);
  }
}
