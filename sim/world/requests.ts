/**
 * What a person's entry of the timeline asks of which device: the action in the words of the
 * protocol. Actions that are not a command to a node are the world's business.
 */

import type {
  AppStateChange,
  CallRecord,
  ChatJid,
  Command,
  MessageName,
  UserJid,
} from '../../protocol/contract.ts';
import type { Action, AppStateSetting } from '../../scenarios/scenario.ts';
import type { Host } from '../hosts/host.ts';
import type { Draws } from '../kernel/draws.ts';
import type { AddressBook } from './address-book.ts';
import { accountNameOf } from './intents.ts';

/** A command for a device, or why there is none. */
export type Request =
  | { readonly kind: 'command'; readonly device: string; readonly command: Command }
  | { readonly kind: 'impossible'; readonly reason: string };

/** What requests are made from. */
export interface RequestRoom {
  readonly book: AddressBook;
  readonly draws: Draws;
  /** Microseconds since the Unix epoch, now. */
  readonly wallUs: number;
  hostOf(device: string): Host;
}

/** The request of an action; undefined when the action asks nothing of a device. */
export function requestOf(room: RequestRoom, id: string, action: Action): Request | undefined {
  const { book } = room;
  switch (action.kind) {
    case 'send':
      return give(action.from, { kind: 'send', chat: book.chat(action.to), text: action.text });
    case 'send-media': {
      const { media, caption, sizeBytes } = action;
      const bytes = room.draws.bytes(`file/${id}`, sizeBytes);
      const chat = book.chat(action.to);
      return give(action.from, { kind: 'send-media', chat, media, bytes, caption });
    }
    case 'fetch-media': {
      const { device } = action;
      const message = messageOf(room, action.message, device);
      if (message === undefined) return impossible(`${action.message} was never written`);
      return give(device, { kind: 'fetch-media', message });
    }
    case 'read':
      return give(action.device, { kind: 'read', chat: book.chat(action.chat) });
    case 'create-group': {
      const { name, members } = book.group(action.group);
      const others = members.filter((member) => member !== accountNameOf(action.by));
      const group = book.chat(name);
      const users = others.map((member) => book.user(member));
      return give(action.by, { kind: 'create-group', group, name, members: users });
    }
    case 'change-group': {
      const { by, change } = action;
      const members = change === 'leave' ? [] : action.members.map((one) => book.user(one));
      return give(by, { kind: 'change-group', group: book.chat(action.group), change, members });
    }
    case 'app-state': {
      const change = changeOf(room, action.device, action.set);
      if (change === undefined) return impossible('the message it is about was never written');
      return give(action.device, { kind: 'app-state', change });
    }
    case 'call':
      return give(action.from, { kind: 'call', to: book.chat(action.to), isVideo: action.isVideo });
    case 'answer':
      return onCall(room, action, 'answer-call', ['ringing']);
    case 'reject':
      return onCall(room, action, 'reject-call', ['ringing']);
    case 'hang-up':
      return onCall(room, action, 'end-call', ['calling', 'ringing', 'connected']);
    case 're-register':
      return give(action.phone, { kind: 're-register' });
    case 'upgrade':
    case 'leave-beta':
      return give(`${action.account}.phone`, { kind: action.kind });
    case 'drain-prekeys': {
      const { by, of, times } = action;
      return give(by, { kind: 'drain-prekeys', user: book.user(of), times });
    }
    case 'fetch-history':
      return give(action.device, { kind: 'fetch-history', chat: book.chat(action.chat) });
    default:
      return undefined;
  }
}

function give(device: string, command: Command): Request {
  return { kind: 'command', device, command };
}

function impossible(reason: string): Request {
  return { kind: 'impossible', reason };
}

function userOfDevice(room: RequestRoom, device: string): UserJid {
  return room.book.user(accountNameOf(device));
}

function messageOf(room: RequestRoom, entry: string, device: string): MessageName | undefined {
  return room.book.message(entry, userOfDevice(room, device));
}

/** A person answers, rejects or ends the call they see on their screen, and no other. */
function onCall(
  room: RequestRoom,
  action: { readonly call: string; readonly on: string },
  kind: 'answer-call' | 'reject-call' | 'end-call',
  states: readonly CallRecord['state'][],
): Request {
  const callId = room.book.call(action.call);
  if (callId === undefined) return impossible(`${action.call} was never begun`);
  const record = room.hostOf(action.on).store.get('call', callId) as CallRecord | undefined;
  if (record === undefined || !states.includes(record.state)) {
    return impossible(`${action.on} shows no such call`);
  }
  return give(action.on, { kind });
}

function changeOf(
  room: RequestRoom,
  device: string,
  set: AppStateSetting,
): AppStateChange | undefined {
  const { book } = room;
  switch (set.kind) {
    case 'star': {
      const message = messageOf(room, set.message, device);
      return message && { kind: 'star', message, value: set.value };
    }
    case 'delete-message': {
      const message = messageOf(room, set.message, device);
      return message && { kind: 'delete-message', message };
    }
    case 'mute': {
      const chat: ChatJid = book.chat(set.chat);
      const untilUs = set.forUs === 0 ? 0 : room.wallUs + set.forUs;
      return { kind: 'mute', chat, value: set.value, untilUs };
    }
    case 'pin':
    case 'archive':
    case 'mark-read':
      return { kind: set.kind, chat: book.chat(set.chat), value: set.value };
    case 'clear-chat':
    case 'delete-chat':
      return { kind: set.kind, chat: book.chat(set.chat) };
    case 'contact':
      return { kind: 'contact', contact: book.user(set.contact), name: set.name };
    case 'push-name':
      return { kind: 'push-name', name: set.name };
  }
}
