/** Whose address is whose: which host answers to an address, read from `account` records. */

import type { TraceChange } from '../../sim/trace/trace.ts';

export class AddressTable {
  readonly #laneOf = new Map<string, number>();

  /** Takes the changes of a commit of the host on that lane. */
  take(changes: readonly TraceChange[], lane: number): void {
    for (const { collection, record, facts } of changes) {
      if (collection !== 'account' || record === null) continue;
      for (const [name, value] of facts)
        if (name === 'device') this.#laneOf.set(String(value), lane);
    }
  }

  /** The lane of an address; -1 when nobody has it. */
  lane(address: string): number {
    return this.#laneOf.get(address) ?? -1;
  }

  /** All of them, in order of coming. */
  list(): readonly (readonly [address: string, lane: number])[] {
    return [...this.#laneOf];
  }
}
