/**
 * What a phone keeps beside the records of its old app: its browsers with the keys of each pairing
 * (`browser`/DEVICE), a pairing under way (`pending-pair`/self), deeds of browsers that are done
 * (`browser-deed`/ID); and, volatile, which browser is live and what it has not confirmed.
 */

import type { DeviceJid } from '../../contract.ts';
import type { Step } from '../../fanout/step.ts';
import type { Store, StoredRecord } from '../../store.ts';
import type { ChannelKeys } from '../wire/sealed.ts';

/** One paired browser. */
export interface BrowserRecord extends StoredRecord, ChannelKeys {
  readonly kind: 'browser';
  readonly device: DeviceJid;
  readonly clientId: string;
}

/** A pairing that the server has not answered: asked again, same bytes, after every login. */
export interface PendingPairRecord extends StoredRecord, ChannelKeys {
  readonly kind: 'pending-pair';
  readonly queryId: string;
  readonly clientId: string;
  readonly stanza: Uint8Array;
}

export interface BridgeState {
  /** The browser that is live, as far as this phone was told. */
  live: DeviceJid | undefined;
  /** Tags of pushes that the live browser has not confirmed, with the time of sending. */
  readonly unconfirmed: Map<string, number>;
  /** Times in a row that all chats were pushed anew. */
  retries: number;
  /** Messages that the live browser itself handed over, by id: it needs no copy of them. */
  readonly handed: Map<string, DeviceJid>;
}

/** The state, made on first use after a boot. */
export function bridgeOf(store: Store): BridgeState {
  let state = store.volatile.get('bridge') as BridgeState | undefined;
  if (state === undefined) {
    state = { live: undefined, unconfirmed: new Map(), retries: 0, handed: new Map() };
    store.volatile.set('bridge', state);
  }
  return state;
}

export function browserOf(step: Step, device: DeviceJid): BrowserRecord | undefined {
  return step.get<BrowserRecord>('browser', device);
}
