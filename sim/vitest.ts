/**
 * `lockstep/vitest`: matchers for runs. Importing this module adds them to `expect`. Every message
 * ends with the line that repeats the run.
 */

import { expect } from 'vitest';
import { findScenario } from '../scenarios/library.ts';
import type { PropertyVerdict } from './properties/property.ts';
import type { RunHashes, RunResult } from './run/run.ts';

/** What the matchers add to `expect(run)`. */
export interface LockstepMatchers<Result = unknown> {
  /** The run held; with an id, that property held and was checked at least once. */
  toHold(propertyId?: string): Result;
  /** Every copy that was due was shown. */
  toDeliverAll(): Result;
  /** The function under `expect` gives the same hashes when it is called again. */
  toReplayIdentically(): Result;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the shape that vitest declares
  interface Matchers<T = any> extends LockstepMatchers<T> {}
}

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

function reproduce({ scenario, seed, architecture }: RunResult): string {
  if (findScenario(scenario) === undefined) return `scenario ${scenario}, seed ${seed}`;
  return `npx lockstep run ${scenario} --seed ${seed} --architecture ${architecture}`;
}

function verdict(pass: boolean, result: RunResult, lines: readonly string[]): Verdict {
  return { pass, message: () => [...lines, reproduce(result)].join('\n') };
}

function sentences({ id, name, checked, violations }: PropertyVerdict): readonly string[] {
  const head = `${id} ${name}: checked ${checked} times, violated ${violations.length} times`;
  return [head, ...violations.slice(0, 5).map((one) => `  ${one.subject}: ${one.sentence}`)];
}

function toHold(result: RunResult, propertyId?: string): Verdict {
  if (propertyId === undefined) {
    const broken = result.properties.filter((one) => one.verdict === 'violated');
    const lines = [`the run is ${result.verdict}`, ...result.reasons, ...broken.flatMap(sentences)];
    return verdict(result.verdict === 'held', result, lines);
  }
  const property = result.properties.find(({ id }) => id === propertyId);
  if (property === undefined) {
    const known = result.properties.map(({ id }) => id).join(', ');
    return verdict(false, result, [`no property ${propertyId} was judged; there are ${known}`]);
  }
  const holds = property.verdict === 'held' && property.checked > 0;
  return verdict(holds, result, sentences(property));
}

function toDeliverAll(result: RunResult): Verdict {
  const { copiesDue, copiesShown, copiesLost, reportedLost } = result.messages;
  const isAll = copiesDue > 0 && copiesShown === copiesDue;
  const line =
    `${copiesShown} of ${copiesDue} copies were shown, ` +
    `${copiesLost} lost, ${reportedLost} reported lost`;
  return verdict(isAll, result, [line]);
}

const INGREDIENTS: readonly (keyof RunHashes)[] = ['schedule', 'skeleton', 'bytes', 'shown'];

function toReplayIdentically(perform: () => RunResult): Verdict {
  const first = perform();
  const second = perform();
  const differing = INGREDIENTS.filter((name) => first.hashes[name] !== second.hashes[name]);
  const line =
    differing.length === 0
      ? 'both runs have the same hashes'
      : `the second run differs in ${differing.join(', ')}`;
  return verdict(differing.length === 0, first, [line]);
}

expect.extend({ toHold, toDeliverAll, toReplayIdentically });
