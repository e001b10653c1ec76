/** The flags of `check`, as parsed. */

import type { ArchitectureName, CryptoName, Shard } from '../options.ts';

export interface CheckFlags {
  readonly seed?: string;
  readonly architecture?: ArchitectureName;
  readonly crypto: CryptoName;
  readonly runs?: number;
  /** Microseconds. */
  readonly time?: number;
  readonly jobs?: number;
  readonly corpus?: string;
  readonly out?: string;
  readonly shard?: Shard;
  readonly failFast?: boolean;
  readonly everyCrash?: boolean;
  readonly junit?: string;
  readonly json?: boolean;
  readonly maxEvents?: number;
}
