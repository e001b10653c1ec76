/**
 * D5: expiry falls to the primary alone, never to nobody and never back to the stale list. Every
 * device list a device stores begins with the account's phone; one that is over 35 days old when it
 * is stored holds nobody else; and what is sealed for somebody names, or leaves out for want of
 * keys, at least that person's phone. Catalogue section 6; specification 5.11.
 */

import type { OutboxRecord } from '../../protocol/contract.ts';
import type { DeviceListRecord } from '../../protocol/devices/device-list.ts';
import { isGroup } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** D5: the definition a run judges by; the rules are at the top of this file. */
export const d5: Property = {
  id: 'D5',
  name: 'expiry leaves the phone',
  summary: 'A list that has run out leaves the phone: not nobody, and not the old companions.',
  judge: judgeExpiry,
};

const SECOND_US = 1_000_000;
const TTL_US = 35 * 86_400 * SECOND_US;

function judgeExpiry(view: JudgeView): Judge {
  const devices = view.scenario.accounts.flatMap((account) => account.devices);
  const skewUs = Math.max(0, ...devices.map(({ clockSkewUs }) => Math.abs(clockSkewUs)));
  let isClockSet = false;
  const judgeList = (host: string, timeUs: number, list: DeviceListRecord): void => {
    const { user, timestampS } = list;
    const [first, ...others] = list.devices;
    const isLed = first?.id === 0 && first.keyIndex === 0;
    view.check(isLed, user, () => `${host} holds a list of ${user} without its phone`);
    const isOwn = view.ledger.linkage.deviceOf(host) === user;
    if (isOwn || isClockSet || timestampS === 0) return;
    const ageUs = view.scenario.epochUs + timeUs - skewUs - timestampS * SECOND_US;
    view.check(ageUs <= TTL_US || others.length === 0, user, () => {
      return `${host} stores companions of ${user} on a list that has expired`;
    });
  };
  return {
    kinds: ['commit', 'lever'],
    collections: ['device-list', 'outbox'],
    observe(event: RunEvent) {
      if (event.kind === 'lever' && event.lever === 'clock-step') isClockSet = true;
      if (event.kind !== 'commit' || event.node === 'server') return;
      if (event.isTimeZero || view.ledger.isUndo) return;
      for (const { collection, before, after } of event.changes) {
        if (after === undefined) continue;
        if (collection === 'device-list') {
          judgeList(event.node, event.timeUs, after as DeviceListRecord);
        } else if (collection === 'outbox') {
          const { chat, state, targets, leftOut, author, messageId } = after as OutboxRecord;
          const isSealed = state === 'sealed' && (before as OutboxRecord)?.state !== 'sealed';
          if (!isSealed || isGroup(chat) || chat === author) continue;
          view.check(targets.includes(chat) || leftOut.includes(chat), messageId, () => {
            return `${event.node} sealed a message for ${chat} without its phone`;
          });
        }
      }
    },
  };
}
