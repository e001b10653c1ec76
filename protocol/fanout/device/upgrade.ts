/** The app of an account learns of several devices (specification 12). */

import type { UserJid } from '../../contract.ts';
import { node } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { isOldApp } from './capability.ts';
import { askForLists } from './known-lists.ts';
import { sendReliably } from './outbound.ts';
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
