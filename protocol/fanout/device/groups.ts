/**
 * Groups as this device sees them (specification 7.3): records that follow the server's
 * notifications, and questions where something may be missing. Member lists are the server's word
 * and prove nothing. Collections: `group` (public), `group-query` (a question to ask until it is
 * answered), `groups-known`/self (all groups of the account were learned once),
 * `former-member/GROUP`. Assumption: changes are numbered by the server's time stamp (`v_id`,
 * `prev_v_id`), so that a missed one is noticed.
 */

import type { GroupJid, GroupRecord, UserJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { GROUP_MEMBERS_MAX } from '../../limits.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import { forgetGroup } from '../../signal/sender-keys.ts';
import type { StoredRecord } from '../../store.ts';
import { GROUP_SERVER, isGroupJid, parseUserJid } from '../../wire/jid.ts';
import { attribute, child, children, node, type WireNode } from '../../wire/node.ts';
import { type GroupChange, membersAfter } from '../members.ts';
import type { Step } from '../step.ts';
import { noteFreshGroup } from './fresh-lists.ts';
import { forgetHolders, forgetMemberInGroup } from './group-keys.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';
import { accountOf, SELF } from './records.ts';

/** Somebody was a member until `leftUs` of the server's time. Key: account. */
interface FormerMemberRecord extends StoredRecord {
  readonly kind: 'former-member';
  readonly leftUs: number;
}

/** Key `self`: all groups of the account were learned, up to this change of any of them. */
export interface GroupsKnownRecord extends StoredRecord {
  readonly kind: 'groups-known';
  /** The server's time stamp. */
  readonly versionUs: number;
}

/** The changes a notification can tell of. */
const CHANGES = ['create', 'add', 'remove', 'leave', 'promote', 'demote'] as const;

/** What the server says of a group. */
interface GroupNews {
  readonly kind: 'group-news';
  readonly name: string;
  readonly members: readonly UserJid[];
  readonly admins: readonly UserJid[];
  readonly versionUs: number;
}

/** The group, while this device's account is a member as far as it knows. */
export function groupOf(step: Step, group: GroupJid): GroupRecord | undefined {
  return step.get<GroupRecord>('group', group);
}

/** Whether the group may be there although this device has no record of it yet. */
export function mayLearnGroup(step: Step, group: GroupJid): boolean {
  const isKnown = step.tx.get('groups-known', SELF) !== undefined;
  const isAsked = step.tx.get('group-query', group) !== undefined;
  return !isKnown || isAsked || step.tx.get('group-creating', group) !== undefined;
}

/**
 * Whether `user` was a member when the server took a message at `positionUs` (G5): a member now, or
 * one who left after that.
 */
export function wasMember(
  step: Step,
  record: GroupRecord,
  user: UserJid,
  positionUs: number,
): boolean {
  if (record.members.includes(user)) return true;
  const former = step.get<FormerMemberRecord>(`former-member/${record.group}`, user);
  return former !== undefined && positionUs < former.leftUs;
}

/** What the device holds of the group may be out of date: it asks until it is answered. */
export function needGroup(step: Step, group: GroupJid): void {
  if (step.tx.get('group-query', group) === undefined) {
    step.tx.put('group-query', group, { kind: 'group-query' });
  }
  askForGroup(step, group);
}

function askForGroup(step: Step, group: GroupJid): void {
  if (linkStateOf(step.store).phase !== 'active') return;
  if (isAsking(step, (query) => query.kind === 'group' && query.group === group)) return;
  const id = step.freshId('group');
  const iq = node('iq', { xmlns: 'w:g2', type: 'get', id, to: group }, [node('query')]);
  ask(step, iq, { kind: 'group', group });
}

/** After a login: asks again what was not answered, and for all groups when they are not known. */
export function syncGroups(step: Step): void {
  for (const [group] of step.tx.entries('group-query')) askForGroup(step, group);
  if (step.tx.get('groups-known', SELF) !== undefined) return;
  const id = step.freshId('groups');
  const attributes = { xmlns: 'w:g2', type: 'get', id, to: GROUP_SERVER };
  ask(step, node('iq', attributes, [node('participating')]), { kind: 'participating' });
}

/**
 * At `<success>`: the server echoes the last word on groups that this device has acknowledged. A
 * Store that does not know of it lost a commit. Assumption: the attribute `groups` is ours.
 */
export function noticeMissedGroups(step: Step, success: WireNode): void {
  const known = step.get<GroupsKnownRecord>('groups-known', SELF);
  const heardUs = positiveNumber(attribute(success, 'groups')) ?? 0;
  if (known !== undefined && heardUs > known.versionUs) doubtGroups(step);
}

/** Everything about groups up to this change was heard. */
function noteKnown(step: Step, versionUs: number): void {
  const known = step.get<GroupsKnownRecord>('groups-known', SELF);
  if (known === undefined || known.versionUs >= versionUs) return;
  const next: GroupsKnownRecord = { ...known, versionUs };
  step.tx.put('groups-known', SELF, next);
}

/** The Store went back, or stanzas expired: every group may be another. */
export function doubtGroups(step: Step): void {
  step.tx.delete('groups-known', SELF);
}

/** The answer to `participating`: groups with the number of their last change. */
export function takeParticipating(step: Step, answer: WireNode): void {
  const groups = child(answer, 'groups');
  const askedUs = positiveNumber(groups && attribute(groups, 't'));
  if (attribute(answer, 'type') !== 'result' || groups === undefined || askedUs === undefined) {
    return step.refuseAs('malformed', 'the answer about all groups cannot be read');
  }
  const named = new Set<GroupJid>();
  for (const element of children(groups, 'group')) {
    const group = attribute(element, 'id') ?? '';
    const versionUs = positiveNumber(attribute(element, 'v_id'));
    if (!isGroupJid(group) || versionUs === undefined) continue;
    named.add(group);
    const held = groupOf(step, group);
    if (held === undefined || held.changedUs < versionUs) needGroup(step, group);
  }
  for (const [group, held] of step.tx.entries('group')) {
    const isOlder = (held as GroupRecord).changedUs < askedUs;
    if (!named.has(group) && isOlder) dropGroup(step, group);
  }
  const known: GroupsKnownRecord = { kind: 'groups-known', versionUs: askedUs };
  step.tx.put('groups-known', SELF, known);
}

/** The answer to a question about one group. */
export function takeGroupAnswer(step: Step, group: GroupJid, answer: WireNode): void {
  const element = child(answer, 'group');
  const news = element && readGroup(element);
  step.tx.delete('group-query', group);
  if (attribute(answer, 'type') === 'result' && news !== undefined) {
    const own = accountOf(step)?.user ?? '';
    if (news.members.includes(own)) adopt(step, group, news);
    else dropOlder(step, group, news.versionUs);
  } else dropOlder(step, group, positiveNumber(attribute(answer, 't')) ?? 0);
  noteFreshGroup(step, group, groupOf(step, group)?.members ?? []);
}

function dropOlder(step: Step, group: GroupJid, untilUs: number): void {
  const held = groupOf(step, group);
  if (held !== undefined && held.changedUs < untilUs) dropGroup(step, group);
}

function readGroup(element: WireNode): GroupNews | undefined {
  const versionUs = positiveNumber(attribute(element, 'v_id'));
  const name = attribute(element, 'subject');
  const members: UserJid[] = [];
  const admins: UserJid[] = [];
  for (const participant of children(element, 'participant')) {
    const user = parseUserJid(attribute(participant, 'jid'));
    if (isRejected(user)) return undefined;
    members.push(user);
    if (attribute(participant, 'type') === 'admin') admins.push(user);
  }
  const isSized = members.length > 0 && members.length <= GROUP_MEMBERS_MAX;
  const isDistinct = new Set(members).size === members.length;
  if (versionUs === undefined || name === undefined || !isSized || !isDistinct) return undefined;
  return { kind: 'group-news', name, members, admins, versionUs };
}

/** Puts what the server says in force, unless the record is as new. */
function adopt(step: Step, group: GroupJid, news: GroupNews): void {
  const before = groupOf(step, group);
  if (before !== undefined && before.changedUs >= news.versionUs) return;
  const { name, members, admins, versionUs: changedUs } = news;
  const record: GroupRecord = { kind: 'group', group, name, members, admins, changedUs };
  step.tx.put('group', group, record);
  step.tx.delete('group-creating', group);
  const present = new Set(members);
  for (const user of before?.members ?? []) {
    if (!present.has(user)) forgetMember(step, group, user, changedUs);
  }
  const past = new Set(before?.members ?? []);
  for (const user of members) {
    if (!past.has(user)) step.tx.delete(`former-member/${group}`, user);
  }
  step.emit('group', `${group} has ${members.length} members`, { group, members: members.length });
}

function forgetMember(step: Step, group: GroupJid, user: UserJid, leftUs: number): void {
  const former: FormerMemberRecord = { kind: 'former-member', leftUs };
  step.tx.put(`former-member/${group}`, user, former);
  forgetMemberInGroup(step, group, user);
}

/** This account is no member any more: everything of the group goes but what was shown. */
function dropGroup(step: Step, group: GroupJid): void {
  step.tx.delete('group', group);
  forgetGroup(step.tx, group);
  forgetHolders(step, group);
  for (const [user] of step.tx.entries(`former-member/${group}`)) {
    step.tx.delete(`former-member/${group}`, user);
  }
  step.emit('group-left', `this account is no member of ${group} any more`, { group });
}

/** `<notification type="w:gp2" from=GROUP>`; false when it is another. */
export function takeGroupNotification(step: Step, notification: WireNode): boolean {
  if (attribute(notification, 'type') !== 'w:gp2') return false;
  const group = attribute(notification, 'from') ?? '';
  const change = CHANGES.find((tag) => child(notification, tag) !== undefined);
  const element = change && child(notification, change);
  const versionUs = positiveNumber(element && attribute(element, 'v_id'));
  const isWhole = isGroupJid(group) && element !== undefined && versionUs !== undefined;
  if (!isWhole || change === undefined) {
    step.refuseAs('malformed', 'a notification about a group cannot be read');
    return true;
  }
  noteKnown(step, versionUs);
  if (change === 'create') takeCreated(step, group, element);
  else takeChange(step, group, change, element, versionUs);
  return true;
}

function takeCreated(step: Step, group: GroupJid, element: WireNode): void {
  const news = readGroup(element);
  const own = accountOf(step)?.user ?? '';
  if (news === undefined) return step.refuseAs('malformed', 'a new group cannot be read');
  if (news.members.includes(own)) adopt(step, group, news);
}

function takeChange(
  step: Step,
  group: GroupJid,
  change: GroupChange,
  element: WireNode,
  versionUs: number,
): void {
  const users: UserJid[] = [];
  for (const participant of children(element, 'participant')) {
    const user = parseUserJid(attribute(participant, 'jid'));
    if (isRejected(user)) return step.refuse(user);
    users.push(user);
  }
  const held = groupOf(step, group);
  const isLeaving = change === 'remove' || change === 'leave';
  const isOwn = users.includes(accountOf(step)?.user ?? '');
  if (held === undefined) {
    if (!(isLeaving && isOwn)) needGroup(step, group);
    return;
  }
  if (versionUs <= held.changedUs) return; // it is in what we know
  if (isLeaving && isOwn) return dropGroup(step, group);
  if (positiveNumber(attribute(element, 'prev_v_id')) !== held.changedUs) {
    return needGroup(step, group);
  }
  const next = membersAfter(change, held, users);
  if (next.members.length > GROUP_MEMBERS_MAX) {
    return step.refuseAs('limit-reached', `${group} has more members than a group can`, { group });
  }
  adopt(step, group, { kind: 'group-news', name: held.name, ...next, versionUs });
}
