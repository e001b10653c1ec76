/**
 * Steps that survived: a step counts once the Store took its commit, or at once when it wrote
 * nothing (contract 2). A crash between handling and commit leaves no trace here, and neither does
 * a refused commit. Judges share one instance and read `current` while they observe the event that
 * completed a step.
 */

import type { Effect, Input } from '../../protocol/contract.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Change, CryptoUse, RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';

/** One step whose effects hold. */
export interface SurvivedStep {
  readonly node: string;
  readonly input: Input;
  readonly effects: readonly Effect[];
  readonly crypto: readonly CryptoUse[];
  /** What its commit changed; empty when it wrote nothing. */
  readonly changes: readonly Change[];
  readonly sequence: number;
  readonly timeUs: number;
}

interface Pending {
  readonly input: Input;
  readonly effects: readonly Effect[];
  readonly crypto: readonly CryptoUse[];
}

const NO_CHANGES: readonly Change[] = [];

/** Pairs `stepped` with its `commit`. */
export class SurvivedSteps implements Observer {
  readonly #pending = new Map<string, Pending>();
  /** The step that this event completed, if it completed one. */
  current: SurvivedStep | undefined = undefined;
  /** The step that this event undid: it was handled, and its commit never happened. */
  undone: { readonly node: string; readonly input: Input } | undefined = undefined;

  observe(event: RunEvent): void {
    this.current = undefined;
    this.undone = undefined;
    switch (event.kind) {
      case 'stepped':
        this.#stepped(event);
        break;
      case 'commit': {
        const pending = this.#pending.get(event.node);
        if (pending === undefined || pending.input.id !== event.inputId) break;
        this.#pending.delete(event.node);
        this.current = {
          input: pending.input,
          effects: pending.effects,
          crypto: pending.crypto,
          node: event.node,
          changes: event.changes,
          sequence: event.sequence,
          timeUs: event.timeUs,
        };
        break;
      }
      case 'crash':
      case 'commit-refused': {
        const pending = this.#pending.get(event.node);
        if (pending !== undefined) this.undone = { node: event.node, input: pending.input };
        this.#pending.delete(event.node);
        break;
      }
    }
  }

  #stepped(event: RunEvent & { readonly kind: 'stepped' }): void {
    const { input, effects, crypto } = event;
    if (effects[0]?.kind === 'commit') {
      this.#pending.set(event.node, { input, effects, crypto });
      return;
    }
    const { node, sequence, timeUs } = event;
    this.current = { node, input, effects, crypto, changes: NO_CHANGES, sequence, timeUs };
  }
}

/** The run's one instance. */
export function survivedSteps(ledger: Ledger): SurvivedSteps {
  return ledger.shared('survived-steps', () => new SurvivedSteps());
}
