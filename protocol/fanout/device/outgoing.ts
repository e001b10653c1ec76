/** What a written message says, as the parts of a `Message` (specification 6.1, 7.1). */

import type { OutboxRecord } from '../../contract.ts';
import { encodeMessage, type MessageFields } from '../../wire/message.ts';
import type { Step } from '../step.ts';
import { saidFields } from './media-records.ts';

/** The body alone; copies for single devices may add parts of their own. */
export function messageFieldsOf(step: Step, outbox: OutboxRecord): MessageFields {
  return saidFields(step, outbox);
}

/** The encoded `Message`, not yet padded. */
export function messageBytesOf(step: Step, outbox: OutboxRecord): Uint8Array {
  return encodeMessage(messageFieldsOf(step, outbox));
}
