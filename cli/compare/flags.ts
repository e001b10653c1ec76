/** The flags of `compare`, as parsed. */

import type { CryptoName } from '../options.ts';

/** How much of the sweeps is run. */
export const SWEEP_EXTENTS = ['none', 'short', 'full'] as const;
export type SweepFlag = (typeof SWEEP_EXTENTS)[number];

export interface CompareFlags {
  readonly seed?: string;
  readonly seeds?: number;
  readonly sweeps?: SweepFlag;
  readonly crypto: CryptoName;
  readonly jobs?: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly maxEvents?: number;
}
