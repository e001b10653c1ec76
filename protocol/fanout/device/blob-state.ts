/**
 * The volatile side of a device's talk with the store of files: its second connection, beside that
 * to the server.
 */

import type { Store } from '../../store.ts';

/** A request on its way; the answer comes back under its id. */
export interface BlobFlight {
  /** Key of its job. */
  readonly job: string;
  /** Bytes that have to cross the link, as far as known. */
  readonly sizeBytes: number;
}

export interface BlobState {
  connection: number | undefined;
  /** `asleep`: the device dozes, and nothing is opened until something wakes it. */
  phase: 'down' | 'asleep' | 'opening' | 'open' | 'closing';
  /** Connections that failed in a row. */
  failures: number;
  /** Requests without an answer, oldest first: answers come in this order. */
  readonly flights: Map<string, BlobFlight>;
  /** This device's clock when the oldest of them became the oldest. */
  headSinceUs: number;
}

/** The state, made on first use after a boot. */
export function blobStateOf(store: Store): BlobState {
  let state = store.volatile.get('blobs') as BlobState | undefined;
  if (state === undefined) {
    state = {
      connection: undefined,
      phase: 'down',
      failures: 0,
      flights: new Map(),
      headSinceUs: 0,
    };
    store.volatile.set('blobs', state);
  }
  return state;
}
