/** The folds that watch a story, by name: what the figures of a run are read from. */

import type { Acts } from './acts.ts';
import type { Ciphertexts } from './ciphertexts.ts';
import type { Companions } from './companions.ts';
import type { Hops } from './hops.ts';
import type { Messages } from './messages.ts';
import type { Operations } from './operations.ts';
import type { Reads } from './reads.ts';
import type { ServerState } from './server-state.ts';
import type { Stage } from './stage.ts';
import type { FrameCount } from './traffic.ts';

/** One run's folds; events reach them in this order. */
export interface Folds {
  readonly stage: Stage;
  readonly messages: Messages;
  readonly reads: Reads;
  readonly acts: Acts;
  readonly frames: FrameCount;
  readonly operations: Operations;
  readonly ciphertexts: Ciphertexts;
  readonly server: ServerState;
  readonly companions: Companions;
  readonly hops: Hops;
}
