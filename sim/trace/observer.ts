/**
 * Whoever watches a run: properties, metrics, the hashes, the trace writer. Called in event order,
 * synchronously.
 */

import type { RunEvent } from './events.ts';

/** What an event may be. */
export type EventKind = RunEvent['kind'];

/** Somebody who is shown events. */
export interface Observer {
  /**
   * The kinds it wants to be shown; all of them when absent. Read once, when it joins. A short list
   * saves time: most observers want one kind in ten, and a run has twenty of them.
   */
  readonly kinds?: readonly EventKind[];
  observe(event: RunEvent): void;
}

/**
 * Observers by the kind of event they want, each list in order of joining.
 *
 * Measured on the phone-offline day (18,000 events, 30 observers): showing every event to everybody
 * costs a fifth of the run before the compiler has warmed up.
 */
export class Audience {
  readonly #all: Observer[] = [];
  readonly #byKind = new Map<EventKind, readonly Observer[]>();

  constructor(observers: readonly Observer[] = []) {
    for (const observer of observers) this.add(observer);
  }

  /** Joins behind those who joined before; not while an event is shown. */
  add(observer: Observer): void {
    this.#all.push(observer);
    this.#byKind.clear();
  }

  /** Shows an event to all who want its kind. */
  show(event: RunEvent): void {
    const { kind } = event;
    let wanting = this.#byKind.get(kind);
    if (wanting === undefined) {
      wanting = this.#all.filter(({ kinds }) => kinds === undefined || kinds.includes(kind));
      this.#byKind.set(kind, wanting);
    }
    for (let at = 0; at < wanting.length; at++) (wanting[at] as Observer).observe(event);
  }
}
