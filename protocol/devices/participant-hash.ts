/**
 * The participant hash (specification 5.13, version 2): a digest of the device set that a sender
 * believes in. When the server's differs, somebody's list is stale. Not a security check.
 */

import type { DeviceJid } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { deviceIdOf, numberOf, USER_SERVER } from '../wire/jid.ts';
import { utf8Bytes } from '../wire/utf8.ts';
import { base64 } from './base64.ts';

const HASH_BYTES = 6;

/**
 * `2:` and 8 base64 characters over `devices` (own device included), in any order, without repeats.
 */
export function participantHash(devices: Iterable<DeviceJid>, provider: CryptoProvider): string {
  const names: string[] = [];
  for (const device of devices) {
    names.push(`${numberOf(device)}.0:${deviceIdOf(device)}@${USER_SERVER}`);
  }
  // The default order compares code units, as the specification asks.
  names.sort();
  return `2:${base64(provider.sha256(utf8Bytes(names.join(''))).subarray(0, HASH_BYTES))}`;
}
