/**
 * G5: no creation. What a device shows in a group was written by somebody who was a member when it
 * was sealed or when the server took it; that it arrives after its author has left is fine.
 * Catalogue section 7; specification 7.2.
 */

import { isGroup, userOf } from '../ledger/ledger.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** G5: the definition a run judges by; the rules are at the top of this file. */
export const g5: Property = {
  id: 'G5',
  name: 'no creation',
  summary: 'What is shown in a group was written by one of its members.',
  judge: judgeAuthors,
};

function judgeAuthors(view: JudgeView): Judge {
  const { ledger } = view;
  return {
    kinds: ['commit'],
    collections: ['shown'],
    observe(event) {
      for (const { host, record, before } of displaysOf(ledger, event)) {
        if (before !== undefined || !isGroup(record.chat)) continue;
        const status = ledger.message(record.author, record.messageId);
        if (status === undefined) continue; // nobody said it: I1 judges that
        const user = userOf(record.author);
        const { sealedSequence } = status.said;
        const wasMember = [sealedSequence, status.acceptedSequence].some((sequence) => {
          return sequence >= 0 && ledger.membership.isMemberAt(record.chat, user, sequence);
        });
        view.check(wasMember, record.messageId, () => {
          return `${host} shows in ${record.chat} what ${record.author} wrote, who was no member`;
        });
      }
    },
  };
}
