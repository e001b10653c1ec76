/**
 * Paired runs: the same scenario and seed on both architectures, measured. Tasks and samples are
 * plain data that travels to worker threads; a sample is a function of its task alone, so any
 * number of workers gives the same samples.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { factWords } from '../../scenarios/fact.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { VerdictWord } from '../properties/property.ts';
import type { RunMeasures } from '../run/measures/measure-taker.ts';
import { type RunResult, runScenario, type TheftExposure } from '../run/run.ts';

/** The two sides, in the order every table has them. */
export const PAIR_SIDES = ['relay', 'fanout'] as const;
export type PairSide = (typeof PAIR_SIDES)[number];

/** Both sides of some seeds of one scenario, which go to one worker together. */
export interface PairBatch {
  readonly scenario: Scenario;
  readonly seeds: readonly string[];
  readonly crypto: 'openssl' | 'noble';
  /** Whether properties are judged; measures are the same either way. */
  readonly isJudged: boolean;
  /** Bound of each run. */
  readonly maxEvents: number;
}

/** Something a scenario declares a side unable to do, and how often that showed. */
export interface ExcusedCount {
  readonly subject: string;
  readonly why: string;
  readonly seen: number;
}

/** What one run gave. */
export interface Sample {
  readonly side: PairSide;
  readonly seed: string;
  readonly verdict: VerdictWord;
  readonly reasons: readonly string[];
  /** Ids of the properties that were violated. */
  readonly violated: readonly string[];
  readonly excused: readonly ExcusedCount[];
  readonly events: number;
  /** What the thefts of the story exposed; empty where it has none. */
  readonly thefts: readonly TheftExposure[];
  /** Absent when a bound ended the run before its story was over, or it ended in a defect. */
  readonly measures?: RunMeasures;
  /** Why the simulator itself failed. */
  readonly defect?: string;
}

/** What paired runs need of the outside. */
export interface PairEngine {
  readonly architectures: Readonly<Record<PairSide, Architecture>>;
  crypto(): CryptoProvider;
}

/** Runs a batch: for each seed the one side, then the other. */
export function performPairs(batch: PairBatch, engine: PairEngine): readonly Sample[] {
  return batch.seeds.flatMap((seed) =>
    PAIR_SIDES.map((side) => sampleOf(batch, seed, side, engine)),
  );
}

function sampleOf(batch: PairBatch, seed: string, side: PairSide, engine: PairEngine): Sample {
  const { scenario, isJudged, maxEvents } = batch;
  try {
    const result = runScenario({
      scenario,
      seed,
      architecture: engine.architectures[side],
      crypto: engine.crypto(),
      maxEvents,
      wantsMeasures: true,
      ...(isJudged ? {} : { properties: [] }),
    });
    const { verdict, reasons, events, measures, exposure: thefts } = result;
    const excused = excusedIn(scenario, result, side);
    const violated = result.properties
      .filter((property) => property.verdict === 'violated')
      .map(({ id }) => id);
    const sample = { side, seed, verdict, reasons, violated, excused, events, thefts };
    return measures === undefined ? sample : { ...sample, measures };
  } catch (error) {
    const defect = error instanceof Error ? error.message : String(error);
    const reasons = [`a defect of the simulator: ${defect}`];
    const nothing = { violated: [], excused: [], events: 0, thefts: [] };
    return { side, seed, verdict: 'undecided', reasons, ...nothing, defect };
  }
}

function excusedIn(scenario: Scenario, result: RunResult, side: PairSide): readonly ExcusedCount[] {
  const properties = scenario.exceptions
    .filter(({ architecture }) => architecture === side || architecture === 'both')
    .map(({ property, why }): ExcusedCount => {
      const found = result.properties.find(({ id }) => id === property);
      return { subject: property, why, seen: found?.violations.length ?? 0 };
    });
  const expectations = result.expectations.flatMap(({ expectation, excused }) => {
    const except = expectation.except.find(({ architecture }) => architecture === side);
    if (except === undefined) return [];
    const subject = `${factWords(expectation.fact)} on ${expectation.on.join(', ')}`;
    return [{ subject, why: except.why, seen: excused.length }];
  });
  return [...properties, ...expectations];
}

/** How two sides of a seed were not given the same; undefined when they were. */
export function unlikeness(one: Sample, other: Sample): string | undefined {
  const [left, right] = [one.measures?.fingerprints, other.measures?.fingerprints];
  if (left === undefined || right === undefined) return undefined;
  if (left.intents !== right.intents) return 'people meant to do different things';
  if (left.weather !== right.weather) return 'the weather was different';
  return undefined;
}
