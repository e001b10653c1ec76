/** Emptying a Store: a device that was logged out, and a phone that is set up anew. */

import type { Step } from '../step.ts';
import { blobStateOf } from './blob-state.ts';

/**
 * Deletes every record, those of this step included. The transport key outlives it while a
 * connection to the file store is being opened: its handshake still needs it.
 */
export function eraseStore(step: Step): void {
  const isOpening = blobStateOf(step.store).phase === 'opening';
  for (const name of [...step.store.collectionNames()]) {
    if (name === 'transport' && isOpening) continue;
    for (const [key] of step.tx.entries(name)) step.tx.delete(name, key);
  }
}
