/**
 * Old apps among the new (specification 12): an account whose app knows of no devices is one phone
 * to everybody. Companions may not write to it or call it, its own phone writes to phones only.
 * Present in the Store only where something is old, so that a world of new apps pays nothing.
 *
 * Assumption: that the server tells who is old with its device lists; how real clients learn it is
 * not public.
 */

import type { ChatJid, GroupRecord, UserJid } from '../../contract.ts';
import { deviceIdOf, isGroupJid } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { accountOf, SELF } from './records.ts';

/** Whether this phone's own app is old. */
export function isOldApp(step: Step): boolean {
  return step.tx.get('old-app', SELF) !== undefined;
}

/** The server said with a list whether the account's app is old. */
export function noteCapability(step: Step, user: UserJid, isCapable: boolean): void {
  if (isCapable) step.tx.delete('old-contact', user);
  else if (step.tx.get('old-contact', user) === undefined) {
    step.tx.put('old-contact', user, { kind: 'old-contact' });
  }
}

/** An account this companion may not write to, in the chat; undefined when it may. */
export function oldMemberOf(step: Step, chat: ChatJid): UserJid | undefined {
  const account = accountOf(step);
  if (account === undefined || deviceIdOf(account.device) === 0) return undefined;
  const group = isGroupJid(chat) ? step.get<GroupRecord>('group', chat) : undefined;
  const members = isGroupJid(chat) ? (group?.members ?? []) : [chat];
  return members.find((user) => step.tx.get('old-contact', user) !== undefined);
}

/** Says that the other side must update first; what was asked for is not done. */
export function refuseOldContact(step: Step, user: UserJid): void {
  step.emit('old-contact', `${user} has to update its app before companions can reach it`, {
    user,
  });
}
