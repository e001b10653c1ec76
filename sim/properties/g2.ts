/**
 * G2: view agreement. At the end every linked device of a member holds the group as the server has
 * it, members and admins, and no other device holds it. Catalogue section 7; specification 7.3.
 */

import type { GroupRecord, MembershipRecord, UserJid } from '../../protocol/contract.ts';
import { userOf } from '../ledger/ledger.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** G2: the definition a run judges by; the rules are at the top of this file. */
export const g2: Property = {
  id: 'G2',
  name: 'view agreement',
  summary: 'At the end all devices of a group agree with the server on who is in it.',
  judge: judgeAgreement,
};

function judgeAgreement(view: JudgeView): Judge {
  const { ledger } = view;
  const truth = new Map<string, MembershipRecord>();
  /** By host, then group. */
  const held = new Map<string, Map<string, GroupRecord>>();
  return {
    kinds: ['commit'],
    collections: ['membership', 'group'],
    observe(event) {
      if (event.kind !== 'commit') return;
      for (const { collection, key, after } of event.changes) {
        if (collection === 'membership' && event.node === 'server') {
          if (after !== undefined) truth.set(key, after as MembershipRecord);
        } else if (collection === 'group' && event.node !== 'server') {
          const groups = held.get(event.node) ?? new Map<string, GroupRecord>();
          held.set(event.node, groups);
          if (after === undefined) groups.delete(key);
          else groups.set(key, after as GroupRecord);
        }
      }
    },
    finish() {
      for (const [group, membership] of truth) {
        for (const host of view.hosts) {
          const device = ledger.linkage.deviceOf(host);
          if (device === undefined || !ledger.isInUse(device)) continue;
          // A browser whose phone has lost itself learns nothing more.
          const isMirror = ledger.linkage.isBrowser(device);
          if (isMirror && !ledger.isInUse(userOf(device))) continue;
          const record = held.get(host)?.get(group);
          const isMember = ledger.membership.isMemberNow(group, userOf(device));
          if (!isMember && record === undefined) continue;
          view.check(isMember && agrees(record, membership), group, () => {
            const seen = record === undefined ? 'nothing' : `${record.members.length} members`;
            return `${host} holds ${seen} of ${group}, the server ${membership.members.length}`;
          });
        }
      }
    },
  };
}

function agrees(record: GroupRecord | undefined, truth: MembershipRecord): boolean {
  return (
    record !== undefined && same(record.members, truth.members) && same(record.admins, truth.admins)
  );
}

function same(one: readonly UserJid[], other: readonly UserJid[]): boolean {
  if (one === other) return true;
  const all = new Set(other);
  return one.length === other.length && one.every((user) => all.has(user));
}
