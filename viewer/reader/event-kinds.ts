/** Kinds of events as numbers, the same as in sim/trace/FORMAT.md; 0 is a line nobody can read. */

import type { TraceEvent } from '../../sim/trace/trace.ts';

/** Number of each kind. */
export const KIND_CODES: Readonly<Record<TraceEvent['kind'], number>> = {
  input: 1,
  commit: 2,
  'commit-refused': 3,
  send: 4,
  deliver: 5,
  lever: 6,
  connection: 7,
  power: 8,
  crash: 9,
  emit: 10,
  intent: 11,
  phase: 12,
};

/** The kinds by their numbers. */
export const KIND_NAMES: readonly string[] = [
  'unreadable',
  ...Object.entries(KIND_CODES)
    .sort(([, left], [, right]) => left - right)
    .map(([name]) => name),
];

/** What a `Uint16` column holds where there is no lane. */
export const NO_LANE = 0xffff;
