/**
 * Files that a browser cannot fetch (specification 9.5, 11.6): it asks its phone, which has kept
 * the encrypted file and stores it again, and then fetches it. Live files are fetched at once,
 * those of history pages when a person asks; what comes damaged, a few times before it asks.
 */

import {
  type BlobOutcome,
  type BlobPurpose,
  directPathOf,
} from '../../fanout/device/blob-client.ts';
import { takeBlobOutcome } from '../../fanout/device/blob-results.ts';
import { giveUpFile, takeDownload, takeFileAnswer } from '../../fanout/device/media-fetch.ts';
import {
  fileNameOf,
  type MediaContentRecord,
  type MediaWaitRecord,
  type MessageNamed,
  mediaContentOf,
} from '../../fanout/device/media-records.ts';
import type { Step } from '../../fanout/step.ts';
import { MEDIA_REQUESTS_MAX } from '../../limits.ts';

/** What came of an errand at the store of files. */
export function takeFile(step: Step, purpose: BlobPurpose, outcome: BlobOutcome): void {
  if (purpose.kind !== 'media-download') return takeBlobOutcome(step, purpose, outcome);
  takeDownload(step, purpose.key, outcome, askPhone);
}

/** Gone, or damaged each time: the phone is asked, which alone speaks to other devices. */
function askPhone(
  step: Step,
  key: string,
  _content: MediaContentRecord,
  { requests }: MediaWaitRecord,
): void {
  if (requests >= MEDIA_REQUESTS_MAX) return giveUpFile(step, key);
  const wait: MediaWaitRecord = {
    kind: 'media-wait',
    state: 'asking',
    fetches: 0,
    requests: requests + 1,
  };
  step.tx.put('media-wait', key, wait);
  step.emit('media-request', 'asks its phone for the file of a message', { message: key });
}

/** Files that the phone is to store again, by message. */
export function wantedFiles(
  step: Step,
): readonly { readonly key: string; readonly named: MessageNamed }[] {
  return step.tx.entries('media-wait').flatMap(([key, wait]) => {
    const content = mediaContentOf(step, key);
    const isAsking = (wait as MediaWaitRecord).state === 'asking';
    return isAsking && content !== undefined ? [{ key, named: content }] : [];
  });
}

/** The phone has stored the file again (200), or has it no more. */
export function takeFileWord(step: Step, key: string, status: number): void {
  const content = mediaContentOf(step, key);
  if (status !== 200 || content === undefined) return giveUpFile(step, key);
  // The phone stores it under its own name, whatever path its author gave.
  takeFileAnswer(step, content, directPathOf(fileNameOf(content)));
}
