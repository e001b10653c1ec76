/** The app of an account learns of several devices, and gives them up again (specification 12). */

import type { UserJid } from '../../contract.ts';
import { node } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { isOldApp } from './capability.ts';
import { askForLists } from './known-lists.ts';
import { sendReliably } from './outbound.ts';
import { maySignList, withdrawAll } from './own-list.ts';
import { accountOf, SELF } from './records.ts';

/**
 * The app was updated: the server hears of it, and the lists held so far, which an old app takes
 * for phones alone, are asked for.
 */
export function takeUpgrade(step: Step): void {
  if (!isOldApp(step)) return;
  step.tx.delete('old-app', SELF);
  const app = node('app', { multidevice: 'true' });
  const id = step.freshId('app');
  sendReliably(step, node('iq', { xmlns: 'md', type: 'set', id, to: 's.whatsapp.net' }, [app]));
  const users: UserJid[] = [];
  for (const [user] of step.tx.entries('device-list')) {
    if (user === accountOf(step)?.user) continue;
    step.tx.put('stale-list', user, { kind: 'stale-list' });
    users.push(user);
  }
  askForLists(step, users);
}

/**
 * The person leaves the beta: every companion is logged out, and from now on the account is one
 * phone to everybody, itself included. One word tells the server all of it, so that nothing can
 * come between.
 */
export function takeLeaveBeta(step: Step): void {
  if (isOldApp(step) || step.tx.get('primary', SELF) === undefined) {
    return step.refuseAs('not-allowed', 'this is no phone that could leave the beta');
  }
  if (!maySignList(step)) {
    return step.refuseAs('not-allowed', 'the phone has to connect before it leaves the beta');
  }
  step.tx.put('old-app', SELF, { kind: 'old-app' });
  step.tx.delete('pending-link', SELF);
  withdrawAll(step, [node('app', { multidevice: 'false' })]);
  step.emit('left-beta', 'this phone is the only device of its account from now on');
}
