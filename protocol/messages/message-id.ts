/**
 * Message ids (specification 6.3). Companions: `3EB0` and 18 upper-case hex digits of a hash over
 * time, account and random bytes. Phones: 32 upper-case hex digits. Unique per chat and sender.
 */

import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { DeviceJid, StepContext } from '../contract.ts';
import { bigEndian } from '../wire/integers.ts';
import { deviceIdOf, numberOf } from '../wire/jid.ts';
import { utf8Bytes } from '../wire/utf8.ts';

const COMPANION_PREFIX = '3EB0';
const HASHED_BYTES = 9;
const RANDOM_BYTES = 16;

/** A fresh id for a message of `device`. Draws 16 bytes, `message-id`, from `context.numbers`. */
export function makeMessageId(
  device: DeviceJid,
  context: Pick<StepContext, 'numbers' | 'wallUs' | 'crypto'>,
): string {
  const random = context.numbers.bytes('message-id', RANDOM_BYTES);
  if (deviceIdOf(device) === 0) return bytesToHex(random).toUpperCase();
  const seconds = bigEndian(Math.max(0, Math.floor(context.wallUs / 1_000_000)), 8);
  const account = utf8Bytes(`${numberOf(device)}@c.us`);
  const hash = context.crypto.sha256(concatBytes(seconds, account, random));
  return COMPANION_PREFIX + bytesToHex(hash.subarray(0, HASHED_BYTES)).toUpperCase();
}
