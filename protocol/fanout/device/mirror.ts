/**
 * What an old contact wrote reaches this account's phone alone (specification 12). Where the
 * scenario says so, the phone hands it on to its companions as one more part of the history: they
 * show it as something the phone told them, not as something its author sent them.
 *
 * Assumption: whether real phones did this in 2021 is not documented; it is off unless switched on.
 */

import type { UserJid } from '../../contract.ts';
import type { Step } from '../step.ts';
import { planOnDemand } from './history-send.ts';
import { ownOthers } from './peer.ts';
import type { CopyName } from './placeholders.ts';
import { messageKey, SELF } from './records.ts';

/** Passes a message just shown on to the companions, when its author's app is old. */
export function passOnFromOld(step: Step, copy: CopyName, author: UserJid): void {
  if (!step.settings.mirrorsOldContacts || step.tx.get('primary', SELF) === undefined) return;
  if (step.tx.get('old-contact', author) === undefined) return;
  const { chat, messageId } = copy;
  const keys = [messageKey(chat, copy.author, messageId)];
  for (const device of ownOthers(step)) {
    planOnDemand(step, device, messageId, [{ chat, isEnd: false, keys }]);
  }
}
