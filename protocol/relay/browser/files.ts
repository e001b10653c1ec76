/**
 * Files that a browser cannot fetch (specification 9.5, 11.6): it asks its phone, which has kept
 * the encrypted file and stores it again, and then fetches it. Live files are fetched at once,
 * those of history pages when a person asks.
 */

import type { MediaRecord } from '../../contract.ts';
import type { BlobOutcome, BlobPurpose } from '../../fanout/device/blob-client.ts';
import { takeBlobOutcome } from '../../fanout/device/blob-results.ts';
import { takeFileAnswer } from '../../fanout/device/media-fetch.ts';
import {
  type MediaWaitRecord,
  type MessageNamed,
  mediaContentOf,
  putMedia,
} from '../../fanout/device/media-records.ts';
import type { Step } from '../../fanout/step.ts';
import { MEDIA_REQUESTS_MAX } from '../../limits.ts';

/** What came of an errand at the store of files. */
export function takeFile(step: Step, purpose: BlobPurpose, outcome: BlobOutcome): void {
  const { kind, key } = purpose;
  const isHere = outcome.kind === 'fetched' || kind !== 'media-download';
  if (isHere) return takeBlobOutcome(step, purpose, outcome);
  const requests = step.get<MediaWaitRecord>('media-wait', key)?.requests ?? 0;
  if (requests >= MEDIA_REQUESTS_MAX) return giveUp(step, key);
  const wait: MediaWaitRecord = {
    kind: 'media-wait',
    state: 'asking',
    fetches: 0,
    requests: requests + 1,
  };
  step.tx.put('media-wait', key, wait);
  step.emit('media-request', 'asks its phone for the file of a message', { message: key });
}

function giveUp(step: Step, key: string): void {
  const media = step.get<MediaRecord>('media', key);
  step.tx.delete('media-wait', key);
  if (media !== undefined) putMedia(step, key, 'missing', media.fileDigest);
  step.emit('media-missing', 'nobody has the file of a message any more', { message: key });
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
  if (status !== 200 || content === undefined) return giveUp(step, key);
  takeFileAnswer(step, content, content.directPath);
}
