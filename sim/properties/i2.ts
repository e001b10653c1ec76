/**
 * I2: context binding. A display names the author, the conversation and the message id under which
 * the text was said. That is the group; or the other account: on the author's own devices the
 * recipient's, elsewhere the author's. Catalogue section 3 (the class of messages that end up in
 * another conversation).
 */

import type { ShownRecord } from '../../protocol/contract.ts';
import { isGroup, type Ledger, type Said, userOf } from '../ledger/ledger.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** I2: the definition a run judges by; the rules are at the top of this file. */
export const i2: Property = {
  id: 'I2',
  name: 'context binding',
  summary: 'Author, conversation and id on the screen are those under which the text was said.',
  judge: judgeContext,
};

function judgeContext(view: JudgeView): Judge {
  const { ledger } = view;
  return {
    kinds: ['commit'],
    collections: ['shown'],
    observe(event) {
      for (const { host, record } of displaysOf(ledger, event)) {
        const said = saidAs(ledger, record);
        const device = ledger.linkage.deviceOf(host);
        if (said === undefined || device === undefined) continue;
        const account = userOf(device);
        const isOwnView = isGroup(said.chat) || account === said.authorUser;
        const chat = isOwnView ? said.chat : said.authorUser;
        const holds =
          record.author === said.author && record.chat === chat && record.account === account;
        view.check(holds, record.messageId, () => {
          const shown = `by ${record.author} in ${record.chat}`;
          return `${host} shows a message ${shown}, said by ${said.author} to ${said.chat}`;
        });
      }
    },
  };
}

/** The saying behind a display, found by id alone when the author named did not say it. */
function saidAs(ledger: Ledger, record: ShownRecord): Said | undefined {
  const exact = ledger.message(record.author, record.messageId);
  return (exact ?? ledger.messageById(record.messageId))?.said;
}
