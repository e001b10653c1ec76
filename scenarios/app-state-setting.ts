/** What people set for all devices of their account (specification 8.3), as plain data. */

import type { AccountName, ChatName } from './names.ts';

/** One change of app state. `message` is the id of an entry that sends one. */
export type AppStateSetting =
  | { readonly kind: 'star'; readonly message: string; readonly value: boolean }
  | { readonly kind: 'delete-message'; readonly message: string }
  /** `forUs` 0: for ever; only with `value` true. */
  | {
      readonly kind: 'mute';
      readonly chat: ChatName;
      readonly value: boolean;
      readonly forUs: number;
    }
  | {
      readonly kind: 'pin' | 'archive' | 'mark-read';
      readonly chat: ChatName;
      readonly value: boolean;
    }
  | { readonly kind: 'clear-chat' | 'delete-chat'; readonly chat: ChatName }
  | { readonly kind: 'contact'; readonly contact: AccountName; readonly name: string }
  | { readonly kind: 'push-name'; readonly name: string };
