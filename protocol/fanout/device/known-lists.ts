/**
 * The device lists this device holds (specification 5.7): asking for them, over any break, and
 * taking a new one in with all that hangs on it. Who signed what is checked in `lists.ts`.
 */

import type { TimerRecord, UserJid } from '../../contract.ts';
import {
  type DeviceListRecord,
  type ListApplied,
  withoutCompanions,
} from '../../devices/device-list.ts';
import { isExpired, nextListDutyUs } from '../../devices/list-expiry.ts';
import { SIGNAL_COLLECTIONS } from '../../signal/records.ts';
import { deleteSession } from '../../signal/sessions.ts';
import { node } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { forgetDeviceInGroups } from './group-keys.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';
import { accountOf, deviceListOf, SELF } from './records.ts';

/** The timer of the daily look at all lists. */
export const LIST_TIMER = 'list-job';

/**
 * Asks the server for lists, leaving out what is being asked; waits while there is no connection. A
 * phone asks for its own only when its Store went back (`stale-list`).
 */
export function askForLists(step: Step, users: readonly UserJid[]): void {
  if (linkStateOf(step.store).phase !== 'active') return;
  const isPrimary = step.tx.get('primary', SELF) !== undefined;
  const own = accountOf(step)?.user;
  const wanted = users.filter(
    (user) =>
      !(isPrimary && user === own && step.tx.get('stale-list', user) === undefined) &&
      !isAsking(
        step,
        (query) =>
          (query.kind === 'lists' && query.users.includes(user)) ||
          (query.kind === 'bundles' && query.devices.includes(user)),
      ),
  );
  if (wanted.length === 0) return;
  const usync = node(
    'usync',
    { sid: step.freshId('sid'), mode: 'query', last: 'true', index: '0', context: 'message' },
    [
      node('query', {}, [node('devices', { version: '2' })]),
      node(
        'list',
        {},
        wanted.map((jid) => node('user', { jid })),
      ),
    ],
  );
  const id = step.freshId('lists');
  ask(step, node('iq', { xmlns: 'usync', type: 'get', id }, [usync]), {
    kind: 'lists',
    users: wanted,
    askedUs: step.nowUs,
  });
}

/** A companion without its own account's list asks for it before anything else. */
export function syncOwnList(step: Step): void {
  const account = accountOf(step);
  if (account === undefined || deviceListOf(step, account.user) !== undefined) return;
  askForLists(step, [account.user]);
}

/** Remembers that an account's list is out of date, until an answer comes, over any break. */
export function needList(step: Step, user: UserJid): void {
  step.tx.put('stale-list', user, { kind: 'stale-list' });
  askForLists(step, [user]);
}

/** Asks again for the lists whose answer was lost with its connection. */
export function syncStaleLists(step: Step): void {
  const users = step.tx.entries('stale-list').map(([user]) => user);
  if (users.length > 0) askForLists(step, users);
}

/** The next look at all lists (`list-job.ts`) comes in time for what this one needs. */
export function armListJob(step: Step, record: DeviceListRecord): void {
  const timer = step.tx.get('timer', LIST_TIMER) as TimerRecord | undefined;
  const dutyUs = nextListDutyUs(record, step.nowUs, step.settings.expectedListGraceUs);
  if (timer !== undefined && dutyUs < timer.deadlineUs) step.setTimer(LIST_TIMER, dutyUs);
}

/** A list that is too old when it comes counts for the primary alone. */
function inForce(applied: ListApplied, nowUs: number): ListApplied {
  if (!isExpired(applied.record, nowUs)) return applied;
  const expired = withoutCompanions(applied.record);
  const removed = [...new Set([...applied.removed, ...expired.removed])];
  return { ...applied, record: expired.record, added: [], removed };
}

/** Stores the list; what was kept for removed devices goes. */
export function adopt(step: Step, offered: ListApplied): void {
  const applied = inForce(offered, step.nowUs);
  const { user, timestampS } = applied.record;
  const isRenewed = timestampS > (deviceListOf(step, user)?.timestampS ?? timestampS);
  if (isRenewed && applied.added.length + applied.removed.length === 0) {
    step.emit('list-refreshed', `the device list of ${user} is signed anew`, { user, timestampS });
  }
  step.tx.put('device-list', applied.record.user, applied.record);
  armListJob(step, applied.record);
  for (const device of applied.removed) {
    deleteSession(step.tx, device);
    forgetDeviceInGroups(step, device);
    step.tx.delete(SIGNAL_COLLECTIONS.peerIdentity, device);
  }
  for (const device of applied.added) linkStateOf(step.store).unusable.delete(device);
  if (applied.added.length + applied.removed.length > 0) {
    step.emit(
      'device-list',
      `${applied.record.user} has ${applied.record.devices.length} devices`,
      {
        added: applied.added.join(' '),
        removed: applied.removed.join(' '),
      },
    );
  }
  if (applied.needsSync) needList(step, applied.record.user);
}
