/**
 * Distributions without floats: a table of quantiles, read by linear interpolation at a uniform
 * 32-bit draw. Integers in, integers out; every product stays a safe integer.
 *
 * What it does not do: draw. The caller brings the uniform word, so that one id means one draw.
 */

import { assert } from './assert.ts';

const TWO_32 = 2 ** 32;
/** Largest value or mean that these functions scale: 2^40 microseconds are 12.7 days. */
const VALUE_MAX = 2 ** 40;
const HALF = 2 ** 20;

/**
 * floor(value * factor / unit), exact; value <= 2^40, factor <= 2^32, unit a power of two, 2^20 to
 * 2^32.
 */
function multiplyShift(value: number, factor: number, unit: number): number {
  const coarse = unit / HALF;
  const high = Math.floor(value / HALF) * factor;
  const low = (value % HALF) * factor;
  return Math.floor(high / coarse) + Math.floor(((high % coarse) * HALF + low) / unit);
}

/**
 * A distribution as quantiles: `values[i]` is not exceeded with probability `shares[i]` / `unit`.
 */
export interface QuantileTable {
  /** Rising, first 0, last `unit`. */
  readonly shares: readonly number[];
  /** Never falling, whole, 0 <= value <= 2^40, as many as `shares`. */
  readonly values: readonly number[];
  readonly unit: number;
}

/** A table from shares and values; checks its shape. */
export function quantileTable(
  unit: number,
  shares: readonly number[],
  values: readonly number[],
): QuantileTable {
  assert(
    shares.length === values.length && shares.length >= 2,
    'one value per share, two at least',
  );
  assert(Number.isInteger(unit) && unit >= 1 && unit <= 1024, 'the unit is 1 to 1024');
  assert(shares[0] === 0 && shares[shares.length - 1] === unit, 'shares run from 0 to the unit');
  for (let at = 0; at < shares.length; at++) {
    const value = values[at] as number;
    assert(Number.isInteger(shares[at]), 'shares are whole');
    assert(Number.isInteger(value) && value >= 0 && value <= VALUE_MAX, 'values are 0 to 2^40');
    if (at === 0) continue;
    assert((shares[at] as number) > (shares[at - 1] as number), 'shares rise');
    assert(value >= (values[at - 1] as number), 'values never fall');
  }
  return { unit, shares, values };
}

/** The value at the quantile `uniform` / 2^32 (`uniform` in [0, 2^32)), rounded down. */
export function quantileAt(table: QuantileTable, uniform: number): number {
  const { shares, values, unit } = table;
  // position = uniform * unit / 2^32 lies in [0, unit): 42 bits, exact.
  const scaled = uniform * unit;
  let at = 1;
  while ((shares[at] as number) * TWO_32 <= scaled) at++;
  const from = (shares[at - 1] as number) * TWO_32;
  const steps = (shares[at] as number) - (shares[at - 1] as number);
  const fraction = Math.floor((scaled - from) / steps);
  const low = values[at - 1] as number;
  return low + multiplyShift((values[at] as number) - low, fraction, TWO_32);
}

/** log2(1 + i / 256) * 2^26, rounded down, i = 0..256: one bit per squaring, in exact integers. */
const LOGARITHMS: readonly number[] = Array.from({ length: 257 }, (_, index) => logarithm(index));

function logarithm(index: number): number {
  if (index === 256) return 2 ** 26;
  const one = 1n << 60n;
  let x = one + (BigInt(index) << 52n);
  let result = 0;
  for (let bit = 0; bit < 26; bit++) {
    x = (x * x) >> 60n;
    result *= 2;
    if (x >= 2n * one) {
      x >>= 1n;
      result += 1;
    }
  }
  return result;
}

/** ln 2 * 2^32, rounded down. */
const LN_2 = 2_977_044_471;

/**
 * The exponential distribution with this mean at the quantile 1 - (uniform + 1) / 2^32, rounded
 * down: gaps of a Poisson process. `uniform` in [0, 2^32), `mean` whole, 0 to 2^40.
 *
 * -ln(u) = ln 2 * (32 - log2(uniform + 1)); the logarithm's whole part counts leading zeros, its
 * fraction comes from 256 interpolated steps: off by less than 4 millionths of the mean. Never
 * above 22.2 means.
 */
export function exponentialAt(mean: number, uniform: number): number {
  assert(Number.isInteger(mean) && mean >= 0 && mean <= VALUE_MAX, 'means are 0 to 2^40');
  const u = uniform + 1;
  if (u === TWO_32) return 0;
  const zeros = Math.clz32(u);
  const fraction = ((u << zeros) << 1) >>> 0;
  const step = fraction >>> 24;
  const from = LOGARITHMS[step] as number;
  const width = (LOGARITHMS[step + 1] as number) - from;
  const log = from + Math.floor((width * (fraction & 0xffffff)) / 2 ** 24);
  const halvings = (zeros + 1) * 2 ** 26 - log;
  return multiplyShift(mean, multiplyShift(halvings, LN_2, TWO_32), 2 ** 26);
}
