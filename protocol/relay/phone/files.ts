/**
 * Files that a browser could not fetch (specification 9.5, 11.6): the phone stores the encrypted
 * file that it has kept once more, under its old name, and says so. Records: `file-wanted`, by
 * message, until the store has it.
 */

import type { DeviceJid } from '../../contract.ts';
import { isOnErrand, putBlob } from '../../fanout/device/blob-client.ts';
import {
  fileNameOf,
  type MediaFileRecord,
  mediaContentOf,
} from '../../fanout/device/media-records.ts';
import { messageKey } from '../../fanout/device/records.ts';
import type { Step } from '../../fanout/step.ts';
import type { StoredRecord } from '../../store.ts';
import { type NamedMessage, PHONE_WORDS } from '../wire/words.ts';
import { tell } from './push.ts';

interface FileWantedRecord extends StoredRecord {
  readonly kind: 'file-wanted';
  readonly browser: DeviceJid;
  /** The tag under which it asked. */
  readonly tag: string;
}

/** The browser asks for the file of a message. */
export function takeFileRequest(
  step: Step,
  browser: DeviceJid,
  tag: string,
  { chat, author, messageId }: NamedMessage,
): void {
  const key = messageKey(chat, author, messageId);
  const content = mediaContentOf(step, key);
  const name = content && fileNameOf(content);
  const bytes = name && step.get<MediaFileRecord>('media-file', name)?.bytes;
  if (!bytes) return tell(step, browser, tag, PHONE_WORDS.done(404, 'the phone has not kept it'));
  const wanted: FileWantedRecord = { kind: 'file-wanted', browser, tag };
  step.tx.put('file-wanted', key, wanted);
  if (!isOnErrand(step, 'put', { kind: 'media-reupload', key })) {
    putBlob(step, bytes, { kind: 'media-reupload', key });
  }
  step.emit('media-answer', 'stores a file again for a browser', { device: browser, messageId });
}

/** What the store has by now, told to the browsers that asked. */
export function answerFiles(step: Step): void {
  for (const [key, record] of step.tx.entries('file-wanted')) {
    if (isOnErrand(step, 'put', { kind: 'media-reupload', key })) continue;
    const { browser, tag } = record as FileWantedRecord;
    step.tx.delete('file-wanted', key);
    tell(step, browser, tag, PHONE_WORDS.done(200, ''));
  }
}
