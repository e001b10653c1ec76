/**
 * The device's volatile side: its connection, what waits for an answer, what the server could not
 * give.
 */

import type { DeviceJid, GroupJid, UserJid } from '../../contract.ts';
import type { AccountView } from '../../devices/consistency.ts';
import type { DeviceChange, DeviceListRecord, ListAnswer } from '../../devices/device-list.ts';
import type { Store } from '../../store.ts';
import type { AccountMetadata } from '../../wire/consistency.ts';
import type { AppStateQuery } from './app-state-query.ts';

/** A query for device lists, and when it was asked on this device's clock. */
export interface ListQuery {
  readonly kind: 'lists';
  readonly users: readonly UserJid[];
  readonly askedUs: number;
}

/** A query in flight and what its answer is for. */
export type Query =
  | ListQuery
  | { readonly kind: 'bundles'; readonly devices: readonly DeviceJid[] }
  /** Whose answer nobody wants. */
  | { readonly kind: 'drain' }
  | { readonly kind: 'identities'; readonly devices: readonly DeviceJid[] }
  | { readonly kind: 'prekey-upload'; readonly ids: readonly number[] }
  | { readonly kind: 'rotation' }
  | { readonly kind: 'active' }
  | { readonly kind: 'pair-device' }
  | { readonly kind: 'unlink' }
  | { readonly kind: 'group'; readonly group: GroupJid }
  | { readonly kind: 'participating' }
  | AppStateQuery
  | { readonly kind: 'app-state-reset' };

/** A list answer, and the changes of it that were announced meanwhile, in order. */
export interface HeldAnswer {
  readonly answer: ListAnswer;
  readonly changes: DeviceChange[];
}

/** What this device last said of an account, and all it was made from (specification 5.12). */
export interface KnownMetadata {
  readonly list: DeviceListRecord;
  readonly view: AccountView;
  readonly metadata: AccountMetadata | undefined;
}

export interface LinkState {
  connection: number | undefined;
  /**
   * `opening`: asked for; `login`: first stanza sent; `active`: stanzas flow; `pairing`: showing
   * codes.
   */
  phase: 'down' | 'opening' | 'login' | 'pairing' | 'active';
  /** The connection there is, or that is being opened, belongs to keys that are gone. */
  isDeaf: boolean;
  /** Connections that failed in a row. */
  failures: number;
  /** Times in a row that another machine took our place, and whether it did so just now. */
  replacements: number;
  wasReplaced: boolean;
  /** When the login was answered last, on this device's clock. */
  activeSinceUs: number;
  /**
   * Whether a login was answered since this boot: before, nobody can say that the Store is not an
   * old one, and nothing is encrypted.
   */
  isConfirmed: boolean;
  readonly queries: Map<string, Query>;
  /** Ids that wait for the server, with the time of sending, oldest first. */
  readonly awaiting: Map<string, number>;
  /** Devices whose bundle was asked for on this connection and was not usable. */
  readonly unusable: Set<DeviceJid>;
  /** Devices whose identity key was asked for on this connection and was not given. */
  readonly unidentified: Set<DeviceJid>;
  /** Accounts whose list was asked for on this connection and was not given. */
  readonly unlisted: Set<UserJid>;
  /** List answers that wait for the primary's identity, by account. */
  readonly heldAnswers: Map<UserJid, HeldAnswer>;
  /** Uploads that failed in a row, for the back-off. */
  uploadFailures: number;
  /**
   * Devices whose sending chain was made or used since this boot. The chains of all others may have
   * been used further than the Store knows.
   */
  readonly knownChains: Set<DeviceJid>;
  /** The same for the own sender keys of groups. */
  readonly knownGroupChains: Set<GroupJid>;
  /** What was last said of accounts, so that it is not hashed for every message. */
  readonly metadata: Map<UserJid, KnownMetadata>;
  /** The companion's linking references still to show. */
  refs: readonly string[];
}

/** The state, made on first use after a boot. */
export function linkStateOf(store: Store): LinkState {
  let state = store.volatile.get('link') as LinkState | undefined;
  if (state === undefined) {
    state = {
      connection: undefined,
      phase: 'down',
      isDeaf: false,
      failures: 0,
      replacements: 0,
      wasReplaced: false,
      activeSinceUs: 0,
      isConfirmed: false,
      queries: new Map(),
      awaiting: new Map(),
      unusable: new Set(),
      unidentified: new Set(),
      unlisted: new Set(),
      heldAnswers: new Map(),
      uploadFailures: 0,
      knownChains: new Set(),
      knownGroupChains: new Set(),
      metadata: new Map(),
      refs: [],
    };
    store.volatile.set('link', state);
  }
  return state;
}

/** Forgets all that belonged to the connection. */
export function forgetConnection(state: LinkState): void {
  state.connection = undefined;
  state.phase = 'down';
  state.isDeaf = false;
  state.queries.clear();
  state.awaiting.clear();
  state.unusable.clear();
  state.unidentified.clear();
  state.unlisted.clear();
  state.heldAnswers.clear();
  state.refs = [];
}
