/**
 * Runs twice and compares (X5): first the hashes of blocks of events, then, where they part, the
 * events of that block one by one. Keeps no events of runs that agree.
 */

import type { RunEvent } from '../trace/events.ts';
import { firstDifferingBlock, type RunDigests, RunHashes } from '../trace/hashes.ts';
import type { Observer } from '../trace/observer.ts';
import { type RunOptions, type RunResult, runScenario } from './run.ts';

/** The first event by which two runs differ. */
export interface Difference {
  /** Hashes that differ from there on. */
  readonly ingredients: readonly (keyof RunDigests)[];
  /** The event of each run; undefined where the run had ended. */
  readonly first: RunEvent | undefined;
  readonly second: RunEvent | undefined;
}

/** What comparing two runs came to. */
export interface ReplayOutcome {
  readonly isSame: boolean;
  readonly first: RunResult;
  readonly second: RunResult;
  readonly difference?: Difference;
}

/** Runs the same options twice. */
export function replayIdentically(options: RunOptions): ReplayOutcome {
  return compareRuns(options, options);
}

/**
 * Runs two sets of options, as one scenario with two crypto providers, and finds where they part.
 */
export function compareRuns(one: RunOptions, other: RunOptions): ReplayOutcome {
  const left = hashedRun(one);
  const right = hashedRun(other);
  const [first, second] = [left.result, right.result];
  const isSame = INGREDIENTS.every((name) => first.hashes[name] === second.hashes[name]);
  if (isSame) return { isSame, first, second };
  const block = firstDifferingBlock(left.hashes.blocks(), right.hashes.blocks());
  // Without a differing block they part after the last whole one.
  const index = block?.index ?? left.hashes.blocks().length;
  const before = index === 0 ? undefined : left.hashes.blocks()[index - 1];
  const fromSequence = before === undefined ? 0 : before.sequence + 1;
  const until = block === undefined ? undefined : left.hashes.blocks()[index]?.sequence;
  const difference = firstDifference(
    eventsOf(one, fromSequence, until),
    eventsOf(other, fromSequence, until),
  );
  return { isSame, first, second, difference };
}

const INGREDIENTS = ['schedule', 'skeleton', 'bytes', 'shown'] as const;

function hashedRun(options: RunOptions): { result: RunResult; hashes: RunHashes } {
  const hashes = new RunHashes();
  return { result: runScenario(withObserver(options, hashes)), hashes };
}

/** One event and the digests after it. */
interface Step {
  readonly event: RunEvent;
  readonly digests: RunDigests;
}

/**
 * The hashed events from `fromSequence` on; a few more than to `until`, in case one run has more.
 */
function eventsOf(options: RunOptions, fromSequence: number, until: number | undefined): Step[] {
  const hashes = new RunHashes();
  const steps: Step[] = [];
  const collector: Observer = {
    observe(event) {
      hashes.observe(event);
      if (event.kind === 'stepped' || event.sequence < fromSequence) return;
      if (until !== undefined && event.sequence > until + BEYOND) return;
      steps.push({ event, digests: hashes.digests() });
    },
  };
  runScenario(withObserver(options, collector));
  return steps;
}

/** Sequence numbers kept beyond the end of a differing block. */
const BEYOND = 1_024;

function firstDifference(left: readonly Step[], right: readonly Step[]): Difference {
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [a, b] = [left[at], right[at]];
    const ingredients =
      a === undefined || b === undefined
        ? INGREDIENTS
        : INGREDIENTS.filter((name) => a.digests[name] !== b.digests[name]);
    if (ingredients.length > 0) return { ingredients, first: a?.event, second: b?.event };
  }
  return { ingredients: INGREDIENTS, first: undefined, second: undefined };
}

function withObserver(options: RunOptions, observer: Observer): RunOptions {
  return { ...options, observers: [...(options.observers ?? []), observer] };
}
