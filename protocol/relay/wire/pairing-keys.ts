/**
 * The key agreement of a pairing (specification 11.3, appendix A.8), as pure functions: the phone
 * makes both keys and wraps them for the browser whose public key it read from the screen; and the
 * text in the code.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { CryptoProvider, KeyPair } from '../../crypto/provider.ts';
import { base64, fromBase64 } from '../../devices/base64.ts';
import { type Rejection, reject } from '../../errors.ts';
import type { ChannelKeys } from './sealed.ts';

const KEY_BYTES = 32;
const MAC_BYTES = 32;
const CLIENT_ID_BYTES = 16;
/** Public key, MAC, and 64 bytes of keys with one block of padding. */
export const PAIRING_SECRET_BYTES = 144;
const REFERENCE = /^[^,]{1,256}$/;

/** What a browser's code tells the phone. */
export interface BrowserCode {
  readonly kind: 'browser-code';
  readonly reference: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Base64 of 16 bytes. */
  readonly clientId: string;
}

/** The text in the code: `ref,base64(public key),clientId`. */
export function browserCodeText({ reference, publicKey, clientId }: BrowserCode): string {
  return [reference, base64(publicKey), clientId].join(',');
}

/** Whether a text is a client id: base64 of 16 bytes. */
export function isClientId(text: unknown): text is string {
  return typeof text === 'string' && fromBase64(text)?.length === CLIENT_ID_BYTES;
}

/** Reads a scanned code. `malformed` unless it has exactly those three parts. */
export function readBrowserCode(text: string): BrowserCode | Rejection {
  const [reference = '', key = '', clientId = '', ...more] = text.split(',');
  const publicKey = fromBase64(key);
  const isWhole = REFERENCE.test(reference) && publicKey?.length === KEY_BYTES;
  if (!isWhole || !isClientId(clientId) || more.length > 0) {
    return reject('malformed', 'The scanned code is not that of a browser.');
  }
  return { kind: 'browser-code', reference, publicKey, clientId };
}

/** `derived`: a key to wrap with, a key to authenticate with, an iv. */
function derive(shared: Uint8Array, provider: CryptoProvider): Uint8Array[] {
  return provider.hkdf(shared, undefined, '', [KEY_BYTES, KEY_BYTES, 16]);
}

/**
 * Wraps the keys for the browser with this public key. `undefined` when the key is no good one.
 */
export function wrapKeys(
  phone: KeyPair,
  browserPublicKey: Uint8Array,
  keys: ChannelKeys,
  provider: CryptoProvider,
): Uint8Array | undefined {
  const shared = provider.agree(phone.privateKey, browserPublicKey);
  if (shared === undefined) return undefined;
  const [wrapKey, macKey, iv] = derive(shared, provider) as [Uint8Array, Uint8Array, Uint8Array];
  const wrapped = provider.cbcEncrypt(wrapKey, iv, concatBytes(keys.encKey, keys.macKey));
  const mac = provider.mac(macKey, concatBytes(phone.publicKey, wrapped), MAC_BYTES);
  return concatBytes(phone.publicKey, mac, wrapped);
}

/** Unwraps the keys in the browser. `malformed`, `bad-key`, `bad-mac`. */
export function unwrapKeys(
  browserPrivateKey: Uint8Array,
  secret: Uint8Array,
  provider: CryptoProvider,
): (ChannelKeys & { readonly kind: 'channel-keys' }) | Rejection {
  if (secret.length !== PAIRING_SECRET_BYTES) {
    return reject('malformed', 'The secret of a pairing has another length.');
  }
  const publicKey = secret.slice(0, KEY_BYTES);
  const mac = secret.subarray(KEY_BYTES, KEY_BYTES + MAC_BYTES);
  const wrapped = secret.slice(KEY_BYTES + MAC_BYTES);
  const shared = provider.agree(browserPrivateKey, publicKey);
  if (shared === undefined) return reject('bad-key', 'The public key in a pairing is no good one.');
  const [wrapKey, macKey, iv] = derive(shared, provider) as [Uint8Array, Uint8Array, Uint8Array];
  if (!provider.macHolds(macKey, concatBytes(publicKey, wrapped), mac)) {
    return reject('bad-mac', 'The secret of a pairing was not made for this browser.');
  }
  const keys = provider.cbcDecrypt(wrapKey, iv, wrapped);
  if (keys?.length !== 2 * KEY_BYTES) return reject('malformed', 'A pairing holds no two keys.');
  const [encKey, channelMacKey] = [keys.slice(0, KEY_BYTES), keys.slice(KEY_BYTES)];
  return { kind: 'channel-keys', encKey, macKey: channelMacKey };
}
