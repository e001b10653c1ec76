/**
 * L3: sessions converge. Whatever the story lost, duplicated or rolled back, each pair that talked
 * exchanges a probe both ways after the heal phase, on every device: displayed, not merely reported
 * lost. Catalogue section 8; contract 10. It does not bound the number of sessions (K6).
 */

import type { Judge, JudgeView, Property } from './property.ts';

/** L3: the definition a run judges by; the rules are at the top of this file. */
export const l3: Property = {
  id: 'L3',
  name: 'sessions converge',
  summary: 'After the story every pair that talked exchanges a probe both ways.',
  judge: judgeProbes,
};

function judgeProbes(view: JudgeView): Judge {
  const { ledger } = view;
  return {
    kinds: [],
    observe() {},
    finish() {
      for (const status of ledger.messages()) {
        if (!status.isProbe) continue;
        const { said } = status;
        for (const device of ledger.due(status)) {
          view.check(ledger.shownOn(device, said) !== undefined, said.messageId, () => {
            const host = ledger.linkage.hostOf(device) ?? device;
            return `the probe of ${said.host} never showed on ${host}`;
          });
        }
        if (said.sealedSequence < 0 && ledger.canStillSend(status)) {
          view.check(false, said.messageId, () => `${said.host} never sealed its probe`);
        }
      }
    },
  };
}
