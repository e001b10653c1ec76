/** Who is told how an errand at the store of files ended. */

import type { Step } from '../step.ts';
import type { BlobOutcome, BlobPurpose } from './blob-client.ts';

/** Hands the outcome to whoever the errand was for. */
export function takeBlobOutcome(step: Step, purpose: BlobPurpose, outcome: BlobOutcome): void {
  switch (purpose.kind) {
    case 'tidying':
      return;
    default:
      step.emit('blob', `${purpose.kind} ended: ${outcome.kind}`);
  }
}
