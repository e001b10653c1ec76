/**
 * What people do beside writing texts, as the typed builder takes it: the same keys as in a file,
 * with accounts, devices and chats that the compiler knows.
 */

import type { MediaKind } from './scenario.ts';

type OneOf<Keys extends string, Value> = { [Key in Keys]: { readonly [Only in Key]: Value } }[Keys];

/** Files and history. */
type Media<Device, Chat> =
  | {
      readonly 'send-media': {
        readonly id?: string;
        readonly from: Device;
        readonly to: Chat;
        readonly media: MediaKind;
        readonly size?: string;
        readonly caption?: string;
      };
    }
  | { readonly 'fetch-media': { readonly device: Device; readonly message: string } }
  | { readonly 'fetch-history': { readonly device: Device; readonly chat: Chat } };

/** Groups and their members. */
type Groups<Account, Device, Group> =
  | OneOf<'create-group' | 'leave-group', { readonly group: Group; readonly by: Device }>
  | OneOf<
      'add-member' | 'remove-member' | 'promote' | 'demote',
      { readonly group: Group; readonly members: Account[]; readonly by: Device }
    >;

/** What all devices of an account share. */
type AppState<Account, Device, Chat> =
  | OneOf<'star' | 'unstar' | 'delete-message', { readonly on: Device; readonly message: string }>
  | { readonly mute: { readonly on: Device; readonly chat: Chat; readonly for?: string } }
  | OneOf<
      | 'unmute'
      | 'pin'
      | 'unpin'
      | 'archive'
      | 'unarchive'
      | 'mark-read'
      | 'mark-unread'
      | 'clear-chat'
      | 'delete-chat',
      { readonly on: Device; readonly chat: Chat }
    >
  | {
      readonly 'name-contact': {
        readonly on: Device;
        readonly contact: Account;
        readonly name: string;
      };
    }
  | { readonly 'push-name': { readonly on: Device; readonly name: string } };

/** Calls. */
type Calls<Device, Chat> =
  | {
      readonly call: {
        readonly id?: string;
        readonly from: Device;
        readonly to: Chat;
        readonly video?: boolean;
      };
    }
  | OneOf<'answer' | 'reject' | 'hang-up', { readonly call: string; readonly on: Device }>;

/** One action of people; the key names its kind. */
export type WrittenPeopleAction<
  Account extends string,
  Device extends string,
  Group extends string,
> =
  | Media<Device, Account | Group>
  | Groups<Account, Device, Group>
  | AppState<Account, Device, Account | Group>
  | Calls<Device, Account | Group>
  | { readonly verify: { readonly by: Device; readonly with: Device } }
  | {
      readonly 'drain-prekeys': {
        readonly by: Device;
        readonly of: Account;
        readonly times?: number;
      };
    }
  | { readonly 're-register': Device }
  | { readonly upgrade: Account }
  | { readonly 'leave-beta': Account };
