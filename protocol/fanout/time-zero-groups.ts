/**
 * Groups before the story (contract 10): the server's members, and what every member's devices
 * know.
 */

import type { GroupPlan, GroupRecord, MembershipRecord } from '../contract.ts';
import { userJid } from '../wire/jid.ts';
import type { GroupsKnownRecord } from './device/groups.ts';
import { SELF } from './device/records.ts';
import type { Step } from './step.ts';

/** The devices of an account under construction. */
export interface MemberDevices {
  readonly user: string;
  readonly steps: readonly Step[];
}

/** Puts the groups on the server and on the devices of their members. */
export function foundGroups(
  server: Step,
  groups: readonly GroupPlan[],
  accounts: readonly MemberDevices[],
): void {
  const byUser = new Map(accounts.map((account) => [account.user, account]));
  for (const plan of groups) {
    const { group, name } = plan;
    const members = plan.members.map(userJid);
    const admins = plan.admins.map(userJid);
    const changedUs = server.nowUs;
    const whole = { group, name, members, admins, changedUs };
    const membership: MembershipRecord = { kind: 'membership', ...whole };
    const record: GroupRecord = { kind: 'group', ...whole };
    server.tx.put('membership', group, membership);
    for (const user of members) {
      server.tx.put(`groups-of/${user}`, group, { kind: 'group-of' });
      for (const step of byUser.get(user)?.steps ?? []) step.tx.put('group', group, record);
    }
  }
  const known: GroupsKnownRecord = { kind: 'groups-known', versionUs: server.nowUs };
  for (const { steps } of accounts) {
    for (const step of steps) step.tx.put('groups-known', SELF, known);
  }
}
