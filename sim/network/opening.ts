/**
 * The opening of a connection, computed when it begins: TCP's round trip, then the three messages
 * of the handshake (specification 6.10), each with its own losses and bytes. Where the connection
 * is secured the messages are real, and so are their sizes.
 */

import type { Connection, Side } from './connection.ts';
import type { Frames } from './frames.ts';

/** A connection that is not open after this is given up. Assumption. */
const OPEN_TIMEOUT_US = 20_000_000;
/** TCP's two. */
const TCP_BYTES: readonly number[] = [40, 40];
/**
 * Noise XX, each message behind 3 bytes of length: header bytes and ephemeral key; ephemeral key,
 * sealed static key, sealed empty payload; sealed static key, sealed empty payload. A key has 32
 * bytes, a seal 16.
 */
const HELLO_BYTES: readonly number[] = [4 + 3 + 32, 3 + 32 + 48 + 16, 3 + 48 + 16];

/** When each end is open; or when the device gives up. */
export type Opening =
  | { readonly failedUs?: never; readonly deviceUs: number; readonly serverUs: number }
  | { readonly failedUs: number; readonly reason: 'timeout' | 'handshake' };

/** Sends all messages of the opening over the connection's link. */
export function shakeHands(frames: Frames, connection: Connection, cause: number): Opening {
  const { name, startedUs } = connection;
  let deviceUs = startedUs;
  let arrivalUs = startedUs;
  for (let step = 0; step < TCP_BYTES.length + HELLO_BYTES.length; step++) {
    const sizeBytes = openingBytes(connection, step);
    if (sizeBytes === undefined) return { failedUs: arrivalUs, reason: 'handshake' };
    const direction = (step & 1) as Side;
    const packet = `${name}/hello/${step}`;
    deviceUs = arrivalUs;
    arrivalUs = frames.cross(connection, direction, packet, sizeBytes, deviceUs, cause).arrivalUs;
    if (arrivalUs < 0 || arrivalUs - startedUs > OPEN_TIMEOUT_US) {
      return { failedUs: startedUs + OPEN_TIMEOUT_US, reason: 'timeout' };
    }
  }
  return { deviceUs, serverUs: arrivalUs };
}

/** Bytes of one message; undefined when its sender breaks the handshake off. */
function openingBytes(connection: Connection, step: number): number | undefined {
  const { channel } = connection;
  const tcp = TCP_BYTES[step];
  if (tcp !== undefined) return tcp;
  const at = step - TCP_BYTES.length;
  if (channel === undefined) return HELLO_BYTES[at];
  const message = channel.hello(at, connection.hello);
  if (message !== undefined) connection.hello = message;
  return message?.length;
}
