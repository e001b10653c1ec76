/**
 * C1: no plaintext to outsiders. A message is displayed only on devices that were linked to one of
 * its two accounts when it was sealed (or before its backfill window closed), or that followed from
 * the signed lists its sender had been given. The device behind a host is taken from the server's
 * and the host's transport keys, not from what the display says. Catalogue section 2; contract 8.
 */

import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { deviceViews } from './view.ts';

/** C1: the definition a run judges by; the rules are at the top of this file. */
export const c1: Property = {
  id: 'C1',
  name: 'no plaintext to outsiders',
  summary: 'A message is shown only on devices entitled to it or intended by its sender.',
  judge: judgeOutsiders,
};

function judgeOutsiders(view: JudgeView): Judge {
  const { ledger } = view;
  const lists = deviceViews(view);
  return {
    kinds: ['commit'],
    observe(event) {
      for (const { host, record, before } of displaysOf(ledger, event)) {
        if (before !== undefined) continue;
        const status = ledger.message(record.author, record.messageId);
        if (status === undefined) continue; // nobody said it: I1 judges that
        const device = ledger.linkage.deviceOf(host);
        const holds =
          device !== undefined &&
          (device === status.said.author ||
            ledger.isEntitled(status, device) ||
            lists.intended(status.said)?.has(device) === true);
        view.check(holds, record.messageId, () => {
          const name = device ?? 'a device that was never linked';
          return `${host} (${name}) shows a message of ${record.author} that was not for it`;
        });
      }
    },
  };
}
