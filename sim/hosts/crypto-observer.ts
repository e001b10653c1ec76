/**
 * Watches the crypto provider from outside (contract 9): every use is told to a sink with the names
 * of the keys that went in and came out and whether it held. Nodes report nothing about keys;
 * judges learn of key use only from here. The observer changes no result and keeps no key.
 *
 * What the lists hold, in order: `keyPair` seed -> private, public · `agree` private, public ->
 * shared · `sign` private, z · `verify` public · `derive` key -> key · `mac`, `macHolds`
 * and those of other hashes key · `hkdf` material, salt if given -> each output · ciphers the key
 * alone (a digest covers the initialisation vector or nonce and the plaintext) · hashes nothing.
 *
 * A deep observer also names ciphertexts, what may be keys inside plaintexts, and the parts of key
 * material: what it takes to follow keys through the world (sim/adversary/key-graph.ts).
 */

import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import type { CryptoUse } from '../trace/events.ts';
import { type KeyNames, keyNames } from '../trace/key-id.ts';

type Sink = (use: CryptoUse) => void;
type Derivation = 'derive' | 'hkdf';
type Mac = 'mac' | 'macHolds' | 'mac512' | 'mac512Holds' | 'macSha1' | 'macSha1Holds';
type Cipher =
  | 'cbcEncrypt'
  | 'cbcDecrypt'
  | 'cbcDecryptBlocks'
  | 'ctr'
  | 'gcmEncrypt'
  | 'gcmDecrypt';

const NONE: readonly string[] = [];

/**
 * A provider that answers as `inner` does, under its name, and tells `sink` of each use after it
 * happened.
 */
export function observeCrypto(inner: CryptoProvider, sink: Sink, isDeep = false): CryptoProvider {
  const names = keyNames();
  return {
    name: inner.name,
    ...observedCurve(inner, sink, names),
    ...observedDerivations(inner, sink, names, isDeep),
    ...observedCiphers(inner, sink, names, isDeep),
    ...observedHashes(inner, sink),
  };
}

/** Longest plaintext that is searched for keys; messages that carry one are far shorter. */
const SEARCHED_BYTES_MAX = 8_192;
const KEY_BYTES = 32;

/** What a deep observer adds to a derivation: the parts of a material longer than a key. */
function depthOfMaterial(material: Uint8Array, { idOf }: KeyNames): Pick<CryptoUse, 'parts'> {
  if (material.length <= KEY_BYTES || material.length % KEY_BYTES !== 0) return {};
  const parts: string[] = [];
  for (let at = 0; at < material.length; at += KEY_BYTES) {
    parts.push(idOf(material.subarray(at, at + KEY_BYTES)));
  }
  return { parts };
}

/** What a deep observer adds to an encryption; fields are told by the length in front of them. */
function depthOfEncryption(
  plaintext: Uint8Array,
  ciphertext: Uint8Array,
  { idOf }: KeyNames,
): Pick<CryptoUse, 'ciphertext' | 'carried'> {
  const carried: string[] = [];
  const last = plaintext.length - KEY_BYTES;
  for (let at = 1; plaintext.length <= SEARCHED_BYTES_MAX && at <= last; at += 1) {
    if (plaintext[at - 1] === KEY_BYTES) carried.push(idOf(plaintext.subarray(at, at + KEY_BYTES)));
  }
  return { ciphertext: idOf(ciphertext), carried };
}

function observedCurve(
  inner: CryptoProvider,
  sink: Sink,
  names: KeyNames,
): Pick<CryptoProvider, 'keyPair' | 'agree' | 'sign' | 'verify'> {
  const { idOf } = names;
  return {
    keyPair(seed) {
      const pair = inner.keyPair(seed);
      const keysOut = [idOf(pair.privateKey), idOf(pair.publicKey)];
      sink({ operation: 'keyPair', keysIn: [idOf(seed)], keysOut, isGood: true });
      return pair;
    },
    agree(privateKey, publicKey) {
      const shared = inner.agree(privateKey, publicKey);
      const keysIn = [idOf(privateKey), idOf(publicKey)];
      const keysOut = shared === undefined ? NONE : [idOf(shared)];
      sink({ operation: 'agree', keysIn, keysOut, isGood: shared !== undefined });
      return shared;
    },
    sign(privateKey, message, z) {
      const signature = inner.sign(privateKey, message, z);
      sink({ ...plainUse('sign', [idOf(privateKey), idOf(z)], true), ...startOf(message) });
      return signature;
    },
    verify(publicKey, message, signature) {
      const isGood = inner.verify(publicKey, message, signature);
      sink({ ...plainUse('verify', [idOf(publicKey)], isGood), ...startOf(message) });
      return isGood;
    },
  };
}

function observedDerivations(
  inner: CryptoProvider,
  sink: Sink,
  names: KeyNames,
  isDeep: boolean,
): Pick<CryptoProvider, Derivation | Mac> {
  const { idOf } = names;
  return {
    derive(key, message) {
      const derived = inner.derive(key, message);
      sink({ operation: 'derive', keysIn: [idOf(key)], keysOut: [idOf(derived)], isGood: true });
      return derived;
    },
    mac(key, message, length) {
      const code = inner.mac(key, message, length);
      sink(plainUse('mac', [idOf(key)], true));
      return code;
    },
    macHolds(key, message, expected) {
      const isGood = inner.macHolds(key, message, expected);
      sink(plainUse('macHolds', [idOf(key)], isGood));
      return isGood;
    },
    mac512(key, message, length) {
      const code = inner.mac512(key, message, length);
      sink(plainUse('mac512', [idOf(key)], true));
      return code;
    },
    mac512Holds(key, message, expected) {
      const isGood = inner.mac512Holds(key, message, expected);
      sink(plainUse('mac512Holds', [idOf(key)], isGood));
      return isGood;
    },
    macSha1(key, message, length) {
      const code = inner.macSha1(key, message, length);
      sink(plainUse('macSha1', [idOf(key)], true));
      return code;
    },
    macSha1Holds(key, message, expected) {
      const isGood = inner.macSha1Holds(key, message, expected);
      sink(plainUse('macSha1Holds', [idOf(key)], isGood));
      return isGood;
    },
    hkdf(keyMaterial, salt, info, lengths) {
      const keys = inner.hkdf(keyMaterial, salt, info, lengths);
      const keysIn = salt === undefined ? [idOf(keyMaterial)] : [idOf(keyMaterial), idOf(salt)];
      const depth = isDeep ? depthOfMaterial(keyMaterial, names) : {};
      sink({ operation: 'hkdf', keysIn, keysOut: keys.map(idOf), isGood: true, ...depth });
      return keys;
    },
  };
}

function observedCiphers(
  inner: CryptoProvider,
  sink: Sink,
  names: KeyNames,
  isDeep: boolean,
): Pick<CryptoProvider, Cipher> {
  const { idOf, digestOf } = names;
  return {
    cbcEncrypt(key, iv, plaintext) {
      const ciphertext = inner.cbcEncrypt(key, iv, plaintext);
      const plaintextDigest = digestOf(iv, plaintext);
      const depth = isDeep ? depthOfEncryption(plaintext, ciphertext, names) : {};
      const use = { ...plainUse('cbcEncrypt', [idOf(key)], true), plaintextDigest };
      sink({ ...use, nonce: idOf(iv), ...depth });
      return ciphertext;
    },
    cbcDecrypt(key, iv, ciphertext) {
      const plaintext = inner.cbcDecrypt(key, iv, ciphertext);
      const depth = isDeep ? { ciphertext: idOf(ciphertext) } : {};
      sink({ ...plainUse('cbcDecrypt', [idOf(key)], plaintext !== undefined), ...depth });
      return plaintext;
    },
    cbcDecryptBlocks(key, iv, blocks) {
      const plaintext = inner.cbcDecryptBlocks(key, iv, blocks);
      sink(plainUse('cbcDecryptBlocks', [idOf(key)], plaintext !== undefined));
      return plaintext;
    },
    ctr(key, counterBlock, input) {
      const output = inner.ctr(key, counterBlock, input);
      sink(plainUse('ctr', [idOf(key)], true));
      return output;
    },
    gcmEncrypt(key, nonce, aad, plaintext) {
      const sealed = inner.gcmEncrypt(key, nonce, aad, plaintext);
      const plaintextDigest = digestOf(nonce, plaintext);
      sink({ ...plainUse('gcmEncrypt', [idOf(key)], true), plaintextDigest, nonce: idOf(nonce) });
      return sealed;
    },
    gcmDecrypt(key, nonce, aad, sealed) {
      const plaintext = inner.gcmDecrypt(key, nonce, aad, sealed);
      sink(plainUse('gcmDecrypt', [idOf(key)], plaintext !== undefined));
      return plaintext;
    },
  };
}

function observedHashes(
  inner: CryptoProvider,
  sink: Sink,
): Pick<CryptoProvider, 'sha1' | 'sha256' | 'sha512' | 'sha512Rounds' | 'md5'> {
  const hash = (operation: 'sha1' | 'sha256' | 'sha512' | 'md5', message: Uint8Array) => {
    const digest = inner[operation](message);
    sink(plainUse(operation, NONE, true));
    return digest;
  };
  return {
    sha1: (message) => hash('sha1', message),
    sha256: (message) => hash('sha256', message),
    sha512: (message) => hash('sha512', message),
    sha512Rounds(start, suffix, count) {
      const digest = inner.sha512Rounds(start, suffix, count);
      sink(plainUse('sha512Rounds', NONE, true));
      return digest;
    },
    md5: (message) => hash('md5', message),
  };
}

/** A use that makes no key. */
/** What K5 tells signatures apart by. */
function startOf(message: Uint8Array): Pick<CryptoUse, 'signedStart' | 'signedBytes'> {
  const [first = 0, second = 0] = message;
  const signedStart = (first * 256 + second).toString(16).padStart(4, '0');
  return { signedStart, signedBytes: message.length };
}

function plainUse(operation: string, keysIn: readonly string[], isGood: boolean): CryptoUse {
  return { operation, keysIn, keysOut: NONE, isGood };
}
