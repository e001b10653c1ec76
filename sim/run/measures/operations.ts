/**
 * Cryptographic operations by kind of device, and the processor time they stand for: counted
 * operations times the cost table, so that the number is the same on every machine.
 */

import type { RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import { OPERATION_COSTS } from './costs.ts';
import type { Stage } from './stage.ts';

const ASYMMETRIC: ReadonlySet<string> = new Set(['keyPair', 'agree', 'sign', 'verify']);

/** What one kind of host computed. */
export interface Work {
  asymmetric: number;
  symmetric: number;
  costUs: number;
}

/** Counts uses of the crypto provider in the story. */
export class Operations implements Observer {
  readonly kinds = ['stepped'] as const;
  readonly phone: Work = { asymmetric: 0, symmetric: 0, costUs: 0 };
  readonly companion: Work = { asymmetric: 0, symmetric: 0, costUs: 0 };
  /** Server and file store. */
  readonly endpoints: Work = { asymmetric: 0, symmetric: 0, costUs: 0 };
  /** Uses of operations that the cost table does not have. */
  unpriced = 0;
  total = 0;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'stepped' || event.crypto.length === 0) return;
    const role = this.#stage.roleOf(event.node);
    const work = role === undefined ? this.endpoints : this[role];
    for (const { operation } of event.crypto) {
      if (ASYMMETRIC.has(operation)) work.asymmetric++;
      else work.symmetric++;
      const costUs = OPERATION_COSTS.get(operation);
      if (costUs === undefined) this.unpriced++;
      else work.costUs += costUs;
      this.total++;
    }
  }
}
