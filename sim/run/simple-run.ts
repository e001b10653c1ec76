/**
 * A run in one call, for the library's users: a library scenario by name or any loaded one, the
 * fanout architecture, the catalogue's properties and the caller's own.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { findScenario, listScenarios } from '../../scenarios/library.ts';
import { nearestWord } from '../../scenarios/nearest-word.ts';
import type { Override, Scenario } from '../../scenarios/scenario.ts';
import { allProperties } from '../properties/index.ts';
import type { Property } from '../properties/property.ts';
import type { Observer } from '../trace/observer.ts';
import { type RunResult, runScenario, type WrapNode } from './run.ts';

/** What may be said about a run; everything has a default. */
export interface SimpleOptions {
  /** Any text; `1` when absent. */
  readonly seed?: string;
  /** Judged beside the catalogue's. */
  readonly properties?: readonly Property[];
  readonly observers?: readonly Observer[];
  /** Replaces nodes by others around the same Store: foreign devices, broken twins. */
  readonly wrapNode?: WrapNode;
  readonly overrides?: readonly Override[];
  readonly architecture?: Architecture;
  readonly crypto?: CryptoProvider;
}

const OPTIONS: readonly string[] = [
  'seed',
  'properties',
  'observers',
  'wrapNode',
  'overrides',
  'architecture',
  'crypto',
] satisfies readonly (keyof SimpleOptions)[];

function names(): readonly string[] {
  return listScenarios().map(({ name }) => name);
}

function unknownWord(what: string, read: string, allowed: readonly string[]): RangeError {
  const nearest = nearestWord(read, allowed);
  const guess =
    nearest === undefined ? `allowed: ${allowed.join(', ')}` : `did you mean ${nearest}?`;
  return new RangeError(`${what} '${read}'; ${guess}`);
}

/**
 * Runs a scenario with a provider made by the door that was used. Throws `RangeError` on an unknown
 * name or option, with the nearest one.
 */
export function simpleRun(
  story: Scenario | string,
  options: SimpleOptions,
  makeCrypto: () => CryptoProvider,
): RunResult {
  const scenario = typeof story === 'string' ? findScenario(story) : story;
  if (scenario === undefined) throw unknownWord('the library has no scenario', `${story}`, names());
  for (const key of Object.keys(options)) {
    if (!OPTIONS.includes(key)) throw unknownWord('run has no option', key, OPTIONS);
  }
  const { seed, properties, architecture, crypto, ...rest } = options;
  return runScenario({
    ...rest,
    scenario,
    seed: seed ?? scenario.seed ?? '1',
    architecture: architecture ?? fanout,
    crypto: crypto ?? makeCrypto(),
    properties: [...allProperties, ...(properties ?? [])],
  });
}
