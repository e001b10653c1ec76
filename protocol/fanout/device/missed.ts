/**
 * What the login's answer says was missed (contract 2, 4): copies that waited more than 30 days,
 * and the copy this device acknowledged last, which a Store that lost its last commit does not
 * know.
 */

import { isRejected } from '../../errors.ts';
import { EXPIRED_REPORT_MAX } from '../../limits.ts';
import { isMessageId } from '../../messages/message-stanza.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import { parseDeviceJid } from '../../wire/jid.ts';
import { attribute, child, children, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { chatOf } from './audience.ts';
import { type CopyName, loseCopy, missCopy } from './placeholders.ts';
import { messageKey } from './records.ts';

function copyName(step: Step, element: WireNode): CopyName | undefined {
  const author = parseDeviceJid(attribute(element, 'from'));
  const messageId = attribute(element, 'id');
  const stampUs = positiveNumber(attribute(element, 't'));
  if (isRejected(author) || !isMessageId(messageId) || stampUs === undefined) return undefined;
  const chat = chatOf(step, author.jid, attribute(element, 'recipient'));
  return chat === undefined ? undefined : { author: author.jid, chat, messageId, stampUs };
}

/** Reports expired copies lost, and asks again for a last copy that is not in the Store. */
export function takeMissed(step: Step, success: WireNode): void {
  const expired = child(success, 'expired');
  const items = expired === undefined ? [] : children(expired, 'item');
  for (const item of items.slice(0, EXPIRED_REPORT_MAX)) {
    const copy = copyName(step, item);
    if (copy !== undefined) loseCopy(step, copy, 'it waited more than 30 days at the server');
  }
  const last = child(success, 'last');
  const copy = last && copyName(step, last);
  if (copy === undefined) return;
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  const isKnown = ['shown', 'lost', 'placeholder'].some(
    (name) => step.tx.get(name, key) !== undefined,
  );
  if (!isKnown) missCopy(step, copy);
}
