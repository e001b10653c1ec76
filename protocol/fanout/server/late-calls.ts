/**
 * Offers that waited until nobody rings any more (specification 9.6): the device gets them at its
 * login with `offline`, and logs a missed call.
 */

import { isRejected } from '../../errors.ts';
import { CALL_RING_US } from '../../limits.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import { withAttribute } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import type { QueuedRecord } from './records.ts';

/**
 * The entry as it leaves now. Assumption: `offline` marks what waited longer than a call rings, so
 * that a phone that was woken for the call still rings; the attribute's value is not public.
 */
export function asOfNow(step: Step, record: QueuedRecord): QueuedRecord {
  const isLate = step.nowUs - record.stampUs > CALL_RING_US;
  if (record.label.kind !== 'call:offer' || !isLate) return record;
  const stanza = decodeFrame(record.bytes);
  if (isRejected(stanza)) return record;
  return { ...record, bytes: encodeFrame(withAttribute(stanza, 'offline', '1')) };
}
