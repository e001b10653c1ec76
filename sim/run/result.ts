/**
 * What a run is asked for and what it answers, as plain data. The command line builds its JSON
 * document from `RunResult`; nothing here is driven by clocks or files.
 */

import type { Architecture, ProtocolNode } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import type { Store } from '../../protocol/store.ts';
import type { Expectation, Override, Scenario } from '../../scenarios/scenario.ts';
import type { Decision, UnusedOverride } from '../kernel/chooser.ts';
import type { TheftExposure } from '../properties/exposure-report.ts';
import type { Property, PropertyVerdict, VerdictWord } from '../properties/property.ts';
import type { WhyNotCompleted } from '../trace/events.ts';
import type { RunDigests } from '../trace/hashes.ts';
import type { Observer } from '../trace/observer.ts';
import type { StuckItem } from '../world/settle.ts';
import type { RunMeasures } from './measures/measure-taker.ts';

export type { TheftExposure } from '../properties/exposure-report.ts';
export type { RunDigests as RunHashes } from '../trace/hashes.ts';

/** Default bound on the number of run events; reaching it makes the run undecided. */
export const EVENTS_MAX_DEFAULT = 20_000_000;
/** Default bound on virtual time: 100 days. Reaching it makes the run undecided. */
export const VIRTUAL_US_MAX_DEFAULT = 100 * 86_400_000_000;

/**
 * Replaces a node by another around the same Store: broken twins, foreign devices. Called once per
 * boot.
 */
export type WrapNode = (host: string, node: ProtocolNode, store: Store) => ProtocolNode;

/** Everything a run depends on. Same options, same result, to the last bit. */
export interface RunOptions {
  readonly scenario: Scenario;
  /** Any text; the only source of chance. */
  readonly seed: string;
  readonly architecture: Architecture;
  /** The bare provider; hosts wrap it with the observer of key use. */
  readonly crypto: CryptoProvider;
  /** Properties to judge; all of the catalogue when absent. */
  readonly properties?: readonly Property[];
  /** Further observers (trace writer, live view), called in event order after the judges. */
  readonly observers?: readonly Observer[];
  /** Decisions taken away from the seed; those of the scenario come first, these win. */
  readonly overrides?: readonly Override[];
  readonly wrapNode?: WrapNode;
  readonly maxEvents?: number;
  readonly maxVirtualUs?: number;
  /** Whether `decisions` is filled: costs memory in proportion to the packets. */
  readonly wantsDecisionLog?: boolean;
  /** Whether `measures` is filled: costs about a tenth of the run. */
  readonly wantsMeasures?: boolean;
}

/** Counts of what people wrote; heal-phase probes are not part of it. */
export interface MessageCounts {
  /** Intents that left an outbox record. */
  readonly sent: number;
  /** (message, device) pairs other than the sending device that ought to show it. */
  readonly copiesDue: number;
  readonly copiesShown: number;
  /** Due, neither shown nor reported lost. */
  readonly copiesLost: number;
  readonly reportedLost: number;
  /** Intents whose device was off, unlinked, or whose step left no commit. */
  readonly notCompleted: number;
  /** The same by their reason, most first; a reason that did not occur is not in it. */
  readonly notCompletedBy: readonly (readonly [why: WhyNotCompleted, count: number])[];
}

/** Quantiles of one measured quantity in whole microseconds; all 0 when `count` is 0. */
export interface Quantiles {
  readonly count: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

export interface DeviceMetrics {
  readonly device: string;
  /**
   * Stanza bytes plus modelled transport: device to server, and server to device; retransmissions
   * included.
   */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly stanzasUp: number;
  readonly stanzasDown: number;
  /** Times the radio or processor left rest: power-on, push, timers in doze, keep-alives. */
  readonly wakeUps: number;
  readonly cryptoOperations: number;
  readonly connections: number;
}

export interface RunMetrics {
  /** From the author's commit to the copy's `shown`, per copy. */
  readonly copyLatency: Quantiles;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly stanzas: number;
  /** Sorted by name. */
  readonly cryptoOperations: readonly (readonly [string, number])[];
  readonly wakeUps: number;
  /** What judges counted apart, neither checked nor violated (`C2-unchecked`, `C8-left-out`, …). */
  readonly countedApart: readonly (readonly [string, number])[];
  /** In world order; `server` last, its up and down as it sees them. */
  readonly devices: readonly DeviceMetrics[];
}

/** One way in which an expectation was not met. */
export interface ExpectationMiss {
  /**
   * `not-due`: it did not show, and the ledger says that it is not owed to the device, which was
   * linked too late or never. `wrong`: of every fact but `shown`, something else is the case.
   */
  readonly kind: 'unsaid' | 'not-due' | 'missing' | 'late' | 'early' | 'wrong';
  /** The device; empty for `unsaid`. */
  readonly host: string;
  readonly sentence: string;
}

export interface ExpectationVerdict {
  readonly expectation: Expectation;
  readonly verdict: VerdictWord;
  /** Empty when held; else one sentence per device. */
  readonly sentences: readonly string[];
  /** What the sentences say, as data; empty unless violated. */
  readonly misses: readonly ExpectationMiss[];
  /** What an exception for this architecture excuses; empty where there is none. */
  readonly excused: readonly ExpectationMiss[];
}

export interface RunResult {
  readonly scenario: string;
  readonly seed: string;
  readonly architecture: 'fanout' | 'relay';
  readonly crypto: string;
  readonly verdict: VerdictWord;
  /** Why the verdict is not `held`: one sentence each. */
  readonly reasons: readonly string[];
  /**
   * What the scenario demands to fire or to be checked and the architecture has no occasion for by
   * its nature, with the reason; absent when there is nothing of the kind.
   */
  readonly notDemanded?: readonly string[];
  /** The bound that ended the run early, if one did. */
  readonly boundReached?: 'events' | 'virtual-time';
  readonly virtualUs: number;
  readonly events: number;
  readonly messages: MessageCounts;
  readonly properties: readonly PropertyVerdict[];
  readonly expectations: readonly ExpectationVerdict[];
  /** Every known lever and mark with how often it fired, sorted by name; zeros included. */
  readonly levers: readonly (readonly [string, number])[];
  readonly metrics: RunMetrics;
  /** What each theft exposed, in order of time; empty without one. */
  readonly exposure: readonly TheftExposure[];
  readonly hashes: RunDigests;
  /** Every choice asked for, in order, when `wantsDecisionLog`. */
  readonly decisions?: readonly Decision[];
  /** Overrides that found no place, and why. */
  readonly unusedOverrides: readonly UnusedOverride[];
  /**
   * Virtual microseconds from the start of the heal phase to the last commit about a message; -1 if
   * something stayed outstanding.
   */
  readonly settleUs: number;
  /** Empty when the heal phase settled. */
  readonly stuck: readonly StuckItem[];
  /** What a comparison looks at, when `wantsMeasures` and the story came to its end. */
  readonly measures?: RunMeasures;
}
