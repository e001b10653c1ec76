/**
 * The stale-list answer (specification 5.14, D.3): an ack with another participant hash makes us
 * ask for the lists again and send the message, within five minutes, to the devices we did not know
 * of.
 */

import type { DeviceJid, OutboxRecord } from '../../contract.ts';
import { BACKFILL_WINDOW_US } from '../../limits.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { audienceOf, isReadyFor } from './audience.ts';
import { othersLists } from './fresh-lists.ts';
import { groupMessageOf, isForMember, sealGroupBackfill } from './group-seal.ts';
import { needGroup } from './groups.ts';
import { isForFormerKeys } from './identity-change.ts';
import { askForLists } from './known-lists.ts';
import { accountOf, type BackfillRecord, maySealMore, outboxOf } from './records.ts';
import { sealBackfill } from './seal.ts';

/** The ack showed another view: look again. */
export function beginBackfill(step: Step, messageId: string): void {
  const account = accountOf(step);
  const chat = outboxOf(step, messageId)?.chat;
  if (account === undefined || chat === undefined) return;
  const group = isGroupJid(chat) ? chat : undefined;
  const wanted = group === undefined ? othersLists(step, [chat, account.user]) : [];
  const record: BackfillRecord = {
    kind: 'backfill',
    messageId,
    ackedUs: step.nowUs,
    group,
    wanted,
  };
  step.tx.put('backfill', messageId, record);
  if (group !== undefined) needGroup(step, group);
  step.emit('stale-list', `the server's view of ${messageId}'s devices differs from ours`, {
    messageId,
  });
}

/** Drives open backfills: lists first, then sessions, then the copies. */
export function advanceBackfills(step: Step): void {
  const account = accountOf(step);
  for (const [key, entry] of step.tx.entries('backfill')) {
    if (!maySealMore(step)) return;
    const record = entry as BackfillRecord;
    const outbox = outboxOf(step, record.messageId);
    const agoUs = step.nowUs - record.ackedUs;
    const isLate = agoUs > BACKFILL_WINDOW_US || agoUs < 0;
    if (outbox === undefined || account === undefined || isLate) {
      step.tx.delete('backfill', key);
      continue;
    }
    if (record.group !== undefined) continue; // its members are being asked for
    if (record.wanted.length > 0) {
      askForLists(step, record.wanted);
      continue;
    }
    const missing = missingDevices(step, outbox);
    if (!isReadyFor(step, missing)) continue;
    step.tx.delete('backfill', key);
    if (missing.length > 0) {
      step.emit('backfill', `sends ${record.messageId} to ${missing.length} more devices`, {
        messageId: record.messageId,
        devices: missing.length,
      });
      if (isGroupJid(outbox.chat)) sealGroupBackfill(step, outbox, missing);
      else sealBackfill(step, outbox, missing);
    }
  }
}

/** Devices the message is for that were not thought of when it was sealed. */
function missingDevices(step: Step, outbox: OutboxRecord): DeviceJid[] {
  const sealed = groupMessageOf(step, outbox.messageId);
  if (!isGroupJid(outbox.chat)) {
    const known = new Set([...outbox.targets, ...outbox.leftOut]);
    return audienceOf(step, outbox.chat).filter((device) => {
      return !known.has(device) && !isForFormerKeys(step, userOf(device), outbox.messageId);
    });
  }
  if (sealed === undefined) return [];
  const known = new Set(sealed.audience);
  // Who came to the group later does not get what was said before (C7).
  return audienceOf(step, outbox.chat).filter((device) => {
    if (known.has(device) || !isForMember(step, outbox, userOf(device))) return false;
    return !isForFormerKeys(step, userOf(device), outbox.messageId);
  });
}
