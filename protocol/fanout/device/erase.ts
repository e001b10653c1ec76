/** Emptying a Store: a device that was logged out, and a phone that is set up anew. */

import type { Step } from '../step.ts';

/** Deletes every record, those of this step included. */
export function eraseStore(step: Step): void {
  for (const name of [...step.store.collectionNames()]) {
    for (const [key] of step.tx.entries(name)) step.tx.delete(name, key);
  }
}
