/**
 * The actions of app state as values, and their indexes (specification 8.3). An index is a JSON
 * array of texts, as UTF-8 and without spaces; its exact bytes are authenticated, so they are made
 * in one place. An action we do not know, or only in an older version, is kept as it came: it takes
 * part in hashes and MACs and stands in nobody's way. Protobuf: action-codec.ts.
 */

import { type CollectionName, type KnownActionKind, ruleNamed, ruleOf } from './collections.ts';
import type { MessageRange, MessageReference } from './message-range.ts';

/** What a mutation does to its index. */
export type Operation = 'set' | 'remove';

/** Actions on a chat that say which of its messages they mean. */
export type RangeAction =
  | {
      readonly kind: 'archive';
      readonly chat: string;
      readonly isArchived: boolean;
      readonly range: MessageRange;
    }
  | {
      readonly kind: 'mark-read';
      readonly chat: string;
      readonly isRead: boolean;
      readonly range: MessageRange;
    }
  | {
      readonly kind: 'clear-chat';
      readonly chat: string;
      readonly deletesStarred: boolean;
      readonly deletesMedia: boolean;
      readonly range: MessageRange;
    }
  | {
      readonly kind: 'delete-chat';
      readonly chat: string;
      readonly deletesMedia: boolean;
      readonly range: MessageRange;
    };

/** An action we do not understand. */
export interface OpaqueAction {
  readonly kind: 'opaque';
  /** The index as it came; any text. */
  readonly index: string;
  /** An encoded SyncActionValue. */
  readonly value: Uint8Array;
}

/** One thing that all devices of an account agree on. */
export type AppStateAction =
  | RangeAction
  | { readonly kind: 'star'; readonly message: MessageReference; readonly isStarred: boolean }
  | {
      readonly kind: 'delete-message';
      readonly message: MessageReference;
      readonly deletesMedia: boolean;
      /** When the message was sent, seconds since the Unix epoch. */
      readonly timestampS: number;
    }
  | {
      readonly kind: 'mute';
      readonly chat: string;
      readonly isMuted: boolean;
      /** Milliseconds since the Unix epoch; -1 for ever; absent when not muted. */
      readonly endMs: number | undefined;
    }
  | { readonly kind: 'pin'; readonly chat: string; readonly isPinned: boolean }
  | {
      readonly kind: 'contact';
      readonly contact: string;
      readonly fullName: string;
      readonly firstName: string;
    }
  | { readonly kind: 'push-name'; readonly name: string }
  | { readonly kind: 'locale'; readonly locale: string }
  | { readonly kind: 'security-notification'; readonly isShown: boolean }
  | { readonly kind: 'unarchive-chats'; readonly isOn: boolean }
  /** The sentinel: keys up to this epoch (u32) are no longer written with. */
  | {
      readonly kind: 'key-expiration';
      readonly collection: CollectionName;
      readonly expiredEpoch: number;
    }
  | OpaqueAction;

/** One change of one index. */
export interface AppStateMutation {
  readonly operation: Operation;
  readonly action: AppStateAction;
  /** Milliseconds since the Unix epoch, by the clock of the device that made it. */
  readonly timestampMs: number;
  /** `SyncActionData.version`. */
  readonly version: number;
}

/** A mutation with the version that belongs to its action. */
export function mutationOf(
  operation: Operation,
  action: Exclude<AppStateAction, OpaqueAction>,
  timestampMs: number,
): AppStateMutation {
  return { operation, action, timestampMs, version: ruleOf(action.kind).version };
}

/** Whether an action carries a message range. */
export function isRangeAction(action: AppStateAction): action is RangeAction {
  const { kind } = action;
  return (
    kind === 'archive' || kind === 'mark-read' || kind === 'clear-chat' || kind === 'delete-chat'
  );
}

/** The collection an action belongs to; `undefined` for one we do not know. */
export function collectionOf(action: AppStateAction): CollectionName | undefined {
  if (action.kind === 'opaque') return undefined;
  if (action.kind === 'key-expiration') return action.collection;
  const { collection } = ruleOf(action.kind);
  return collection === 'every' ? undefined : collection;
}

/** The index: a JSON array without spaces, to be encoded as UTF-8. */
export function indexOf(action: AppStateAction): string {
  if (action.kind === 'opaque') return action.index;
  return JSON.stringify([ruleOf(action.kind).name, ...indexArguments(action)]);
}

function flag(isSet: boolean): string {
  return isSet ? '1' : '0';
}

function referenceArguments(reference: MessageReference): string[] {
  const { chat, messageId, isFromMe, participant } = reference;
  return [chat, messageId, flag(isFromMe), participant === '' ? '0' : participant];
}

function indexArguments(action: Exclude<AppStateAction, OpaqueAction>): string[] {
  switch (action.kind) {
    case 'star':
    case 'delete-message':
      return referenceArguments(action.message);
    case 'mute':
    case 'pin':
    case 'archive':
    case 'mark-read':
      return [action.chat];
    case 'clear-chat':
      return [action.chat, flag(action.deletesStarred), flag(action.deletesMedia)];
    case 'delete-chat':
      return [action.chat, flag(action.deletesMedia)];
    case 'contact':
      return [action.contact];
    case 'key-expiration':
      return [action.collection];
    case 'push-name':
    case 'locale':
    case 'security-notification':
    case 'unarchive-chats':
      return [];
  }
}

/** What an index says: a known action's kind and its arguments. */
export interface ParsedIndex {
  readonly kind: KnownActionKind;
  readonly arguments: readonly string[];
}

/** Longest index that is looked at, in characters: addresses and ids are short. */
const INDEX_LENGTH_MAX = 4_096;

/**
 * Reads an index; `undefined` when it is not a JSON array of texts, or its first names no action we
 * know. How many arguments there are is not checked.
 */
export function parseIndex(index: string): ParsedIndex | undefined {
  if (index.length > INDEX_LENGTH_MAX) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(index);
  } catch {
    return undefined; // not JSON: an index of somebody else's making
  }
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return undefined;
  const [name, ...rest] = parts as string[];
  const rule = name === undefined ? undefined : ruleNamed(name);
  return rule === undefined ? undefined : { kind: rule.kind, arguments: rest };
}
