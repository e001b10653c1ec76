/**
 * What browser and phone say to each other, sealed with the two keys of their pairing
 * (specification 11.2): HMAC-SHA-256 (32) || iv (16) || AES-256-CBC of a node. The keys live as
 * long as the pairing; there is no ratchet here.
 *
 * Assumption: the node inside has the binary layout of today's stanzas (appendix E); the real one
 * had an older dictionary.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { CryptoProvider } from '../../crypto/provider.ts';
import { type Rejection, reject } from '../../errors.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import type { WireNode } from '../../wire/node.ts';

const MAC_BYTES = 32;
const IV_BYTES = 16;

/** The keys of one pairing: 32 bytes each. */
export interface ChannelKeys {
  readonly encKey: Uint8Array;
  readonly macKey: Uint8Array;
}

/** Length of the iv that `seal` takes. */
export const CHANNEL_IV_BYTES = IV_BYTES;

/** Seals a node. `iv`: 16 secret bytes. */
export function seal(
  { encKey, macKey }: ChannelKeys,
  iv: Uint8Array,
  content: WireNode,
  provider: CryptoProvider,
): Uint8Array {
  const sealed = concatBytes(iv, provider.cbcEncrypt(encKey, iv, encodeFrame(content)));
  return concatBytes(provider.mac(macKey, sealed, MAC_BYTES), sealed);
}

/** Opens what `seal` made. `bad-mac`; `malformed` when what is inside is no node. */
export function open(
  { encKey, macKey }: ChannelKeys,
  payload: Uint8Array,
  provider: CryptoProvider,
): WireNode | Rejection {
  const mac = payload.subarray(0, MAC_BYTES);
  const sealed = payload.subarray(MAC_BYTES);
  if (sealed.length <= IV_BYTES || !provider.macHolds(macKey, sealed, mac)) {
    return reject('bad-mac', 'What came from the other end of a pairing is not sealed by it.');
  }
  const iv = sealed.subarray(0, IV_BYTES);
  const bytes = provider.cbcDecrypt(encKey, iv, sealed.subarray(IV_BYTES));
  if (bytes === undefined) {
    return reject('malformed', 'What came from the other end of a pairing does not decrypt.');
  }
  return decodeFrame(bytes);
}
