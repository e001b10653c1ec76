/**
 * What a browser keeps beside the public records: the keys of its pairing (`channel`/self), what it
 * logs in with (`web-session`/self), the pair of keys behind its code (`pairing`/self), deeds its
 * phone has not done (`deed`/ID), the ticks of its messages (`ticks`/MESSAGE), that it is leaving
 * (`leaving`/self), that a person wants a code of it (`wants-code`/self). After a log-out nothing
 * of it is left. Volatile: the connection, and what waits for the phone.
 */

import type { AccountRecord, ChatJid } from '../../contract.ts';
import type { KeyPair } from '../../crypto/provider.ts';
import type { Step } from '../../fanout/step.ts';
import type { Store, StoredRecord } from '../../store.ts';
import type { LoginMode, Tokens } from '../wire/admin.ts';
import type { ChannelKeys } from '../wire/sealed.ts';
import type { AckLevel } from '../wire/words.ts';

export const SELF = 'self';

export interface ChannelRecord extends StoredRecord, ChannelKeys {
  readonly kind: 'channel';
}

export interface SessionRecord extends StoredRecord, Tokens {
  readonly kind: 'web-session';
  readonly clientId: string;
}

/** While a code is on the screen. */
export interface PairingRecord extends StoredRecord {
  readonly kind: 'pairing';
  readonly clientId: string;
  readonly keyPair: KeyPair;
}

/** Something the phone has to do. */
export interface DeedRecord extends StoredRecord {
  readonly kind: 'deed';
  readonly metric: number;
  /** The element, encoded. */
  readonly bytes: Uint8Array;
}

/** How far a message of this browser has come. */
export interface TicksRecord extends StoredRecord {
  readonly kind: 'ticks';
  readonly level: AckLevel;
}

/** What was asked of the phone and is not answered. */
export interface Flight {
  /** A message or deed by its id, a page by its chat, a file by its message, chats by nothing. */
  readonly about: 'message' | 'deed' | 'page' | 'chats' | 'file';
  readonly key: string;
  readonly sentUs: number;
}

export interface BrowserState {
  connection: number | undefined;
  phase: 'down' | 'opening' | 'login' | 'pairing' | 'live';
  /** Whether a person has this browser in hand, so that it may take over. */
  mode: LoginMode;
  /** Another browser is live: this one rests until a person opens it. */
  isResting: boolean;
  /** Connections that failed in a row. */
  failures: number;
  /** `away`: it did not answer, or the server says that it is not there. */
  phone: 'unknown' | 'there' | 'away';
  /** Times in a row that the phone was tested in vain. */
  tests: number;
  needsChats: boolean;
  /** By tag, oldest first. */
  readonly flights: Map<string, Flight>;
  /** Messages and deeds that the phone was handed since it was last away. */
  readonly handed: Set<string>;
  /** Chats of which pages are wanted, and before which position. */
  readonly pages: Map<ChatJid, number>;
  /** References shown since this code was begun. */
  references: number;
  tagCount: number;
  tagPrefix: string;
}

/** The state, made on first use after a boot. */
export function stateOf(store: Store): BrowserState {
  let state = store.volatile.get('browser') as BrowserState | undefined;
  if (state === undefined) {
    state = {
      connection: undefined,
      phase: 'down',
      mode: 'reconnect',
      isResting: false,
      failures: 0,
      phone: 'unknown',
      tests: 0,
      needsChats: false,
      flights: new Map(),
      handed: new Set(),
      pages: new Map(),
      references: 0,
      tagCount: 0,
      tagPrefix: '',
    };
    store.volatile.set('browser', state);
  }
  return state;
}

export function accountOf(step: Step): AccountRecord | undefined {
  return step.get<AccountRecord>('account', SELF);
}

export function sessionOf(step: Step): SessionRecord | undefined {
  return step.get<SessionRecord>('web-session', SELF);
}

/** A tag nobody has used: the old client's form, a number of this boot and a running one. */
export function nextTag(step: Step): string {
  const state = stateOf(step.store);
  if (state.tagPrefix === '') {
    state.tagPrefix = String(step.context.numbers.below('tag-prefix', 100_000_000));
  }
  state.tagCount += 1;
  return `${state.tagPrefix}.--${state.tagCount}`;
}
