/**
 * O6: a conversation agrees. At rest all devices a message is owed to, on all sides, show it at the
 * same place of the same conversation with the same content, for messages sent after they joined;
 * what a device reports lost is counted (`O6-reported-lost`). Catalogue section 4.
 */

import { copiesOf, differenceOf } from './agreement.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** O6: the definition a run judges by; the rules are at the top of this file. */
export const o6: Property = {
  id: 'O6',
  name: 'conversations agree',
  summary: 'At rest everybody in a conversation has the same messages in the same order.',
  judge: judgeAll,
};

function judgeAll(view: JudgeView): Judge {
  const { ledger } = view;
  return {
    kinds: [],
    observe() {},
    finish() {
      for (const status of ledger.messages()) {
        if (status.isProbe) continue;
        const [first, ...others] = copiesOf(ledger, status, 'O6-reported-lost');
        for (const copy of first === undefined ? [] : others) {
          const difference = differenceOf(first as typeof copy, copy);
          view.check(difference === undefined, status.said.messageId, () => {
            return `${first?.device} and ${copy.device} differ on a message: ${difference}`;
          });
        }
      }
    },
  };
}
