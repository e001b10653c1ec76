/**
 * What the server keeps of browsers: pairings (`paired-browser`/DEVICE, public part and tokens in
 * `browser-session`/DEVICE), whose token is whose (`browser-token`/TOKEN), references that led to a
 * pairing (`browser-reference`/REF), the last number given (`browser-count`/USER); and, volatile,
 * their connections. It never has a key of a pairing.
 */

import type { DeviceJid, PairedBrowserRecord, UserJid } from '../../contract.ts';
import { volatileOf } from '../../fanout/server/connections.ts';
import type { Step } from '../../fanout/step.ts';
import type { Store, StoredRecord } from '../../store.ts';
import type { LoginMode, Tokens } from '../wire/admin.ts';
import type { Challenge } from '../wire/pairing.ts';

/** What a browser logs in with. */
export interface SessionRecord extends StoredRecord, Tokens {
  readonly kind: 'browser-session';
  readonly device: DeviceJid;
  readonly clientId: string;
  readonly challenges: readonly Challenge[];
  /** How many challenges were put to it. */
  readonly challenged: number;
  /** Server time when it was last live. */
  readonly seenUs: number;
}

/** Whose a token is, or where a reference led. */
export interface DeviceNameRecord extends StoredRecord {
  readonly kind: 'browser-token' | 'browser-reference';
  readonly device: DeviceJid;
}

export interface CountRecord extends StoredRecord {
  readonly kind: 'browser-count';
  readonly last: number;
}

/** A pairing that waits for the browser to come back with its tokens. */
export interface Offer {
  readonly reference: string;
  readonly user: UserJid;
  readonly phoneConnection: number;
  readonly phoneQueryId: string;
  readonly number: number;
  readonly session: SessionRecord;
}

/** One connection of a browser. */
export interface WebConnection {
  readonly connection: number;
  readonly transportKey: string;
  /** `fresh`: nothing said; `showing`: a reference is on its screen; `challenged`; `live`. */
  phase: 'fresh' | 'showing' | 'challenged' | 'live';
  clientId: string;
  /** The reference on its screen, since when, and how many it was given after the first. */
  reference: string;
  referenceUs: number;
  references: number;
  offer: Offer | undefined;
  /** While challenged or live. */
  device: DeviceJid;
  mode: LoginMode;
}

export interface WebVolatile {
  readonly connections: Map<number, WebConnection>;
  readonly live: Map<UserJid, WebConnection>;
  readonly byReference: Map<string, WebConnection>;
}

/** The volatile state, made on first use after a boot. */
export function webOf(store: Store): WebVolatile {
  let state = store.volatile.get('web') as WebVolatile | undefined;
  if (state === undefined) {
    state = { connections: new Map(), live: new Map(), byReference: new Map() };
    store.volatile.set('web', state);
  }
  return state;
}

/** The browser's side of a connection; undefined when it is gone or a phone's. */
export function webConnection(step: Step, connection: number): WebConnection | undefined {
  const { connections } = webOf(step.store);
  const known = connections.get(connection);
  if (known !== undefined) return known;
  const fresh = volatileOf(step.store).connections.get(connection);
  if (fresh?.phase !== 'fresh') return undefined;
  const made: WebConnection = {
    connection,
    transportKey: fresh.transportKey,
    phase: 'fresh',
    clientId: '',
    reference: '',
    referenceUs: 0,
    references: 0,
    offer: undefined,
    device: '',
    mode: 'reconnect',
  };
  connections.set(connection, made);
  return made;
}

export function pairedOf(step: Step, device: DeviceJid): PairedBrowserRecord | undefined {
  return step.get<PairedBrowserRecord>('paired-browser', device);
}

export function sessionOf(step: Step, device: DeviceJid): SessionRecord | undefined {
  return step.get<SessionRecord>('browser-session', device);
}
