/**
 * What a change makes of a group's members and admins: the same rule for the server, which decides,
 * and for devices, which follow its notifications (specification 7.3).
 */

import type { UserJid } from '../contract.ts';

/** The changes of a group that exists. */
export type GroupChange = 'add' | 'remove' | 'leave' | 'promote' | 'demote';

/** Who is in a group, the oldest member first, and who may change that. */
export interface Members {
  readonly members: readonly UserJid[];
  readonly admins: readonly UserJid[];
}

/**
 * The members after `change` of the accounts `named`. Assumption: a group whose last admin is gone
 * gets its oldest member as one.
 */
export function membersAfter(
  change: GroupChange,
  before: Members,
  named: readonly UserJid[],
): Members {
  const { members, admins } = before;
  const users = new Set(named);
  const isOther = (user: UserJid): boolean => !users.has(user);
  switch (change) {
    case 'add':
      return { members: [...members.filter(isOther), ...users], admins };
    case 'remove':
    case 'leave':
      return withAdmin(members.filter(isOther), admins.filter(isOther));
    case 'promote':
      return { members, admins: [...admins.filter(isOther), ...users] };
    case 'demote':
      return withAdmin(members, admins.filter(isOther));
  }
}

function withAdmin(members: readonly UserJid[], admins: readonly UserJid[]): Members {
  const [oldest] = members;
  return { members, admins: admins.length > 0 || oldest === undefined ? admins : [oldest] };
}
