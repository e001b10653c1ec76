/**
 * What may be said of a row: only what the interval of the paired difference allows. Every form and
 * every sentence asks here, so that none of them says more than another.
 */

import { intervalOf } from './figures.ts';
import type { Estimate, Measure, MeasureRow, Side } from './model.ts';

/** What each side is called. */
export const SIDE_NAMES: Readonly<Record<Side, string>> = {
  relay: 'phone relay',
  fanout: 'client fanout',
};

/** The same at the head of a column or a label. */
export const SIDE_TITLES: Readonly<Record<Side, string>> = {
  relay: 'Phone relay',
  fanout: 'Client fanout',
};

/** What the difference of a row says about fanout. */
export type Reading =
  | 'no-occasion' // no pair in which both sides had one
  | 'no-interval' // too few seeds
  | 'no-difference' // the interval holds zero
  | 'better'
  | 'worse'
  | 'more' // of something that is neither good nor bad
  | 'less';

/** Reads the difference of a row. */
export function readingOf(row: MeasureRow, better: Measure['better']): Reading {
  if (row.difference.mean === null) return 'no-occasion';
  const interval = intervalOf(row.difference);
  if (interval === undefined) return 'no-interval';
  if (interval.low <= 0 && interval.high >= 0) return 'no-difference';
  const isMore = interval.low > 0;
  if (better === 'neither') return isMore ? 'more' : 'less';
  return isMore === (better === 'more') ? 'better' : 'worse';
}

/** A reading in words, as it stands in a table. */
export const READING_WORDS: Readonly<Record<Reading, string>> = {
  'no-occasion': 'no occasion on both sides',
  'no-interval': 'too few seeds for an interval',
  'no-difference': 'no difference seen',
  better: 'fanout better',
  worse: 'fanout worse',
  more: 'fanout more',
  less: 'fanout less',
};

/** A mark in front of the words; readable without colour, silent for a screen reader. */
export const READING_MARKS: Readonly<Record<Reading, string>> = {
  'no-occasion': '·',
  'no-interval': '?',
  'no-difference': '=',
  better: '▲',
  worse: '▼',
  more: '↗',
  less: '↘',
};

/** Whether two estimates have intervals that do not touch: then, and only then, they differ. */
export function areApart(left: Estimate, right: Estimate): boolean {
  const [one, other] = [intervalOf(left), intervalOf(right)];
  if (one === undefined || other === undefined) return false;
  return one.high < other.low || other.high < one.low;
}
