/**
 * What a person does with groups: making one, and changing who is in it (specification 7.3). The
 * stanza is kept until the server has answered; what changed comes back as a notification, as it
 * does to everybody else.
 */

import type { Command, GroupJid, UserJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { GROUP_MEMBERS_MAX } from '../../limits.ts';
import { isGroupJid, parseUserJid } from '../../wire/jid.ts';
import { attribute, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { groupOf, needGroup } from './groups.ts';
import { outboundKey, sendReliably, settleOutbound } from './outbound.ts';
import { accountOf } from './records.ts';

type Create = Extract<Command, { kind: 'create-group' }>;
type Change = Extract<Command, { kind: 'change-group' }>;

function sendChange(step: Step, group: GroupJid, change: WireNode): void {
  const id = step.freshId(`group-${change.tag}`);
  sendReliably(step, node('iq', { xmlns: 'w:g2', type: 'set', id, to: group }, [change]));
}

function participants(users: readonly UserJid[]): WireNode[] {
  return users.map((jid) => node('participant', { jid }));
}

/** A person makes a group; they are its admin. */
export function takeCreateGroup(step: Step, command: Create): void {
  const own = accountOf(step)?.user;
  const { group, name, members } = command;
  if (own === undefined) return step.refuseAs('not-allowed', 'this device belongs to no account');
  const others = new Set(members);
  others.delete(own);
  const areUsers = members.every((user) => !isRejected(parseUserJid(user)));
  if (!isGroupJid(group) || !areUsers || groupOf(step, group) !== undefined) {
    return step.refuseAs('not-allowed', `${group} cannot be made with these members`, { group });
  }
  if (others.size >= GROUP_MEMBERS_MAX) {
    const sentence = `a group has at most ${GROUP_MEMBERS_MAX} members`;
    return step.refuseAs('limit-reached', sentence, { members: others.size + 1 });
  }
  step.tx.put('group-creating', group, { kind: 'group-creating' });
  sendChange(step, group, node('create', { subject: name }, participants([...others])));
}

/** A person changes who is in a group. Only admins change others; everybody may leave. */
export function takeChangeGroup(step: Step, command: Change): void {
  const own = accountOf(step)?.user ?? '';
  const { group, change, members } = command;
  const held = groupOf(step, group);
  if (held === undefined || (change !== 'leave' && !held.admins.includes(own))) {
    const sentence = `this account may not ${change} in ${group}`;
    return step.refuseAs('not-allowed', sentence, { group });
  }
  const users = [...new Set(members)].filter((user) => !isRejected(parseUserJid(user)));
  if (users.length === 0 && change !== 'leave') {
    return step.refuseAs('not-allowed', `nobody is named to ${change}`, { group });
  }
  if (change === 'add' && held.members.length + users.length > GROUP_MEMBERS_MAX) {
    const sentence = `a group has at most ${GROUP_MEMBERS_MAX} members`;
    return step.refuseAs('limit-reached', sentence, { members: held.members.length });
  }
  sendChange(step, group, node(change, {}, change === 'leave' ? [] : participants(users)));
}

/** The server's answer to a change; false when the iq is no such answer. */
export function takeChangeAnswer(step: Step, iq: WireNode): boolean {
  const group = attribute(iq, 'from') ?? '';
  if (!isGroupJid(group)) return false;
  const id = attribute(iq, 'id') ?? '';
  if (!settleOutbound(step, outboundKey('iq', id, group, 'set'))) return true;
  const isMaking = step.tx.get('group-creating', group) !== undefined;
  if (attribute(iq, 'type') !== 'result') {
    step.tx.delete('group-creating', group);
    step.emit('group-refused', `the server refused a change of ${group}`, { group });
  } else if (isMaking) {
    step.tx.delete('group-creating', group);
    if (groupOf(step, group) === undefined) needGroup(step, group);
  }
  return true;
}
