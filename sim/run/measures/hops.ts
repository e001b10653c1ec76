/**
 * How many links a message crosses between the act of its author and its display: the frames on
 * the chain of causes from the one to the other. A display that some other cause brought about, as
 * a reconnection that emptied a queue, has no such chain and is not counted.
 */

import type { RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';

const FIRST_ROOM = 16_384;

/** Remembers every event's cause and which of them were frames leaving a host. */
export class Hops implements Observer {
  #causes = new Int32Array(FIRST_ROOM);
  #isSend = new Uint8Array(FIRST_ROOM);

  observe({ sequence, cause, kind }: RunEvent): void {
    if (sequence >= this.#causes.length) this.#grow(sequence);
    this.#causes[sequence] = cause;
    this.#isSend[sequence] = kind === 'send' ? 1 : 0;
  }

  #grow(sequence: number): void {
    const room = Math.max(this.#causes.length * 2, sequence + 1);
    const [causes, isSend] = [new Int32Array(room), new Uint8Array(room)];
    causes.set(this.#causes);
    isSend.set(this.#isSend);
    [this.#causes, this.#isSend] = [causes, isSend];
  }

  /** Links crossed from one event to a later one; undefined when it is not among its causes. */
  between(from: number, to: number): number | undefined {
    let hops = 0;
    let at = to;
    while (at > from) {
      hops += this.#isSend[at] as number;
      at = this.#causes[at] as number;
    }
    return at === from ? hops : undefined;
  }
}
