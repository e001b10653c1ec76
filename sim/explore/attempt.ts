/**
 * Runs one scenario for a search and says how it failed, if it did. A run that throws is a defect
 * of the simulator and a finding like any other; a run repeated with other hashes is a finding of
 * X5.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { factSubject } from '../../scenarios/fact.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { printScenario } from '../../scenarios/print.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { judgeDeterminism } from '../properties/index.ts';
import { type RunResult, runScenario } from '../run/run.ts';
import type { FailureKind } from './task.ts';

/** What a search needs of the outside: handed in, since this room may not choose a back end. */
export interface Engine {
  /** By the name that a scenario carries. */
  architectureOf(name: Architecture['name']): Architecture;
  /** A provider per run: none carries anything from one run to the next. */
  crypto(): CryptoProvider;
  readonly maxEvents: number;
}

/** Why a run failed. */
export interface Failure {
  readonly kind: FailureKind;
  readonly property: string;
  /** What tells one failed expectation from another: message, way and device; else empty. */
  readonly about: string;
  /** An expectation that could not be met: never written, or not owed to its device. */
  readonly isImpossible: boolean;
  readonly sentence: string;
}

/** A run's result where there is one, and everything that failed, the first to tell first. */
export interface Attempt {
  readonly result?: RunResult;
  readonly failures: readonly Failure[];
}

const PLAIN = { about: '', isImpossible: false } as const;

function failuresOf(result: RunResult): readonly Failure[] {
  const out: Failure[] = [];
  for (const { id, name, verdict, violations } of result.properties) {
    const first = violations[0];
    // One that is excepted, or not demanded in this mode, is no failure of the run, either.
    if (verdict !== 'violated' || first === undefined) continue;
    const sentence = `${name}: ${first.subject}: ${first.sentence}`;
    out.push({ ...PLAIN, kind: 'violated', property: id, sentence });
  }
  const expected = { kind: 'violated', property: 'expect' } as const;
  for (const { expectation, misses } of result.expectations) {
    for (const { kind, host, sentence } of misses) {
      const isImpossible = kind === 'unsaid' || kind === 'not-due';
      const way = kind === 'not-due' ? 'missing' : kind;
      const about = `${factSubject(expectation.fact)} ${way} ${host}`;
      out.push({ ...expected, about, isImpossible, sentence });
    }
  }
  for (const { host, subject, reason } of result.stuck) {
    const sentence = `After the heal phase ${host} is stuck (${subject}): ${reason}.`;
    out.push({ ...expected, about: `stuck ${host}`, isImpossible: false, sentence });
  }
  return out;
}

/** Runs a scenario that carries its seed and overrides. */
export function attempt(scenario: Scenario, engine: Engine): Attempt {
  try {
    const result = runScenario({
      scenario,
      seed: scenario.seed ?? '1',
      architecture: engine.architectureOf(scenario.architecture ?? 'fanout'),
      crypto: engine.crypto(),
      maxEvents: engine.maxEvents,
    });
    return { result, failures: failuresOf(result) };
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { failures: [{ ...PLAIN, kind: 'defect', property: '', sentence }] };
  }
}

/** Runs it once more and compares: X5. Undefined when both runs are the same. */
export function repeatFailure(
  scenario: Scenario,
  first: RunResult,
  engine: Engine,
): Failure | undefined {
  const second = attempt(scenario, engine).result;
  const differing = second === undefined ? [] : judgeDeterminism(first.hashes, second.hashes);
  if (second !== undefined && differing.length === 0) return undefined;
  const what = second === undefined ? 'ended in a defect' : `gave another ${differing.join(', ')}`;
  return {
    ...PLAIN,
    kind: 'not-deterministic',
    property: 'X5',
    sentence: `determinism: the same build, scenario, seed and overrides ${what}`,
  };
}

/**
 * Leaves out the expectations that our own crash made impossible: the message was not written, or
 * its device linked too late or never, while the same story without the crash (`bare`) has nothing
 * to say against them. Runs `bare` only when there is something to waive.
 */
export function waive(
  failures: readonly Failure[],
  bare: Scenario,
  engine: Engine,
): readonly Failure[] {
  if (!failures.some(({ isImpossible }) => isImpossible)) return failures;
  const known = new Set(attempt(bare, engine).failures.map(({ about }) => about));
  return failures.filter(({ isImpossible, about }) => !isImpossible || known.has(about));
}

/** How a scenario fails in the way another one did; undefined when it does not. */
export function failureLike(
  scenario: Scenario,
  failure: Failure,
  engine: Engine,
): Failure | undefined {
  const { result, failures } = attempt(scenario, engine);
  if (failure.kind === 'not-deterministic') {
    return result === undefined ? undefined : repeatFailure(scenario, result, engine);
  }
  return failures.find(
    ({ kind, property, about, isImpossible }) =>
      kind === failure.kind &&
      property === failure.property &&
      about === failure.about &&
      isImpossible === failure.isImpossible,
  );
}

/** Whether the scenario, written down, is one that the language takes. */
function isReadable(scenario: Scenario): boolean {
  return loadScenario(printScenario(scenario), scenario.name).kind === 'loaded';
}

/**
 * Answers of candidates whether they fail as `scenario` did: the language takes them, the failure
 * is the same one, and what needed its overrides to fail still needs them.
 */
export function failsAlike(
  scenario: Scenario,
  failure: Failure,
  engine: Engine,
): (candidate: Scenario) => boolean {
  const fails = (one: Scenario): boolean => failureLike(one, failure, engine) !== undefined;
  const bare = (one: Scenario): Scenario => ({ ...one, overrides: [] });
  const needsOverrides = scenario.overrides.length > 0 && !fails(bare(scenario));
  return (candidate) =>
    isReadable(candidate) && fails(candidate) && !(needsOverrides && fails(bare(candidate)));
}
