/**
 * O5: own devices agree. At rest all devices of an account show the same messages at the same
 * places in the same chats, over the time in which they were linked; what one of them reports lost
 * is counted (`O5-reported-lost`). Equal places mean equal order. What one of them shows as read
 * all show as read. What is starred, muted or deleted is L8's. Catalogue section 4.
 */

import { userOf } from '../ledger/ledger.ts';
import { type Copy, copiesOf, differenceOf } from './agreement.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** O5: the definition a run judges by; the rules are at the top of this file. */
export const o5: Property = {
  id: 'O5',
  name: 'own devices agree',
  summary: 'At rest all devices of an account show the same messages in the same order.',
  judge: judgeOwn,
};

function judgeOwn(view: JudgeView): Judge {
  const { ledger } = view;
  return {
    kinds: [],
    observe() {},
    finish() {
      for (const status of ledger.messages()) {
        if (status.isProbe) continue;
        const first = new Map<string, Copy>();
        for (const copy of copiesOf(ledger, status, 'O5-reported-lost')) {
          const user = userOf(copy.device);
          const other = first.get(user);
          if (other === undefined) {
            first.set(user, copy);
            continue;
          }
          const difference = differenceOf(other, copy) ?? readDifferenceOf(other, copy);
          view.check(difference === undefined, status.said.messageId, () => {
            return `${other.device} and ${copy.device} differ on a message: ${difference}`;
          });
        }
      }
    },
  };
}

/** Specification 6.6: what was read on one device is read on all of the account. */
function readDifferenceOf(one: Copy, other: Copy): string | undefined {
  if (one.shown?.isRead === other.shown?.isRead) return undefined;
  return `${(one.shown?.isRead === true ? one : other).device} alone shows it as read`;
}
