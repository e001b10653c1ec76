/** Who is told how an errand at the store of files ended. */

import type { Step } from '../step.ts';
import { takeAppStateFile } from './app-state-sync.ts';
import type { BlobOutcome, BlobPurpose } from './blob-client.ts';
import { takeHistoryDownload } from './history-receive.ts';
import { takeHistoryUpload } from './history-send.ts';
import { takeDownload } from './media-fetch.ts';
import { takeReupload } from './media-retry.ts';
import { takeUpload } from './media-send.ts';

/** Hands the outcome to whoever the errand was for. */
export function takeBlobOutcome(step: Step, purpose: BlobPurpose, outcome: BlobOutcome): void {
  switch (purpose.kind) {
    case 'media-upload':
      return takeUpload(step, purpose.key, outcome);
    case 'media-download':
      return takeDownload(step, purpose.key, outcome);
    case 'media-reupload':
      return takeReupload(step, purpose.key, outcome);
    case 'history-upload':
      return takeHistoryUpload(step, purpose.key, outcome);
    case 'history-download':
      return takeHistoryDownload(step, purpose.key, outcome);
    case 'app-state':
      return takeAppStateFile(step, purpose.key, outcome);
    case 'tidying':
      return;
  }
}
