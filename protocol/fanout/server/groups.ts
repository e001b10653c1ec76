/**
 * Groups at the server (specification 7.3): it keeps who is a member and who may change that, and
 * tells every device of all members, old and new. Member lists are not signed by anybody.
 * Collections: `membership` (public), `groups-of/USER` (key: group), `groups-heard` (key: device).
 */

import type {
  DeviceJid,
  GroupJid,
  LinkedRecord,
  MembershipRecord,
  UserJid,
} from '../../contract.ts';
import { GROUP_MEMBERS_MAX } from '../../limits.ts';
import type { StoredRecord } from '../../store.ts';
import { GROUP_SERVER, isGroupJid } from '../../wire/jid.ts';
import { attribute, child, children, node, type WireNode } from '../../wire/node.ts';
import { type GroupChange, type Members, membersAfter } from '../members.ts';
import type { Step } from '../step.ts';
import type { ServerConnection } from './connections.ts';
import { devicesOf } from './lists.ts';
import { enqueueAll } from './queue.ts';
import { type AcceptedRecord, accountOf, nextStampUs } from './records.ts';

const CHANGES = ['create', 'add', 'remove', 'leave', 'promote', 'demote'] as const;
type ChangeTag = 'create' | GroupChange;

/** Why a question or a change is refused. */
const ERRORS = { notAllowed: '403', notFound: '404', notAcceptable: '406' } as const;

/** The members and admins after a change, and whom the notification names. */
interface Outcome extends Members {
  readonly named: readonly UserJid[];
}

/** The group's record, if it exists. */
export function membershipOf(step: Step, group: GroupJid): MembershipRecord | undefined {
  return step.get<MembershipRecord>('membership', group);
}

/** The latest word on groups that a device has acknowledged. Key: device. */
interface GroupsHeardRecord extends StoredRecord {
  readonly kind: 'groups-heard';
  readonly versionUs: number;
}

/** A device has acknowledged the notification of a change. */
export function noteGroupsHeard(step: Step, device: DeviceJid, versionUs: number): void {
  if (versionUs <= groupsHeardUs(step, device)) return;
  const record: GroupsHeardRecord = { kind: 'groups-heard', versionUs };
  step.tx.put('groups-heard', device, record);
}

/** Up to which change of its groups a device has said it knows; 0 before the first. */
export function groupsHeardUs(step: Step, device: DeviceJid): number {
  return step.get<GroupsHeardRecord>('groups-heard', device)?.versionUs ?? 0;
}

/** Handles `<iq xmlns="w:g2">`. */
export function takeGroupIq(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
): void {
  const to = attribute(iq, 'to') ?? '';
  const id = attribute(iq, 'id');
  const answer = (content: readonly WireNode[]): void => {
    const attributes = { type: 'result', id, from: to };
    step.send(connection.connection, node('iq', attributes, content));
  };
  const fail = (code: string): void => {
    step.refuseAs('not-allowed', `${sender.device} asked for what it may not in ${to}`, { code });
    const attributes = { type: 'error', id, from: to, t: String(nextStampUs(step)) };
    step.send(connection.connection, node('iq', attributes, [node('error', { code })]));
  };
  if (to === GROUP_SERVER && child(iq, 'participating') !== undefined) {
    return answer([participating(step, sender.user)]);
  }
  if (!isGroupJid(to)) return fail(ERRORS.notAcceptable);
  if (attribute(iq, 'type') === 'get') {
    const record = membershipOf(step, to);
    if (record?.members.includes(sender.user) !== true) return fail(ERRORS.notFound);
    return answer([groupNode(record)]);
  }
  const code = takeChange(step, sender, to, iq);
  if (code === undefined) answer([]);
  else fail(code);
}

function participating(step: Step, user: UserJid): WireNode {
  const groups: WireNode[] = [];
  for (const [group] of step.tx.entries(`groups-of/${user}`)) {
    const record = membershipOf(step, group);
    if (record === undefined) continue;
    groups.push(node('group', { id: group, v_id: String(record.changedUs) }));
  }
  return node('groups', { t: String(nextStampUs(step)) }, groups);
}

function participantNodes(record: MembershipRecord): WireNode[] {
  const admins = new Set(record.admins);
  return record.members.map((jid) => {
    return node('participant', { jid, type: admins.has(jid) ? 'admin' : undefined });
  });
}

function groupNode(record: MembershipRecord): WireNode {
  const { group, name, changedUs } = record;
  const attributes = { id: group, subject: name, v_id: String(changedUs) };
  return node('group', attributes, participantNodes(record));
}

/** Carries a change out; an error code when it is not allowed. The same stanza again is done. */
function takeChange(
  step: Step,
  sender: LinkedRecord,
  group: GroupJid,
  iq: WireNode,
): string | undefined {
  const change = CHANGES.find((tag) => child(iq, tag) !== undefined);
  const element = change && child(iq, change);
  if (change === undefined || element === undefined) return ERRORS.notAcceptable;
  const acceptedKey = `${sender.device}|iq/${attribute(iq, 'id') ?? ''}`;
  if (step.tx.get('accepted', acceptedKey) !== undefined) return undefined;
  const before = membershipOf(step, group);
  const named = children(element, 'participant').map((one) => attribute(one, 'jid') ?? '');
  const users = [...new Set(named)];
  if (!users.every((user) => accountOf(step, user) !== undefined)) return ERRORS.notFound;
  const outcome = outcomeOf(change, sender.user, before, users);
  if (typeof outcome === 'string') return outcome;
  const changedUs = nextStampUs(step);
  const accepted: AcceptedRecord = { kind: 'accepted', stampUs: changedUs, participantHash: '' };
  step.tx.put('accepted', acceptedKey, accepted);
  if (outcome.named.length === 0) return undefined;
  const record: MembershipRecord = {
    kind: 'membership',
    group,
    name: before?.name ?? attribute(element, 'subject') ?? '',
    members: outcome.members,
    admins: outcome.admins,
    changedUs,
  };
  step.tx.put('membership', group, record);
  indexMembers(step, before?.members ?? [], record);
  announceGroup(step, sender.user, change, before, record, outcome.named);
  return undefined;
}

function outcomeOf(
  change: ChangeTag,
  actor: UserJid,
  before: MembershipRecord | undefined,
  users: readonly UserJid[],
): Outcome | string {
  if (change === 'create') {
    const members = [actor, ...users.filter((user) => user !== actor)];
    if (before !== undefined || members.length > GROUP_MEMBERS_MAX) return ERRORS.notAllowed;
    return { members, admins: [actor], named: members };
  }
  if (before?.members.includes(actor) !== true) return ERRORS.notFound;
  if (change !== 'leave' && !before.admins.includes(actor)) return ERRORS.notAllowed;
  const named = namedBy(change, actor, before, users);
  const after = membersAfter(change, before, named);
  if (after.members.length > GROUP_MEMBERS_MAX) return ERRORS.notAllowed;
  return { ...after, named };
}

/** Those for whom the change changes something. */
function namedBy(
  change: GroupChange,
  actor: UserJid,
  { members, admins }: Members,
  users: readonly UserJid[],
): readonly UserJid[] {
  switch (change) {
    case 'leave':
      return [actor];
    case 'add':
      return users.filter((user) => !members.includes(user));
    case 'remove':
      return users.filter((user) => members.includes(user));
    case 'promote':
      return users.filter((user) => members.includes(user) && !admins.includes(user));
    case 'demote':
      return users.filter((user) => admins.includes(user));
  }
}

function indexMembers(step: Step, before: readonly UserJid[], after: MembershipRecord): void {
  const past = new Set(before);
  const present = new Set(after.members);
  for (const user of after.members) {
    if (!past.has(user)) step.tx.put(`groups-of/${user}`, after.group, { kind: 'group-of' });
  }
  for (const user of before) {
    if (!present.has(user)) step.tx.delete(`groups-of/${user}`, after.group);
  }
}

function announceGroup(
  step: Step,
  actor: UserJid,
  change: ChangeTag,
  before: MembershipRecord | undefined,
  after: MembershipRecord,
  named: readonly UserJid[],
): void {
  const { group, name, changedUs } = after;
  const versions = {
    v_id: String(changedUs),
    prev_v_id: before === undefined ? undefined : String(before.changedUs),
  };
  const isNew = change === 'create';
  const what = isNew ? participantNodes(after) : named.map((jid) => node('participant', { jid }));
  const id = step.freshId('group');
  const notice = node(
    'notification',
    { type: 'w:gp2', from: group, participant: actor, id, t: String(changedUs) },
    [node(change, { subject: isNew ? name : undefined, ...versions }, what)],
  );
  const told = new Set([...(before?.members ?? []), ...after.members]);
  const devices = [...told].flatMap((user) => devicesOf(step, user));
  enqueueAll(step, devices, notice, changedUs);
}
