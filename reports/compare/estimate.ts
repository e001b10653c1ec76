/**
 * Means over seeds with their 95 % intervals: the percentile bootstrap (B. Efron, R. Tibshirani: An
 * Introduction to the Bootstrap, 1993, chapter 13), drawn by a generator of whole numbers that is
 * seeded by what is estimated, so that equal samples give equal intervals everywhere.
 */

import { Hash128 } from '../../sim/trace/hash128.ts';
import type { Estimate } from './model.ts';

/** Fewer values than this give no interval. */
export const SEEDS_FOR_INTERVAL = 5;
/** Resamples behind every interval. */
export const RESAMPLES = 1_000;
/** Resampled means left out at either end: 2.5 % of them. */
const TAIL = RESAMPLES / 40;

/** A stream of whole numbers: xorshift with 32 bits of state for each of four words. */
class IntegerStream {
  readonly #state: Uint32Array;

  /** Seeded by a text. */
  constructor(text: string) {
    const hash = new Hash128();
    hash.text(text);
    const digest = hash.digest();
    this.#state = Uint32Array.from({ length: 4 }, (_, at) =>
      Number.parseInt(digest.slice(at * 8, at * 8 + 8), 16),
    );
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** Uniform in [0, bound) up to one part in 2^32 / bound. */
  below(bound: number): number {
    const state = this.#state;
    const first = state[3] as number;
    const last = state[0] as number;
    let mixed = first ^ (first << 11);
    mixed ^= mixed >>> 8;
    state[3] = state[2] as number;
    state[2] = state[1] as number;
    state[1] = last;
    state[0] = mixed ^ last ^ (last >>> 19);
    return Math.floor(((state[0] as number) / 2 ** 32) * bound);
  }
}

function meanOf(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/**
 * The mean of one value per seed. `label` names what is estimated; it seeds the draws. Without
 * values there is no mean, with fewer than five no interval. `bounds` of the values are bounds.
 */
export function estimateOf(values: readonly number[], label: string, bounds = 0): Estimate {
  const estimate = bootstrapped(values, label);
  return bounds === 0 ? estimate : { ...estimate, bounds };
}

function bootstrapped(values: readonly number[], label: string): Estimate {
  const seeds = values.length;
  if (seeds === 0) return { mean: null, seeds };
  const mean = meanOf(values);
  if (seeds < SEEDS_FOR_INTERVAL) return { mean, seeds };
  const first = values[0] as number;
  if (values.every((value) => value === first)) {
    return { mean: first, low: first, high: first, seeds };
  }
  const draws = new IntegerStream(label);
  const means = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let sum = 0;
    for (let at = 0; at < seeds; at++) sum += values[draws.below(seeds)] as number;
    means[resample] = sum / seeds;
  }
  means.sort();
  return { mean, low: means[TAIL] as number, high: means[RESAMPLES - 1 - TAIL] as number, seeds };
}
