/**
 * What a search is made of, as plain data that travels to worker threads: tasks in batches, one
 * report per task. A task is a function of its own words alone, so any number of workers finds the
 * same things.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { Override, Scenario } from '../../scenarios/scenario.ts';
import type { VerdictWord } from '../properties/property.ts';

export type ArchitectureName = Architecture['name'];

/** One thing to run. `scenario` is an index into the batch's scenarios. */
export type Task =
  /** A scenario drawn from the arbitraries; scenario and run are functions of (seed, index). */
  | { readonly kind: 'generated'; readonly seed: string; readonly index: number }
  /** A given scenario, with a seed of its own. */
  | { readonly kind: 'given'; readonly scenario: number; readonly seed: string }
  /** A given scenario with another seed: its expectations are judged, its `must-` lists are not. */
  | {
      readonly kind: 'reseeded';
      readonly scenario: number;
      readonly seed: string;
    }
  /** A variation of a given scenario, drawn like a generated one. */
  | {
      readonly kind: 'varied';
      readonly scenario: number;
      readonly seed: string;
      readonly index: number;
    }
  /** A given scenario and seed in which one named crash happens. */
  | {
      readonly kind: 'crash';
      readonly scenario: number;
      readonly seed: string;
      readonly choice: string;
    };

/** Tasks that go to one worker together. */
export interface Batch {
  readonly scenarios: readonly Scenario[];
  readonly tasks: readonly Task[];
  /** Absent: each scenario's own, or fanout. */
  readonly architecture?: ArchitectureName;
  readonly crypto: 'openssl' | 'noble';
  /** Bound of each run. */
  readonly maxEvents: number;
  /**
   * Every how many tasks a run that held is repeated and its hashes compared; failures always are.
   */
  readonly repeatEvery: number;
  /** Runs that shrinking one failure may take. */
  readonly shrinkRuns: number;
}

/** How a run failed. */
export type FailureKind = 'violated' | 'not-deterministic' | 'defect';

/** A failure, made small, ready to be written as a scenario file. */
export interface Finding {
  readonly kind: FailureKind;
  /** Property or expectation that was violated; `X5` for different hashes, empty for a defect. */
  readonly property: string;
  readonly sentence: string;
  /** Carries seed, architecture and overrides. */
  readonly counterexample: Scenario;
  /** Runs it took to make it small. */
  readonly shrinkRuns: number;
}

/** What one task found. */
export interface TaskReport {
  readonly name: string;
  readonly seed: string;
  readonly verdict: VerdictWord;
  /** Reasons of a verdict other than held. */
  readonly reasons: readonly string[];
  readonly events: number;
  readonly wasRepeated: boolean;
  /** Whether the run had expectations of its scenario to judge. */
  readonly hadExpectations: boolean;
  /** Expected displays that a crash of ours made impossible, and that were not counted. */
  readonly waived: number;
  /** Property id and how often it was checked. */
  readonly checks: readonly (readonly [string, number])[];
  readonly levers: readonly (readonly [string, number])[];
  readonly finding?: Finding;
}

/**
 * A counterexample of a scenario: the same story, pinned to a seed, an architecture and decisions.
 */
export function pinned(
  scenario: Scenario,
  seed: string,
  overrides: readonly Override[] = [],
  architecture: ArchitectureName = scenario.architecture ?? 'fanout',
): Scenario {
  const all = [...scenario.overrides, ...overrides];
  return { ...scenario, seed, architecture, overrides: all };
}
