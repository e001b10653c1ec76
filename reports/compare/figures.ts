/**
 * The numbers of the comparison as people read them: one scale for the numbers that stand beside
 * each other, so that a row can be compared by eye. No locale in it; equal numbers, equal text.
 */

import type { Estimate, MeasureRow, Unit } from './model.ts';

/** How numbers of one row, or of one axis, are written. */
export interface Scale {
  /** What a raw number is divided by. */
  readonly divisor: number;
  /** Behind a number: ` ms`, with a space that does not break; empty for counts. */
  readonly suffix: string;
  /** Behind a difference, where it is another word: a share differs by points. */
  readonly changeSuffix: string;
  readonly decimals: number;
}

type Step = readonly [from: number, divisor: number, word: string];

const SECOND_US = 1_000_000;
const MICROSECONDS: readonly Step[] = [
  [172_800 * SECOND_US, 86_400 * SECOND_US, 'd'],
  [7_200 * SECOND_US, 3_600 * SECOND_US, 'h'],
  [120 * SECOND_US, 60 * SECOND_US, 'min'],
  [SECOND_US, SECOND_US, 's'],
  [1_000, 1_000, 'ms'],
  [0, 1, 'µs'],
];
const SECONDS: readonly Step[] = MICROSECONDS.map(([from, divisor, word]) => [
  from / SECOND_US,
  divisor / SECOND_US,
  word,
]);
const BYTES: readonly Step[] = [
  [1e9, 1e9, 'GB'],
  [1e6, 1e6, 'MB'],
  [1e3, 1e3, 'kB'],
  [0, 1, 'B'],
];
const JOULES: readonly Step[] = [
  [1e3, 1e3, 'kJ'],
  [1, 1, 'J'],
  [0, 1e-3, 'mJ'],
];
const STEPS: Readonly<Record<Exclude<Unit, 'share' | 'count'>, readonly Step[]>> = {
  microseconds: MICROSECONDS,
  seconds: SECONDS,
  bytes: BYTES,
  joules: JOULES,
};

const NO_BREAK = '\u00a0';
const MINUS = '\u2212';
const DECIMALS_MAX = 4;

const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) < 1e-9;

/** Decimals that give the largest number three digits and leave no number at zero that is none. */
function decimalsFor(scaled: readonly number[], unit: Unit): number {
  if (scaled.every(isWhole)) return 0;
  const sizes = scaled.map(Math.abs).filter((value) => value > 0);
  if (sizes.length === 0) return 0;
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  let decimals = largest >= 100 ? 0 : largest >= 10 ? 1 : 2;
  if (unit === 'share') decimals = 1;
  while (decimals < DECIMALS_MAX && smallest * 10 ** decimals < 1) decimals += 1;
  return decimals;
}

/** The scale for numbers that stand beside each other; missing ones are left out. */
export function scaleFor(unit: Unit, values: readonly (number | null | undefined)[]): Scale {
  const present = values.filter((value): value is number => typeof value === 'number');
  const largest = Math.max(0, ...present.map(Math.abs));
  const step = unit === 'share' || unit === 'count' ? undefined : stepFor(STEPS[unit], largest);
  const divisor = unit === 'share' ? 0.01 : (step?.[1] ?? 1);
  const suffix = unit === 'share' ? `${NO_BREAK}%` : step ? `${NO_BREAK}${step[2]}` : '';
  const decimals = decimalsFor(
    present.map((value) => value / divisor),
    unit,
  );
  return {
    divisor,
    suffix,
    changeSuffix: unit === 'share' ? `${NO_BREAK}points` : suffix,
    decimals,
  };
}

function stepFor(steps: readonly Step[], largest: number): Step | undefined {
  if (largest === 0) return steps.find(([, divisor]) => divisor === 1) ?? steps.at(-1);
  return steps.find(([from]) => largest >= from);
}

/** The scales of a row's three numbers. */
export interface RowScales {
  readonly relay: Scale;
  readonly fanout: Scale;
  readonly difference: Scale;
}

/** From here on two numbers no longer share a scale: `3.76 h` beside `6.21 min`. */
const APART = 30;
/** A difference that small beside its sides has a scale of its own: `7.29 min` and `+42 ms`. */
const SLIGHT = 200;

/** One scale for a row, so that it can be compared by eye, unless its sides are worlds apart. */
export function rowScales(row: MeasureRow, unit: Unit): RowScales {
  const means = [row.relay.mean, row.fanout.mean, row.difference.mean];
  const sizes = means.slice(0, 2).map((mean) => Math.abs(mean ?? 0));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (least > 0 && least * APART < most) {
    const own = (mean: number | null): Scale => scaleFor(unit, [mean]);
    return {
      relay: own(row.relay.mean),
      fanout: own(row.fanout.mean),
      difference: own(row.difference.mean),
    };
  }
  const change = Math.abs(row.difference.mean ?? 0);
  if (change > 0 && change * SLIGHT < most) {
    const scale = scaleFor(unit, means.slice(0, 2));
    return { relay: scale, fanout: scale, difference: scaleFor(unit, means.slice(2)) };
  }
  const scale = scaleFor(unit, means);
  return { relay: scale, fanout: scale, difference: scale };
}

/**
 * Digits alone, grouped by threes: `12,345`, `−0.25`. A number that rounds to zero has no sign,
 * and zero itself no decimals.
 */
export function digits(value: number, scale: Scale): string {
  if (value === 0) return '0';
  const text = (Math.abs(value) / scale.divisor).toFixed(scale.decimals);
  const [whole = '', rest] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = value < 0 && /[1-9]/.test(text) ? MINUS : '';
  return `${sign}${grouped}${rest === undefined ? '' : `.${rest}`}`;
}

/** `1.20 s`, `48.3 %`, `12,345`. */
export function figure(value: number, scale: Scale): string {
  return `${digits(value, scale)}${scale.suffix}`;
}

/** A difference with its sign: `+0.25 s`, `−48.3 points`, `0`. */
export function change(value: number, scale: Scale): string {
  const text = digits(value, scale);
  const sign = value > 0 && /[1-9]/.test(text) ? '+' : '';
  return `${sign}${text}${scale.changeSuffix}`;
}

/** A mean as it is written: `at least 4.50 h` where some of its numbers are bounds. */
export function meanText(estimate: Estimate, scale: Scale, write: typeof figure = figure): string {
  const text = write(estimate.mean ?? 0, scale);
  return estimate.bounds === undefined ? text : `at${NO_BREAK}least ${text}`;
}

/** An estimate that has an interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The interval of an estimate; undefined where there were too few seeds for one. */
export function intervalOf(estimate: Estimate): Interval | undefined {
  const { mean, low, high } = estimate;
  return mean === null || low === undefined || high === undefined ? undefined : { low, high };
}

/** `1.10 to 1.30`: the suffix stands behind the mean already. */
export function range(interval: Interval, scale: Scale): string {
  return `${digits(interval.low, scale)} to ${digits(interval.high, scale)}`;
}

/** `12,345` of a plain count. */
export function count(value: number): string {
  return figure(value, scaleFor('count', [value]));
}

/** `1 seed`, `100 seeds`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)}${NO_BREAK}${value === 1 ? one : many}`;
}
