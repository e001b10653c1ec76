/**
 * Groups: from the written form to plain data, and who is in them from when on.
 */

import type { Complaints, Path } from './complaint.ts';
import { entriesOf, RESERVED } from './resolve-accounts.ts';
import type { Group, TimelineEntry } from './scenario.ts';
import type { WrittenScenario } from './schema.ts';

type WrittenGroup = WrittenScenario['groups'][string];

/** Members and admins are accounts, once each, and admins are members. */
function checkNames(
  complaints: Complaints,
  names: readonly string[],
  { allowed, ignored = [] }: { allowed: readonly string[]; ignored?: readonly string[] },
  path: Path,
  unknown: (name: string) => string,
): void {
  const known = new Set([...allowed, ...ignored]);
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const at = [...path, index];
    if (!known.has(name)) complaints.word(at, name, unknown(name), allowed);
    if (seen.has(name)) complaints.at(at, `${name} stands here twice`);
    seen.add(name);
  }
}

function resolveGroup(
  complaints: Complaints,
  name: string,
  written: WrittenGroup,
  accounts: readonly string[],
): Group {
  const path = ['groups', name];
  if (accounts.includes(name)) complaints.key(path, `"${name}" is the name of an account already`);
  if (RESERVED.includes(name)) {
    complaints.key(path, `"${name}" cannot be the name of a group; it has a meaning already`);
  }
  const { members } = written;
  const none = (read: string): string => `there is no account "${read}"`;
  checkNames(complaints, members, { allowed: accounts }, [...path, 'members'], none);
  // A member that there is no account of was refused above: it is neither offered nor refused here.
  const known = members.filter((member) => accounts.includes(member));
  const adminsAt = [...path, 'admins'];
  const no = (read: string): string => `${read} is no member of ${name} at its beginning`;
  checkNames(complaints, written.admins, { allowed: known, ignored: members }, adminsAt, no);
  const [creator] = members;
  const others = written.admins.filter((admin) => admin !== creator);
  const admins = creator === undefined ? others : [creator, ...others];
  return { name, members, admins, existsAtStart: written.exists };
}

/** Resolves all groups, in order of writing. */
export function resolveGroups(complaints: Complaints, written: WrittenScenario): Group[] {
  const accounts = entriesOf(written.accounts).map(([name]) => name);
  return entriesOf(written.groups).map(([name, group]) =>
    resolveGroup(complaints, name, group, accounts),
  );
}

/** From when on accounts may be members of a group, by group; never those that are not in it. */
export type GroupFolk = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Who is a member of which group from when on, as far as a scenario says: whether an addition is
 * carried out shows in the run. Who was put out stays in the list, since the time at which others
 * learn of it shows in the run as well.
 */
export function groupFolk(groups: readonly Group[], timeline: readonly TimelineEntry[]): GroupFolk {
  const createdUs = new Map(
    timeline.flatMap(({ action, atUs }) =>
      action.kind === 'create-group' ? [[action.group, atUs] as const] : [],
    ),
  );
  const folk = new Map(
    groups.map(({ name, members, existsAtStart }) => {
      const fromUs = existsAtStart ? 0 : (createdUs.get(name) ?? 0);
      return [name, new Map(members.map((member) => [member, fromUs]))];
    }),
  );
  for (const { action, atUs } of timeline) {
    if (action.kind !== 'change-group' || action.change !== 'add') continue;
    const members = folk.get(action.group);
    for (const member of action.members) {
      members?.set(member, Math.min(atUs, members.get(member) ?? atUs));
    }
  }
  return folk;
}

/** A group of which nobody knows who may be in it: everybody, from the beginning. */
export function everybody(groups: readonly Group[], accounts: readonly string[]): GroupFolk {
  return new Map(groups.map(({ name }) => [name, new Map(accounts.map((each) => [each, 0]))]));
}
