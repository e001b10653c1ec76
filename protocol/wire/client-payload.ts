/**
 * ClientPayload, what a device sends inside the handshake to log in or to register as a companion
 * (specification 5.3): the subset the server reads. Field numbers are those of zapo-js 0.3.0's
 * bundled definitions (a test compares the bytes).
 */

import type { Rejection } from '../errors.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/**
 * DevicePairingRegistrationData, an unlinked companion's keys: `eRegid` 4 bytes, `eKeytype` one
 * byte 5, `eIdent` and `eSkeyVal` 32, `eSkeyId` 3, `eSkeySig` 64.
 */
export const DEVICE_PAIRING_DATA = [
  { name: 'eRegid', number: 1, type: 'bytes' },
  { name: 'eKeytype', number: 2, type: 'bytes' },
  { name: 'eIdent', number: 3, type: 'bytes' },
  { name: 'eSkeyId', number: 4, type: 'bytes' },
  { name: 'eSkeyVal', number: 5, type: 'bytes' },
  { name: 'eSkeySig', number: 6, type: 'bytes' },
  { name: 'buildHash', number: 7, type: 'bytes' },
  { name: 'deviceProps', number: 8, type: 'bytes' },
] as const satisfies Schema;

/** Login when `username` is there, registration when `devicePairingData` is. */
export const CLIENT_PAYLOAD = [
  { name: 'username', number: 1, type: 'uint64' },
  { name: 'passive', number: 3, type: 'bool' },
  { name: 'connectType', number: 12, type: 'uint32' },
  { name: 'connectReason', number: 13, type: 'uint32' },
  { name: 'device', number: 18, type: 'uint32' },
  { name: 'devicePairingData', number: 19, type: 'message', schema: DEVICE_PAIRING_DATA },
  { name: 'pull', number: 33, type: 'bool' },
] as const satisfies Schema;

/** `username` is the account number as a number: up to 15 digits keep it a safe integer. */
export type ClientPayload = Value<typeof CLIENT_PAYLOAD>;

export function encodeClientPayload(payload: ClientPayload): Uint8Array {
  return encode(CLIENT_PAYLOAD, payload);
}

/** `malformed` as in `decode`; lengths and presence are the server's to check. */
export function decodeClientPayload(bytes: Uint8Array): ClientPayload | Rejection {
  return decode(CLIENT_PAYLOAD, bytes);
}
