/**
 * The daily look at device lists (specification 5.11): old ones are asked for, expired ones fall
 * back to the primary alone, and the phone signs its own anew. The timer comes earlier when a list
 * expires earlier; a device that slept over it looks before it does anything else.
 */

import type { UserJid } from '../../contract.ts';
import { type DeviceListRecord, withoutCompanions } from '../../devices/device-list.ts';
import { listDuty, needsSigning, nextListDutyUs } from '../../devices/list-expiry.ts';
import { LIST_JOB_INTERVAL_US } from '../../limits.ts';
import type { Step } from '../step.ts';
import { adopt, askForLists, LIST_TIMER } from './known-lists.ts';
import { linkStateOf } from './link-state.ts';
import { maySignList, ownList, publishOwnList } from './own-list.ts';
import { accountOf, SELF } from './records.ts';

/** Looks at all lists when it is time; call before anything else of a step. */
export function runListJobWhenDue(step: Step): void {
  const timer = step.tx.get('timer', LIST_TIMER) as { readonly deadlineUs?: number } | undefined;
  if (timer?.deadlineUs !== undefined && timer.deadlineUs <= step.nowUs) runListJob(step);
}

/** The timer of the job; false when it is another one. */
export function takeListTimer(step: Step, name: string): boolean {
  if (name !== LIST_TIMER) return false;
  runListJob(step);
  return true;
}

/** Looks at all lists, and sets the timer for the next look. */
export function runListJob(step: Step): void {
  const own = accountOf(step)?.user;
  if (own === undefined) return step.cancelTimer(LIST_TIMER);
  const isPrimary = step.tx.get('primary', SELF) !== undefined;
  const asked: UserJid[] = [];
  for (const [user, entry] of step.tx.entries('device-list')) {
    if (isPrimary && user === own) continue; // the phone is the authority on its own list
    if (look(step, entry as DeviceListRecord)) asked.push(user);
  }
  for (const user of asked) step.tx.put('stale-list', user, { kind: 'stale-list' });
  if (asked.length > 0) askForLists(step, asked);
  if (isPrimary) signAnew(step);
  armNext(step);
}

/** Does what one list needs; true when it is to be asked for. */
function look(step: Step, record: DeviceListRecord): boolean {
  const isOnline = linkStateOf(step.store).phase === 'active';
  const { expectedListGraceUs } = step.settings;
  const duty = listDuty(record, step.nowUs, expectedListGraceUs, isOnline);
  switch (duty) {
    case 'none':
      return false;
    case 'ask': {
      const { expected } = record;
      if (expected !== undefined && isOnline) {
        const next: DeviceListRecord = {
          ...record,
          expected: { ...expected, askedUs: step.nowUs },
        };
        step.tx.put('device-list', record.user, next);
      }
      return true;
    }
    case 'expire':
    case 'give-up': {
      const why = duty === 'expire' ? 'has expired' : 'is older than one that did not come';
      step.emit('list-expired', `the device list of ${record.user} ${why}`, { user: record.user });
      adopt(step, withoutCompanions(record));
      return true;
    }
  }
}

/** The phone vouches for its companions again, about monthly (5.11). */
function signAnew(step: Step): void {
  if (linkStateOf(step.store).phase !== 'active' || !maySignList(step)) return;
  const list = ownList(step);
  if (!needsSigning(list, step.nowUs)) return;
  publishOwnList(
    step,
    list.devices.filter(({ id }) => id !== 0),
  );
  step.emit('list-signed', 'the phone has signed its device list anew', {
    devices: list.devices.length,
  });
}

function armNext(step: Step): void {
  let nextUs = step.nowUs + LIST_JOB_INTERVAL_US;
  for (const [, entry] of step.tx.entries('device-list')) {
    const { expectedListGraceUs } = step.settings;
    const dutyUs = nextListDutyUs(entry as DeviceListRecord, step.nowUs, expectedListGraceUs);
    nextUs = Math.min(nextUs, dutyUs);
  }
  step.setTimer(LIST_TIMER, nextUs);
}
