/**
 * One mutation under a key of app state: sealed for the server, and opened (specification 8.5). The
 * server sees a MAC of the index and an authenticated ciphertext of everything else. What the
 * plaintext means: action-codec.ts.
 */

import type { CryptoProvider } from '../../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../../errors.ts';
import { utf8Bytes } from '../../wire/utf8.ts';
import { decodeData, encodeData, encodeValue, type MutationData } from './action-codec.ts';
import { type AppStateMutation, indexOf, type Operation } from './actions.ts';
import { KEY_ID_BYTES, keyName, type MutationKeys } from './keys.ts';

const IV_BYTES = 16;
/** Bytes of a value MAC and of an index MAC. */
export const MUTATION_MAC_BYTES = 32;

/** A mutation as the server keeps it. */
export interface SealedMutation {
  readonly operation: Operation;
  /** 32 bytes. */
  readonly indexMac: Uint8Array;
  /** Initialisation vector (16), ciphertext, value MAC (32). */
  readonly valueBlob: Uint8Array;
  /** 6 bytes. */
  readonly keyId: Uint8Array;
}

/** A key to seal with: its id, 6 bytes, and what is derived from its data. */
export interface SealingKey {
  readonly keyId: Uint8Array;
  readonly keys: MutationKeys;
}

/** The last 32 bytes of a value blob of at least as many. */
export function valueMacOf(valueBlob: Uint8Array): Uint8Array {
  return valueBlob.slice(valueBlob.length - MUTATION_MAC_BYTES);
}

/** The MAC under which a record is found: 32 bytes. `index` is the JSON text. */
export function indexMacOf(index: string, keys: MutationKeys, provider: CryptoProvider) {
  return provider.mac(keys.indexKey, utf8Bytes(index), MUTATION_MAC_BYTES);
}

/** op || keyId || iv || ciphertext || u64be(7): what a value MAC covers. */
function macInput(operation: Operation, keyId: Uint8Array, sealed: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + KEY_ID_BYTES + sealed.length + 8);
  input[0] = operation === 'set' ? 1 : 2;
  input.set(keyId, 1);
  input.set(sealed, 1 + KEY_ID_BYTES);
  input[input.length - 1] = 1 + KEY_ID_BYTES;
  return input;
}

/** Seals a mutation; `iv`: 16 fresh secret bytes. */
export function sealMutation(
  mutation: AppStateMutation,
  { keyId, keys }: SealingKey,
  iv: Uint8Array,
  provider: CryptoProvider,
): SealedMutation {
  const { operation, action, version } = mutation;
  const index = indexOf(action);
  const plaintext = encodeData(index, encodeValue(mutation), version);
  return sealData(operation, index, plaintext, { keyId, keys }, iv, provider);
}

function sealData(
  operation: Operation,
  index: string,
  plaintext: Uint8Array,
  { keyId, keys }: SealingKey,
  iv: Uint8Array,
  provider: CryptoProvider,
): SealedMutation {
  assert(iv.length === IV_BYTES && keyId.length === KEY_ID_BYTES, 'an iv of 16, a key id of 6');
  const ciphertext = provider.cbcEncrypt(keys.valueEncryptionKey, iv, plaintext);
  const valueBlob = new Uint8Array(IV_BYTES + ciphertext.length + MUTATION_MAC_BYTES);
  valueBlob.set(iv);
  valueBlob.set(ciphertext, IV_BYTES);
  const covered = valueBlob.subarray(0, valueBlob.length - MUTATION_MAC_BYTES);
  const input = macInput(operation, keyId, covered);
  valueBlob.set(provider.mac512(keys.valueMacKey, input, MUTATION_MAC_BYTES), covered.length);
  return { operation, indexMac: indexMacOf(index, keys, provider), valueBlob, keyId };
}

/**
 * The plaintext of a mutation. `bad-mac`: value or index are not those that were sealed under this
 * key, so somebody between the devices changed them. `malformed`: the device that sealed it wrote
 * something that is none.
 */
export function openMutation(
  sealed: SealedMutation,
  keys: MutationKeys,
  provider: CryptoProvider,
): MutationData | Rejection {
  const { operation, indexMac, valueBlob, keyId } = sealed;
  const facts = { key: keyName(keyId), sizeBytes: valueBlob.length };
  const coveredBytes = valueBlob.length - MUTATION_MAC_BYTES;
  if (coveredBytes < IV_BYTES || keyId.length !== KEY_ID_BYTES) {
    return reject('bad-mac', 'A mutation is too short to be one.', facts);
  }
  const covered = valueBlob.subarray(0, coveredBytes);
  const input = macInput(operation, keyId, covered);
  if (!provider.mac512Holds(keys.valueMacKey, input, valueBlob.subarray(coveredBytes))) {
    return reject('bad-mac', 'The value MAC of a mutation does not hold.', facts);
  }
  const iv = covered.slice(0, IV_BYTES);
  const plaintext = provider.cbcDecrypt(keys.valueEncryptionKey, iv, covered.subarray(IV_BYTES));
  if (plaintext === undefined) return reject('malformed', 'A mutation does not decrypt.', facts);
  const data = decodeData(plaintext);
  if (isRejected(data)) return data;
  if (
    indexMac.length !== MUTATION_MAC_BYTES ||
    !provider.macHolds(keys.indexKey, data.index, indexMac)
  ) {
    return reject('bad-mac', 'A mutation is filed under an index that is not its own.', facts);
  }
  return data;
}
