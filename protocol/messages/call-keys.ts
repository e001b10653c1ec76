/**
 * From the one secret of a call to the keys of each device's media (specification 9.6): every
 * device sends under keys of its own, derived from the call key and its address, so that all who
 * hold the call key can open it. How packets are protected with them is in srtp.ts.
 */

import type { DeviceJid } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { assert } from '../errors.ts';
import { utf8Bytes } from '../wire/utf8.ts';

/** Length of the secret that the caller makes and every offered device receives. */
export const CALL_KEY_BYTES = 32;
const MASTER_KEY_BYTES = 16;
const MASTER_SALT_BYTES = 14;
/** The expansion has 46 bytes; the last 16 serve no purpose here. */
const OTHER_BYTES = 16;
const UINT32_BYTES = 4;

/** What SRTP starts from (RFC 3711): `masterKey` 16 bytes, `masterSalt` 14. */
export interface MasterKeys {
  readonly masterKey: Uint8Array;
  readonly masterSalt: Uint8Array;
}

/** The keys under which `device` sends in a call. `callKey`: 32 bytes. */
export function masterKeysOf(
  callKey: Uint8Array,
  device: DeviceJid,
  provider: CryptoProvider,
): MasterKeys {
  assert(callKey.length === CALL_KEY_BYTES, 'a call key has 32 bytes');
  const lengths = [MASTER_KEY_BYTES, MASTER_SALT_BYTES, OTHER_BYTES];
  const [masterKey, masterSalt] = provider.hkdf(callKey, undefined, device, lengths);
  assert(masterKey !== undefined && masterSalt !== undefined, 'HKDF gives what was asked for');
  return { masterKey, masterSalt };
}

/**
 * The number (u32) of a media stream of `device`: `counter` (u32) tells its streams apart.
 * Assumption: the call id enters as its text in UTF-8.
 */
export function streamNumberOf(
  callId: string,
  counter: number,
  device: DeviceJid,
  provider: CryptoProvider,
): number {
  const salt = new Uint8Array(UINT32_BYTES);
  new DataView(salt.buffer).setUint32(0, counter, true);
  const [bytes] = provider.hkdf(utf8Bytes(callId), salt, device, [UINT32_BYTES]);
  assert(bytes !== undefined, 'HKDF gives what was asked for');
  return new DataView(bytes.buffer, bytes.byteOffset, UINT32_BYTES).getUint32(0, true);
}
