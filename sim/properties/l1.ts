/**
 * L1: eventual delivery. After the heal phase every message is displayed on every device it is owed
 * to (contract 8, `Entitled`, still linked), or that device reports it lost. Silence is a
 * violation, and so is a message that never got as far as being sealed while its author stays
 * linked. Catalogue section 8.
 */

import type { MessageStatus } from '../ledger/ledger.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** L1: the definition a run judges by; the rules are at the top of this file. */
export const l1: Property = {
  id: 'L1',
  name: 'eventual delivery',
  summary: 'Every message is shown, or reported lost, on every device it is owed to.',
  judge: judgeDelivery,
};

function judgeDelivery(view: JudgeView): Judge {
  const { ledger } = view;
  const judgeMessage = (status: MessageStatus): void => {
    const { said } = status;
    if (said.sealedSequence < 0 && ledger.canStillSend(status)) {
      view.check(false, said.messageId, () => `${said.host} never sealed what it was told to send`);
    }
    for (const device of ledger.due(status)) {
      const isShown = ledger.shownOn(device, said) !== undefined;
      view.check(isShown || ledger.lostOn(device, said) !== undefined, said.messageId, () => {
        const host = ledger.linkage.hostOf(device) ?? device;
        return `${host} neither shows nor reports lost what ${said.host} said`;
      });
    }
  };
  return {
    kinds: [],
    observe() {},
    finish() {
      for (const status of ledger.messages()) if (!status.isProbe) judgeMessage(status);
    },
  };
}
