/**
 * The symmetric half of Noise_XX_25519_AESGCM_SHA256 (specification 6.10; the Noise Protocol
 * Framework, revision 34, sections 5.1 and 5.2): a chaining key, the hash of all that was said, and
 * a cipher with its counter. States are replaced, never mutated.
 *
 * What it does not do: know the pattern of messages, or frames.
 */

import type { CryptoProvider } from '../crypto/provider.ts';
import { assert } from '../errors.ts';
import { NOISE_COUNTER_MAX } from '../limits.ts';

/** `Noise_XX_25519_AESGCM_SHA256` and 4 zero bytes: 32 bytes, so the hash starts as the name. */
const PROTOCOL_NAME = 'Noise_XX_25519_AESGCM_SHA256';
const HASH_BYTES = 32;
const NONCE_BYTES = 12;
const NOTHING = new Uint8Array(0);

/** The tag AES-256-GCM adds to what it seals. */
export const TAG_BYTES = 16;

/** A key of one direction, 32 bytes, and how often it was used: the next nonce's number. */
export interface CipherState {
  readonly key: Uint8Array;
  readonly counter: number;
}

/** The state both ends share after the same messages. */
export interface SymmetricState {
  /** 32 bytes. */
  readonly chainingKey: Uint8Array;
  /** 32 bytes: binds each sealed part to everything before it. */
  readonly hash: Uint8Array;
  /** Absent until the first key was agreed: parts go in clear until then. */
  readonly cipher: CipherState | undefined;
}

/** A state and what came out of the step that made it. */
export interface Stepped {
  readonly state: SymmetricState;
  readonly bytes: Uint8Array;
}

/** The state before the first message; both ends must mean the same `prologue`: it is hashed. */
export function startSymmetric(provider: CryptoProvider, prologue: Uint8Array): SymmetricState {
  const name = new Uint8Array(HASH_BYTES);
  for (let at = 0; at < PROTOCOL_NAME.length; at++) name[at] = PROTOCOL_NAME.charCodeAt(at);
  return mixHash(provider, { chainingKey: name, hash: name, cipher: undefined }, prologue);
}

/** Takes public bytes into the hash. */
export function mixHash(
  provider: CryptoProvider,
  state: SymmetricState,
  bytes: Uint8Array,
): SymmetricState {
  return { ...state, hash: provider.sha256(joined(state.hash, bytes)) };
}

/** Takes an agreed secret of 32 bytes into the chaining key; the cipher starts anew. */
export function mixKey(
  provider: CryptoProvider,
  state: SymmetricState,
  secret: Uint8Array,
): SymmetricState {
  const [chainingKey, key] = provider.hkdf(secret, state.chainingKey, '', [HASH_BYTES, HASH_BYTES]);
  assert(chainingKey !== undefined && key !== undefined, 'HKDF gives one key per length');
  return { ...state, chainingKey, cipher: { key, counter: 0 } };
}

/** Seals one part of a message (or passes it on in clear) and takes it into the hash. */
export function sealAndHash(
  provider: CryptoProvider,
  state: SymmetricState,
  plaintext: Uint8Array,
): Stepped {
  const { cipher, hash } = state;
  if (cipher === undefined) return { state: mixHash(provider, state, plaintext), bytes: plaintext };
  const bytes = provider.gcmEncrypt(cipher.key, nonceOf(cipher), hash, plaintext);
  return { state: mixHash(provider, { ...state, cipher: used(cipher) }, bytes), bytes };
}

/** The reverse; `undefined` when the tag does not hold. */
export function openAndHash(
  provider: CryptoProvider,
  state: SymmetricState,
  sealed: Uint8Array,
): Stepped | undefined {
  const { cipher, hash } = state;
  if (cipher === undefined) return { state: mixHash(provider, state, sealed), bytes: sealed };
  const bytes = provider.gcmDecrypt(cipher.key, nonceOf(cipher), hash, sealed);
  if (bytes === undefined) return undefined;
  return { state: mixHash(provider, { ...state, cipher: used(cipher) }, sealed), bytes };
}

/** The two ciphers after the last message: the initiator's sending one, then the responder's. */
export function splitCiphers(
  provider: CryptoProvider,
  state: SymmetricState,
): readonly [CipherState, CipherState] {
  const lengths = [HASH_BYTES, HASH_BYTES];
  const [initiator, responder] = provider.hkdf(NOTHING, state.chainingKey, '', lengths);
  assert(initiator !== undefined && responder !== undefined, 'HKDF gives one key per length');
  return [
    { key: initiator, counter: 0 },
    { key: responder, counter: 0 },
  ];
}

/** 8 zero bytes and the counter as 4 bytes, high byte first. */
export function nonceOf({ counter }: CipherState): Uint8Array {
  assert(counter <= NOISE_COUNTER_MAX, 'a cipher is not used beyond its last nonce');
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(NONCE_BYTES - 4, counter);
  return nonce;
}

/** The cipher after one use. */
export function used({ key, counter }: CipherState): CipherState {
  return { key, counter: counter + 1 };
}

/** Arrays end to end, in a fresh one. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
