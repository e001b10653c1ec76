/**
 * Works through a batch of tasks: draws or takes the scenario, runs it, repeats it where X5 is
 * judged, and makes a failure small. Synchronous and a function of the batch, in a worker or in the
 * caller's thread.
 */

import fc from 'fast-check';
import { arbitraryVariation } from '../../scenarios/generate.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { createDraws } from '../kernel/draws.ts';
import type { RunResult } from '../run/run.ts';
import { ableTo, arbitraryFor } from './able.ts';
import {
  attempt,
  type Engine,
  type Failure,
  failsAlike,
  failureLike,
  repeatFailure,
  waive,
} from './attempt.ts';
import { shrink } from './shrink.ts';
import {
  type ArchitectureName,
  type Batch,
  type Finding,
  pinned,
  type Task,
  type TaskReport,
} from './task.ts';

/** Of what names none. */
const DEFAULT: ArchitectureName = 'fanout';

/** The integer that a generated scenario is drawn from. */
function arbitrarySeed(seed: string, index: number): number {
  return createDraws(seed).below(`check/${index}`, 2 ** 31);
}

/** The scenario a task names, carrying seed and overrides. */
export function scenarioOf(batch: Batch, task: Task): Scenario {
  if (task.kind === 'generated') {
    const seed = arbitrarySeed(task.seed, task.index);
    const [scenario] = fc.sample(arbitraryFor(batch.architecture ?? DEFAULT), { seed, numRuns: 1 });
    if (scenario === undefined) throw new Error('an arbitrary gives as many as it is asked for');
    return pinned(scenario, `${task.seed}/${task.index}`, [], batch.architecture ?? DEFAULT);
  }
  const scenario = batch.scenarios[task.scenario];
  if (scenario === undefined) throw new Error('a task names a scenario of its batch');
  const architecture = batch.architecture ?? scenario.architecture ?? DEFAULT;
  if (task.kind === 'varied') {
    const seed = arbitrarySeed(task.seed, task.index);
    const [varied] = fc.sample(arbitraryVariation(scenario), { seed, numRuns: 1 });
    // A variation may ask for what the architecture does not have.
    return pinned(
      ableTo(varied ?? scenario, architecture),
      `${task.seed}/${task.index}`,
      [],
      architecture,
    );
  }
  if (task.kind === 'reseeded') {
    // What must fire in one run need not in every: the first run judges that.
    const story = { ...scenario, mustFire: [], mustCheck: [], excused: [] };
    return pinned(story, task.seed, [], architecture);
  }
  const overrides = task.kind === 'crash' ? [{ choice: task.choice, value: 1 }] : [];
  return pinned(scenario, task.seed, overrides, architecture);
}

/** Lets fast-check shrink a generated scenario along the way it was drawn; bounded by `maxRuns`. */
function shrinkAsDrawn(
  task: Extract<Task, { kind: 'generated' }>,
  architecture: ArchitectureName,
  maxRuns: number,
  fails: Fails,
) {
  let runs = 0;
  const name = `${task.seed}/${task.index}`;
  const seed = arbitrarySeed(task.seed, task.index);
  const property = fc.property(arbitraryFor(architecture), (drawn) => {
    runs += 1;
    return runs > maxRuns || !fails(pinned(drawn, name, [], architecture));
  });
  const details = fc.check(property, { seed, numRuns: 1 });
  const drawn = details.counterexample?.[0];
  return { drawn, runs: Math.min(runs, maxRuns) };
}

type Fails = (scenario: Scenario) => boolean;

function findingOf(
  batch: Batch,
  task: Task,
  scenario: Scenario,
  failure: Failure,
  engine: Engine,
): Finding {
  const fails: Fails = failsAlike(scenario, failure, engine);
  let best = scenario;
  let spent = 0;
  if (task.kind === 'generated') {
    const architecture = batch.architecture ?? DEFAULT;
    const half = Math.floor(batch.shrinkRuns / 2);
    const { drawn, runs } = shrinkAsDrawn(task, architecture, half, fails);
    const name = `${task.seed}/${task.index}`;
    if (drawn !== undefined) best = pinned(drawn, name, [], architecture);
    spent = runs;
  }
  const shrunk = shrink(best, fails, batch.shrinkRuns - spent);
  const told = failureLike(shrunk.scenario, failure, engine) ?? failure;
  return {
    kind: failure.kind,
    property: failure.property,
    sentence: told.sentence,
    counterexample: shrunk.scenario,
    shrinkRuns: spent + shrunk.runs,
  };
}

function reportOf(
  scenario: Scenario,
  result: RunResult | undefined,
): Omit<TaskReport, 'wasRepeated' | 'waived' | 'verdict'> {
  return {
    name: scenario.name,
    seed: scenario.seed ?? '',
    reasons: result?.reasons ?? [],
    events: result?.events ?? 0,
    hadExpectations: scenario.expect.length > 0,
    checks: (result?.properties ?? []).map(({ id, checked }) => [id, checked] as const),
    levers: result?.levers ?? [],
  };
}

/** What counts against a task: all failures, without those that a crash of ours excuses. */
function counted(
  task: Task,
  scenario: Scenario,
  failures: readonly Failure[],
  engine: Engine,
): readonly Failure[] {
  if (task.kind !== 'crash') return failures;
  const overrides = scenario.overrides.filter(({ choice }) => choice !== task.choice);
  return waive(failures, { ...scenario, overrides }, engine);
}

/**
 * Performs one task. `ordinal` is its place in the whole search, which decides about repetition.
 */
export function performTask(batch: Batch, task: Task, ordinal: number, engine: Engine): TaskReport {
  const scenario = scenarioOf(batch, task);
  const first = attempt(scenario, engine);
  const isSampled = ordinal % batch.repeatEvery === 0;
  const wasRepeated = first.result !== undefined && (isSampled || first.failures.length > 0);
  const repeated =
    wasRepeated && first.result !== undefined
      ? repeatFailure(scenario, first.result, engine)
      : undefined;
  const failures = counted(task, scenario, first.failures, engine);
  const waived = first.failures.length - failures.length;
  const failure = repeated ?? failures[0];
  const report = { ...reportOf(scenario, first.result), wasRepeated, waived };
  if (failure !== undefined) {
    const finding = findingOf(batch, task, scenario, failure, engine);
    return { ...report, verdict: 'violated', finding };
  }
  if (waived > 0) return { ...report, reasons: [], verdict: 'held' };
  return { ...report, verdict: first.result?.verdict ?? 'violated' };
}

/** Performs a batch in order; `firstOrdinal` is the place of its first task in the whole search. */
export function performBatch(
  batch: Batch,
  firstOrdinal: number,
  engine: Engine,
): readonly TaskReport[] {
  return batch.tasks.map((task, index) => performTask(batch, task, firstOrdinal + index, engine));
}
