/**
 * Numbers the events of a run and shows each to everybody who watches, in a fixed order.
 */

import type { EventQueue } from '../kernel/event-queue.ts';
import { Audience } from '../trace/audience.ts';
import type { RunEvent, RunEventBody } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';

/** The one stream of events of a run. */
export class Recorder {
  readonly #queue: EventQueue;
  readonly #audience: Audience;
  #count = 0;

  /** Observers are called in this order, each with every event. */
  constructor(queue: EventQueue, observers: readonly Observer[]) {
    this.#queue = queue;
    this.#audience = new Audience(observers);
  }

  /** Events so far. */
  get count(): number {
    return this.#count;
  }

  /** Records what happens now and returns its sequence. */
  record(node: string, cause: number, body: RunEventBody): number {
    const sequence = this.#count++;
    const event: RunEvent = { sequence, timeUs: this.#queue.timeUs, node, cause, ...body };
    this.#audience.show(event);
    return sequence;
  }
}
