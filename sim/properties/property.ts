/**
 * What a property is. A property watches the run's events and the ledger of ground truth, never
 * what a node says of itself; it counts how often it was checked, since zero is not green (contract
 * 11).
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Observer } from '../trace/observer.ts';

export interface Violation {
  /** Message id, device, or key id the violation is about. */
  readonly subject: string;
  readonly sequence: number;
  readonly timeUs: number;
  /** One sentence in plain words. */
  readonly sentence: string;
}

/** What a judge may look at. */
export interface JudgeView {
  readonly scenario: Scenario;
  readonly architecture: Architecture;
  /** The bare provider, without the observer: judges verify signatures themselves. */
  readonly crypto: CryptoProvider;
  readonly ledger: Ledger;
  /** Host names in world order, `server` last. */
  readonly hosts: readonly string[];
  /** Counts one check; when `holds` is false, records the violation. */
  check(holds: boolean, subject: string, sentence: () => string): void;
}

export interface Judge extends Observer {
  /** After the last event, the world at rest. */
  finish?(): void;
}

export interface Property {
  /** As `L1`; the catalogue's id, or the user's own. */
  readonly id: string;
  readonly name: string;
  /** One line for `list properties`. */
  readonly summary: string;
  judge(view: JudgeView): Judge;
}

export type VerdictWord = 'held' | 'violated' | 'undecided';

export interface PropertyVerdict {
  readonly id: string;
  readonly name: string;
  readonly verdict: VerdictWord;
  readonly checked: number;
  readonly violations: readonly Violation[];
}
