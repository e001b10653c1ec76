/**
 * Chances and rates as integer ratios: `0.7`, `70%` and `7/10` are the same. Read from the decimal
 * digits that were written, so that no float takes part in a draw.
 */

import type { Ratio } from './scenario.ts';

/** How to write a chance, for errors and help. */
export const RATIO_FORMS = '0.7, 70% or 7/10';
/** The text forms of a ratio, beside a plain number. */
export const RATIO_PATTERN = /^(?:[0-9]{1,9}\/[1-9][0-9]{0,8}|[0-9]{1,6}(?:\.[0-9]{1,6})?%?)$/;

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}

function reduce(numerator: number, denominator: number): Ratio {
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/**
 * Reads a number or text into a reduced ratio of safe integers; undefined when it is not one, is
 * negative, or has more than six decimal places. It may exceed 1: the caller bounds chances.
 */
export function parseRatio(read: number | string): Ratio | undefined {
  const text = String(read);
  if (!RATIO_PATTERN.test(text)) return undefined;
  const slash = text.indexOf('/');
  if (slash >= 0) return reduce(Number(text.slice(0, slash)), Number(text.slice(slash + 1)));
  const isPercent = text.endsWith('%');
  const digits = isPercent ? text.slice(0, -1) : text;
  const [whole = '0', decimals = ''] = digits.split('.');
  const scale = 10 ** decimals.length * (isPercent ? 100 : 1);
  return reduce(Number(whole + decimals), scale);
}

/**
 * Writes a ratio so that `parseRatio` reads the same reduced one: `0.7` where that is exact, else
 * `1/3`.
 */
export function formatRatio(ratio: Ratio): string {
  const { numerator, denominator } = reduce(ratio.numerator, ratio.denominator);
  for (let places = 0, scale = 1; places <= 6; places += 1, scale *= 10) {
    if (scale % denominator !== 0) continue;
    const digits = String(numerator * (scale / denominator)).padStart(places + 1, '0');
    if (digits.length - places > 6) break;
    const whole = digits.slice(0, digits.length - places);
    return places === 0 ? whole : `${whole}.${digits.slice(digits.length - places)}`;
  }
  return `${numerator}/${denominator}`;
}

/** Whether a ratio is a probability, from 0 to 1. */
export function isChance(ratio: Ratio): boolean {
  return ratio.numerator <= ratio.denominator;
}
