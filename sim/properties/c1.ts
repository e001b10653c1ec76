/**
 * C1: no plaintext to outsiders. A message is displayed only on devices that were linked to one of
 * its two accounts, or to a member of its group, when it was sealed (or before its backfill window
 * closed), or that followed from the signed lists its sender had been given, when it was sealed or
 * when a copy was sent again (a phone may have dropped the device in a list that has not left it
 * yet). What comes as history may show on any device of those accounts. The device behind a host
 * is taken from the server's and the host's transport keys, not from what the display says.
 * Catalogue section 2; contract 8.
 */

import { deviceNumberOf, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { stanzas } from './stanzas.ts';
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
  const frames = stanzas(ledger);
  /** `author host|id|device` of copies sent again to devices their sender was given. */
  const again = new Set<string>();
  const noteRepeat = ({ source, bytes }: RunEvent & { readonly kind: 'send' }): void => {
    const stanza = frames.message(bytes);
    if (stanza?.isRepeat !== true) return;
    for (const { target: device = '' } of stanza.enclosed) {
      const isGiven = lists.of(source, userOf(device)).devices.has(deviceNumberOf(device));
      if (isGiven) again.add(`${source}|${stanza.id}|${device}`);
    }
  };
  return {
    kinds: ['commit', 'device-send'],
    collections: ['shown'],
    observe(event) {
      if (event.kind === 'send' && event.source !== 'server') noteRepeat(event);
      for (const { host, record, before } of displaysOf(ledger, event)) {
        if (before !== undefined) continue;
        const status = ledger.message(record.author, record.messageId);
        if (status === undefined) continue; // nobody said it: I1 judges that
        const device = ledger.linkage.deviceOf(host);
        const holds =
          device !== undefined &&
          (device === status.said.author ||
            (record.via === 'history' && ledger.isParty(status, userOf(device))) ||
            ledger.isEntitled(status, device) ||
            lists.intended(status.said)?.has(device) === true ||
            again.has(`${status.said.host}|${record.messageId}|${device}`));
        view.check(holds, record.messageId, () => {
          const name = device ?? 'a device that was never linked';
          return `${host} (${name}) shows a message of ${record.author} that was not for it`;
        });
      }
    },
  };
}
