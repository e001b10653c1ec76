/**
 * After a start: takes up what waits for the store of files and lacks its errand, and what own
 * devices have not confirmed. Records go in one commit, so that only a damaged Store comes to that
 * (contract 2); whatever record is gone, what depends on it is begun again or given up, and
 * nothing waits for ever.
 */

import type { MediaRecord } from '../../contract.ts';
import type { Step } from '../step.ts';
import { isOnErrand } from './blob-client.ts';
import { resumeHistory } from './history-receive.ts';
import { resumeHistoryUploads } from './history-send.ts';
import { resumeFetch } from './media-fetch.ts';
import { resumePeers } from './peer.ts';

/** Called when the device starts. */
export function resumeErrands(step: Step): void {
  for (const [key, entry] of step.tx.entries('media')) {
    if ((entry as MediaRecord).state !== 'wanted') continue;
    if (!isOnErrand(step, 'get', { kind: 'media-download', key })) resumeFetch(step, key);
  }
  resumePeers(step);
  resumeHistory(step);
  resumeHistoryUploads(step);
}
