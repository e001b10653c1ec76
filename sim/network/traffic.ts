/**
 * Counts of what one host's radio did: bytes, stanzas, connections and keep-alives.
 */

import { FRAME_OVERHEAD_BYTES } from './transit.ts';

/** Indexed by direction: 0 from device to server, 1 back. */
export interface Traffic {
  readonly bytes: [number, number];
  readonly stanzas: [number, number];
  /** Of those stanzas, each counted once and without its transport. */
  readonly stanzaBytes: [number, number];
  connections: number;
  /** Wake-ups of the radio for keep-alives. */
  keepAlives: number;
}

/**
 * What became of all frames: `sent + copied = delivered + lost + eaten + pending`. `lost`: their
 * connection broke or closed; `eaten`: a stanza fault dropped them; `copied`: made by a stanza
 * fault.
 */
export interface FrameCounts {
  sent: number;
  delivered: number;
  lost: number;
  eaten: number;
  copied: number;
  pending: number;
}

/** Mean gap between keep-alives: 20 to 30 s (specification 6.10). */
export const PING_MEAN_US = 25_000_000;
/** An empty ping or its answer as a stanza. Assumption: 30 bytes in the binary layout. */
const PING_BYTES = 30;

export function freshTraffic(): Traffic {
  return { bytes: [0, 0], stanzas: [0, 0], stanzaBytes: [0, 0], connections: 0, keepAlives: 0 };
}

/** Keep-alives of a connection that was open this long: their number, and the bytes of each way. */
export function keepAliveOf(openUs: number): { wakeUps: number; bytesEach: number } {
  return {
    wakeUps: Math.floor(openUs / PING_MEAN_US),
    bytesEach: PING_BYTES + FRAME_OVERHEAD_BYTES,
  };
}
