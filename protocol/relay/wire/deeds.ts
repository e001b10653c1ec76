/**
 * What a person does at a browser that its phone has to do (table 11.6), as elements: reading a
 * chat, groups, and what devices of an account agree on.
 */

import type { AppStateChange, ChatJid, Command, UserJid } from '../../contract.ts';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import { isMessageId } from '../../messages/message-stanza.ts';
import { isGroupJid, parseChatJid, parseDeviceJid, parseUserJid } from '../../wire/jid.ts';
import { attribute, children, node, type WireNode } from '../../wire/node.ts';

/** A deed: a command to the phone, or reading a chat as far as the browser shows it. */
export type Deed =
  | { readonly kind: 'read'; readonly chat: ChatJid; readonly untilUs: number }
  | Extract<Command, { readonly kind: 'create-group' | 'change-group' | 'app-state' }>;

const GROUP_CHANGES = ['add', 'remove', 'leave', 'promote', 'demote'] as const;
const NAME_CHARS_MAX = 1_024;
const NUMBER_MAX = 2 ** 52;

function malformed(): Rejection {
  return reject('malformed', 'A browser asks its phone for something that is no deed.');
}

function participants(users: readonly UserJid[]): WireNode[] {
  return users.map((jid) => node('participant', { jid }));
}

function flag(value: boolean): string {
  return value ? 'true' : 'false';
}

function settingElement(change: AppStateChange): WireNode {
  const type = change.kind;
  switch (change.kind) {
    case 'star':
    case 'delete-message': {
      const { chat, author, messageId } = change.message;
      const value = change.kind === 'star' ? flag(change.value) : undefined;
      return node('chat', { type, jid: chat, participant: author, id: messageId, value });
    }
    case 'mute': {
      const until = String(change.untilUs);
      return node('chat', { type, jid: change.chat, value: flag(change.value), until });
    }
    case 'pin':
    case 'archive':
    case 'mark-read':
      return node('chat', { type, jid: change.chat, value: flag(change.value) });
    case 'clear-chat':
    case 'delete-chat':
      return node('chat', { type, jid: change.chat });
    case 'contact':
      return node('chat', { type, jid: change.contact, name: change.name });
    case 'push-name':
      return node('chat', { type, name: change.name });
  }
}

/** A deed as an element. */
export function deedElement(deed: Deed): WireNode {
  switch (deed.kind) {
    case 'read':
      return node('read', { jid: deed.chat, until: String(deed.untilUs) });
    case 'create-group':
      return node('group', { type: 'create', jid: deed.group, subject: deed.name }, [
        ...participants(deed.members),
      ]);
    case 'change-group':
      return node('group', { type: deed.change, jid: deed.group }, participants(deed.members));
    case 'app-state':
      return settingElement(deed.change);
  }
}

function numberIn(element: WireNode, name: string): number | undefined {
  const text = attribute(element, name) ?? '';
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value <= NUMBER_MAX ? value : undefined;
}

/** Reads a deed. `malformed`. */
export function readDeed(element: WireNode): Deed | Rejection {
  if (element.tag === 'group') return readGroupDeed(element);
  if (element.tag === 'chat') {
    const change = readSetting(element);
    return isRejected(change) ? change : { kind: 'app-state', change };
  }
  const chat = parseChatJid(attribute(element, 'jid'));
  const untilUs = numberIn(element, 'until');
  if (element.tag !== 'read' || isRejected(chat) || untilUs === undefined) return malformed();
  return { kind: 'read', chat, untilUs };
}

function readGroupDeed(element: WireNode): Deed | Rejection {
  const type = attribute(element, 'type');
  const group = attribute(element, 'jid') ?? '';
  const members: UserJid[] = [];
  for (const participant of children(element, 'participant')) {
    const user = parseUserJid(attribute(participant, 'jid'));
    if (isRejected(user)) return user;
    members.push(user);
  }
  if (!isGroupJid(group)) return malformed();
  const change = GROUP_CHANGES.find((one) => one === type);
  if (change !== undefined) return { kind: 'change-group', group, change, members };
  const name = attribute(element, 'subject') ?? '';
  if (type !== 'create' || name.length > NAME_CHARS_MAX) return malformed();
  return { kind: 'create-group', group, name, members };
}

function readSetting(element: WireNode): AppStateChange | Rejection {
  const type = attribute(element, 'type');
  const value = attribute(element, 'value') === 'true';
  const name = attribute(element, 'name') ?? '';
  if (name.length > NAME_CHARS_MAX) return malformed();
  if (type === 'push-name') return { kind: 'push-name', name };
  const chat = parseChatJid(attribute(element, 'jid'));
  if (isRejected(chat)) return chat;
  switch (type) {
    case 'star':
    case 'delete-message': {
      const author = parseDeviceJid(attribute(element, 'participant'));
      const messageId = attribute(element, 'id');
      if (isRejected(author) || !isMessageId(messageId)) return malformed();
      const message = { chat, author: author.jid, messageId };
      return type === 'star' ? { kind: type, message, value } : { kind: type, message };
    }
    case 'mute': {
      const untilUs = numberIn(element, 'until');
      return untilUs === undefined ? malformed() : { kind: type, chat, value, untilUs };
    }
    case 'pin':
    case 'archive':
    case 'mark-read':
      return { kind: type, chat, value };
    case 'clear-chat':
    case 'delete-chat':
      return { kind: type, chat };
    case 'contact':
      return { kind: type, contact: chat, name };
    default:
      return malformed();
  }
}
