/**
 * Runs one scenario for a search and says how it failed, if it did. A run that throws is a defect
 * of the simulator and a finding like any other; a run repeated with other hashes is a finding of
 * X5.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { judgeDeterminism } from '../properties/index.ts';
import { type RunResult, runScenario } from '../run/run.ts';
import type { FailureKind } from './task.ts';

/** What a search needs of the outside: handed in, since this room may not choose a back end. */
export interface Engine {
  readonly architecture: Architecture;
  /** A provider per run: none carries anything from one run to the next. */
  crypto(): CryptoProvider;
  readonly maxEvents: number;
}

/** Why a run failed. */
export interface Failure {
  readonly kind: FailureKind;
  readonly property: string;
  readonly sentence: string;
}

/** A run's result where there is one, and its failure where there is one. */
export interface Attempt {
  readonly result?: RunResult;
  readonly failure?: Failure;
}

function firstViolation(result: RunResult): Failure {
  for (const { id, name, violations } of result.properties) {
    const first = violations[0];
    if (first !== undefined) {
      const sentence = `${name}: ${first.subject}: ${first.sentence}`;
      return { kind: 'violated', property: id, sentence };
    }
  }
  const sentence = result.expectations.flatMap(({ sentences }) => sentences)[0];
  return {
    kind: 'violated',
    property: 'expect',
    sentence: sentence ?? result.reasons[0] ?? 'violated',
  };
}

/** Runs a scenario that carries its seed and overrides. */
export function attempt(scenario: Scenario, engine: Engine): Attempt {
  try {
    const result = runScenario({
      scenario,
      seed: scenario.seed ?? '1',
      architecture: engine.architecture,
      crypto: engine.crypto(),
      maxEvents: engine.maxEvents,
    });
    return result.verdict === 'violated' ? { result, failure: firstViolation(result) } : { result };
  } catch (error) {
    const story = error instanceof Error ? error.message : String(error);
    return { failure: { kind: 'defect', property: '', sentence: story } };
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
    kind: 'not-deterministic',
    property: 'X5',
    sentence: `determinism: the same build, scenario, seed and overrides ${what}`,
  };
}

/** Whether a smaller scenario fails in the way a larger one did. */
export function failsAlike(scenario: Scenario, failure: Failure, engine: Engine): boolean {
  const again = attempt(scenario, engine);
  if (failure.kind === 'not-deterministic') {
    return (
      again.result !== undefined && repeatFailure(scenario, again.result, engine) !== undefined
    );
  }
  if (again.failure?.kind !== failure.kind) return false;
  if (failure.kind === 'defect') return true;
  const { result } = again;
  const isViolated = result?.properties.some(
    ({ id, violations }) => id === failure.property && violations.length > 0,
  );
  return isViolated === true || again.failure.property === failure.property;
}
