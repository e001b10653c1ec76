/** What people do with a device: the commands of the contract (section 1). Types only. */

import type { ChatJid, DeviceJid, GroupJid, UserJid } from './addresses.ts';

/** Kinds of files that are sent in messages (specification 9.1, 9.3). */
export type MediaKind = 'image' | 'video' | 'audio' | 'document';

/** One message as public records name it. */
export interface MessageName {
  readonly chat: ChatJid;
  readonly author: DeviceJid;
  readonly messageId: string;
}

/** What a person sets in the state that all devices of an account share (specification 8.3). */
export type AppStateChange =
  | { readonly kind: 'star'; readonly message: MessageName; readonly value: boolean }
  | { readonly kind: 'delete-message'; readonly message: MessageName }
  /** `untilUs`: microseconds since the Unix epoch, 0 for ever; only with `value` true. */
  | {
      readonly kind: 'mute';
      readonly chat: ChatJid;
      readonly value: boolean;
      readonly untilUs: number;
    }
  | {
      readonly kind: 'pin' | 'archive' | 'mark-read';
      readonly chat: ChatJid;
      readonly value: boolean;
    }
  | { readonly kind: 'clear-chat' | 'delete-chat'; readonly chat: ChatJid }
  | { readonly kind: 'contact'; readonly contact: UserJid; readonly name: string }
  | { readonly kind: 'push-name'; readonly name: string };

/** What a person (or an operator) does with a device. */
export type Command =
  | { readonly kind: 'send'; readonly chat: ChatJid; readonly text: string }
  | {
      readonly kind: 'send-media';
      readonly chat: ChatJid;
      readonly media: MediaKind;
      /** The file as the person has it. */
      readonly bytes: Uint8Array;
      readonly caption: string;
    }
  /** Fetches the file of a shown message. */
  | { readonly kind: 'fetch-media'; readonly message: MessageName }
  /** Marks everything shown in the chat so far as read. */
  | { readonly kind: 'read'; readonly chat: ChatJid }
  /**
   * Assumption: whoever makes a group names its address; the real server gives it. `members` are
   * the others.
   */
  | {
      readonly kind: 'create-group';
      readonly group: GroupJid;
      readonly name: string;
      readonly members: readonly UserJid[];
    }
  /** Of `leave`, `members` is empty. */
  | {
      readonly kind: 'change-group';
      readonly group: GroupJid;
      readonly change: 'add' | 'remove' | 'leave' | 'promote' | 'demote';
      readonly members: readonly UserJid[];
    }
  | { readonly kind: 'app-state'; readonly change: AppStateChange }
  | { readonly kind: 'call'; readonly to: ChatJid; readonly isVideo: boolean }
  /** Of the call that rings, or is under way, on this device. */
  | { readonly kind: 'answer-call' | 'reject-call' | 'end-call' }
  /** Shows the security code with an account (public record `verification`). */
  | { readonly kind: 'show-code'; readonly user: UserJid }
  /** Scans the other person's code. */
  | { readonly kind: 'compare-code'; readonly user: UserJid; readonly qr: Uint8Array }
  /** Primary: sets the account up anew on this phone, with new keys and an empty store. */
  | { readonly kind: 're-register' }
  /** The app is updated: from now on it knows of several devices (specification 12). */
  | { readonly kind: 'upgrade' }
  /** Primary: gives several devices up again; to everybody the account is one phone (12). */
  | { readonly kind: 'leave-beta' }
  /** Companion: asks the phone for older messages of a chat. */
  | { readonly kind: 'fetch-history'; readonly chat: ChatJid }
  /**
   * An attack, not a person's wish: asks `times` times for a prekey bundle of each device of the
   * account that this device knows, in one step, and throws the answers away.
   */
  | { readonly kind: 'drain-prekeys'; readonly user: UserJid; readonly times: number }
  /** Unregistered companion: connect and show a linking QR code (public record `qr`). */
  | { readonly kind: 'link' }
  /** Primary: scan a companion's QR code. */
  | { readonly kind: 'scan'; readonly qr: string }
  /** Primary: unlink one companion. Companion: `device` is its own address, it logs itself out. */
  | { readonly kind: 'unlink'; readonly device: DeviceJid }
  /** A person opens the app and looks at it. Where one companion is live at a time, it is this. */
  | { readonly kind: 'open' };
