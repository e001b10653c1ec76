/**
 * The server's volatile side: who is connected, and what is in flight to whom. Gone with a crash.
 */

import type { DeviceJid } from '../../contract.ts';
import type { Store } from '../../store.ts';

export interface ServerConnection {
  readonly connection: number;
  /** 64 hex digits: the static key that the handshake authenticated. */
  readonly transportKey: string;
  /**
   * `fresh` before its login stanza, `pairing` while a companion shows its code, `active` when it
   * takes its queue.
   */
  phase: 'fresh' | 'pairing' | 'login' | 'active';
  device: DeviceJid | undefined;
  /** Queue keys sent and not yet acknowledged, with the time of sending, oldest first. */
  readonly inFlight: Map<string, number>;
  /** Queue keys reported expired at this login, to be deleted when the device is active. */
  expired: readonly string[];
  /** While pairing: what the companion sent about itself, and the references it may show. */
  pairing: Pairing | undefined;
}

export interface Pairing {
  readonly refs: readonly string[];
  readonly registrationId: number;
  readonly identityKey: Uint8Array;
  readonly signedPrekeyId: number;
  readonly signedPrekey: Uint8Array;
  readonly signedPrekeySignature: Uint8Array;
  /** Set when a phone has vouched: what waits for the companion's signature. */
  offer: PairingOffer | undefined;
}

export interface PairingOffer {
  readonly ref: string;
  readonly phoneConnection: number;
  readonly phoneQueryId: string;
  readonly device: DeviceJid;
  readonly signedList: Uint8Array;
  readonly listTimestampS: number;
  readonly keyIndex: number;
}

export interface ServerVolatile {
  readonly connections: Map<number, ServerConnection>;
  readonly online: Map<DeviceJid, ServerConnection>;
  readonly pairingByRef: Map<string, ServerConnection>;
}

/** The volatile state, made on first use after a boot. */
export function volatileOf(store: Store): ServerVolatile {
  let state = store.volatile.get('server') as ServerVolatile | undefined;
  if (state === undefined) {
    state = { connections: new Map(), online: new Map(), pairingByRef: new Map() };
    store.volatile.set('server', state);
  }
  return state;
}

/** Forgets a connection. */
export function dropConnection(store: Store, connection: number): ServerConnection | undefined {
  const state = volatileOf(store);
  const known = state.connections.get(connection);
  if (known === undefined) return undefined;
  state.connections.delete(connection);
  if (known.device !== undefined && state.online.get(known.device) === known) {
    state.online.delete(known.device);
  }
  for (const ref of known.pairing?.refs ?? []) state.pairingByRef.delete(ref);
  return known;
}
