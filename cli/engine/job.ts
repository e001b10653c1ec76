/**
 * What the command line asks of the thread that runs a scenario, and what it hears back: plain data
 * both ways, so that the main thread stays free for progress and Ctrl-C.
 */

import type { Override, Scenario } from '../../scenarios/scenario.ts';
import type { RunResult } from '../../sim/run/run.ts';
import type { ArchitectureName, CryptoName } from '../options.ts';
import type { Comparison } from '../replay/compare.ts';

/** What a trace tells beyond its events. */
export interface TraceDetail {
  /** What every written record says, not only the public ones. */
  readonly hasViews: boolean;
  /** The uses of keys of each step. */
  readonly hasKeys: boolean;
}

/** One run, described. */
export interface RunJob {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly architecture: ArchitectureName;
  readonly crypto: CryptoName;
  readonly overrides: readonly Override[];
  readonly maxEvents?: number;
  readonly maxVirtualUs?: number;
  /** File that receives the trace while the run goes on. */
  readonly traceFile?: string;
  /** Whether that file is only for this program, which removes it: then nobody is told of it. */
  readonly isTraceScratch?: boolean;
  /** What the trace, or the one compared with, tells beyond its events; nothing when absent. */
  readonly detail?: TraceDetail;
  /** Recorded trace that the run is compared with, event by event. */
  readonly compareFile?: string;
  readonly build: string;
  readonly wantsDecisionLog?: boolean;
}

/** One property as far as it was judged when a run was interrupted. */
export interface PartialJudgement {
  readonly id: string;
  readonly name: string;
  readonly checked: number;
  /** Sentences of the violations so far. */
  readonly violations: readonly string[];
}

/** A run that was stopped before its end, as far as it was judged. */
export interface InterruptedRun {
  readonly kind: 'interrupted';
  readonly events: number;
  readonly virtualUs: number;
  readonly properties: readonly PartialJudgement[];
}

/** How a run ended. */
export type RunOutcome =
  | { readonly kind: 'done'; readonly result: RunResult; readonly comparison?: Comparison }
  | InterruptedRun
  /** Something asked for cannot be done, as writing the trace: one sentence for the person. */
  | { readonly kind: 'refused'; readonly sentence: string }
  | { readonly kind: 'defect'; readonly story: string };

/** Memory both threads see. `progress` holds events, virtual microseconds and violations so far. */
export interface Shared {
  readonly progress: Float64Array;
  /** 1: stop at the next event. */
  readonly stop: Int32Array;
}

/** Makes the shared memory of one run. */
export function makeShared(): Shared {
  return {
    progress: new Float64Array(new SharedArrayBuffer(24)),
    stop: new Int32Array(new SharedArrayBuffer(4)),
  };
}
