/**
 * The opening of a connection, computed when it begins: TCP's round trip, then the three messages
 * of the handshake (specification 6.10), each with its own losses and bytes.
 */

import type { Connection, Side } from './connection.ts';
import type { Frames } from './frames.ts';
import { FRAME_OVERHEAD_BYTES } from './transit.ts';

/** A connection that is not open after this is given up. Assumption. */
const OPEN_TIMEOUT_US = 20_000_000;
/**
 * TCP's two, then Noise XX: ephemeral key; ephemeral and sealed static key and payload; sealed
 * static key.
 */
const OPENING_BYTES: readonly number[] = [
  40,
  40,
  36 + FRAME_OVERHEAD_BYTES,
  96 + FRAME_OVERHEAD_BYTES,
  64 + FRAME_OVERHEAD_BYTES,
];

/** When each end is open; or when the device gives up. */
export type Opening =
  | { readonly failedUs?: never; readonly deviceUs: number; readonly serverUs: number }
  | { readonly failedUs: number };

/** Sends all messages of the opening over the connection's link. */
export function shakeHands(frames: Frames, connection: Connection, cause: number): Opening {
  const { name, startedUs } = connection;
  let deviceUs = startedUs;
  let arrivalUs = startedUs;
  for (const [step, sizeBytes] of OPENING_BYTES.entries()) {
    const direction = (step & 1) as Side;
    const packet = `${name}/hello/${step}`;
    deviceUs = arrivalUs;
    arrivalUs = frames.cross(connection, direction, packet, sizeBytes, deviceUs, cause).arrivalUs;
    if (arrivalUs < 0 || arrivalUs - startedUs > OPEN_TIMEOUT_US) {
      return { failedUs: startedUs + OPEN_TIMEOUT_US };
    }
  }
  return { deviceUs, serverUs: arrivalUs };
}
