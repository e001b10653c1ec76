/**
 * The fast back end on Node: `node:crypto` where it wins, the shared code where it does not. Same
 * bytes and same refusals as `noble.ts`. Keys become native objects once and are remembered by the
 * identity of their array (callers never mutate arrays). Results are plain arrays that own their
 * memory, never Buffers.
 *
 * Measured on Node 20.20 with OpenSSL 3.0, medians in µs; chosen first, then what was rejected:
 * - agree with imported keys: 38; noble 1,370.
 * - public key import: JWK 10; SPKI 110 (the decoder of OpenSSL 3 is the cost). Private: JWK with a
 *   dummy `x` 35, which includes computing the public key; PKCS#8 870. Public from private: JWK
 *   export 1.8; SPKI export 95.
 * - XEdDSA verify: Ed25519 of OpenSSL, then noble's points only if it says no: 65 (90
 *   with a fresh key); noble alone 900. The same signature again, as every member of a group checks
 *   it: 0.5, by comparing it with the one accepted before.
 * - HMAC of one byte: small-hash 1.4 (0.8 for a second message under the same key); two
 *   `crypto.hash` over own pads 2.5; createHmac 2.8; noble 5.4. Of 319 bytes, what the MAC of a
 *   200-byte text covers: two `crypto.hash` 1.46, createHmac 1.65, small-hash 2.3.
 * - HKDF to 32 + 32 + 16 bytes: small-hash 3.9; one-shots 7.2; four createHmac 8.9; hkdfSync 8.9 to
 *   14; noble 9.2.
 * - SHA-256 up to 119 bytes: small-hash 0.4 to 0.7; `crypto.hash` 0.75 to 1.2; noble 1.4;
 *   createHash 1.9.
 * - CBC of 200 bytes: padded here, no final(): 2.9 and 2.0; with final() 3.8 and 4.5; noble 3.8 and
 *   4.4.
 * - 5,200 rounds of SHA-512 over 97 bytes, ms: one-shots written as text 2.1; one-shots as buffers
 * 4
 *   to 20, by garbage collection; createHash 4 to 24; noble 67.
 * - GCM of 200 bytes: 5; noble 22. CTR: 3.7; noble 6.5.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  type KeyObject,
  verify as verifyEd25519,
} from 'node:crypto';
import { assert } from '../errors.ts';
import { AcceptedSignatures } from './accepted-signatures.ts';
import {
  assertCbc,
  assertCtr,
  assertGcm,
  assertLongMacLength,
  assertMacLength,
  assertPrivateKey,
  assertShortMacLength,
  isLeadingPart,
  sha512Rounds,
} from './arguments.ts';
import { isAllZero, isUsablePublicKey } from './curve-checks.ts';
import { nobleProvider } from './noble.ts';
import type { CryptoProvider, KeyPair } from './provider.ts';
import { smallHash } from './small-hash.ts';
import {
  clamp,
  edwardsOf,
  isWellFormed,
  type SigningKey,
  signingKey,
  xeddsaSign,
  xeddsaVerify,
} from './xeddsa.ts';

/**
 * Longest message, in bytes, for which hashing in JavaScript beats the call into OpenSSL: two
 * blocks.
 */
const SMALL_MESSAGE_BYTES = 119;
/** A block of SHA-256: the length of an HMAC pad, in bytes. */
const PAD_BYTES = 64;
/** Longest message whose HMAC is made of two one-shot hashes: any text message, padded. */
const PADDED_MESSAGE_BYTES = 1_024;
/**
 * 32 zero bytes in base64url: Node wants an `x` beside `d`, does not check it and computes its own.
 */
const DUMMY_X = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;

/**
 * The provider on `node:crypto`, with caches of its own. Used by whoever composes a program for
 * Node.
 */
export function opensslProvider(): CryptoProvider {
  return {
    name: 'openssl',
    ...agreements(),
    ...signatures(),
    ...keyedHashes(),
    mac512,
    mac512Holds: (key, message, expected) => isLeadingPart(hmac512(key, message), expected),
    macSha1,
    macSha1Holds: (key, message, expected) => isLeadingPart(hmacSha1(key, message), expected),
    cbcEncrypt,
    cbcDecrypt,
    cbcDecryptBlocks,
    ctr: ctrApply,
    gcmEncrypt,
    gcmDecrypt,
    sha1: (message) => plain(hash('sha1', message, 'buffer')),
    sha512: (message) => plain(hash('sha512', message, 'buffer')),
    sha512Rounds: (start, suffix, count) => sha512Rounds(hashTextInto, start, suffix, count),
    md5: (message) => plain(hash('md5', message, 'buffer')),
  };
}

// ---------------------------------------------------------------- curve

function agreements(): Pick<CryptoProvider, 'keyPair' | 'agree'> {
  const privateKeys = new WeakMap<Uint8Array, KeyObject>();
  const publicKeys = new WeakMap<Uint8Array, KeyObject>();

  const privateOf = (key: Uint8Array): KeyObject => {
    let native = privateKeys.get(key);
    if (native === undefined) {
      assertPrivateKey(key);
      const jwk = { kty: 'OKP', crv: 'X25519', x: DUMMY_X, d: base64url(key) };
      native = createPrivateKey({ format: 'jwk', key: jwk });
      privateKeys.set(key, native);
    }
    return native;
  };
  const publicOf = (key: Uint8Array): KeyObject => {
    let native = publicKeys.get(key);
    if (native === undefined) {
      native = importPublic('X25519', key);
      publicKeys.set(key, native);
    }
    return native;
  };

  return {
    keyPair(seed): KeyPair {
      const privateKey = clamp(seed);
      const { x } = privateOf(privateKey).export({ format: 'jwk' });
      assert(x !== undefined, 'the export of an X25519 key carries its public half');
      return { privateKey, publicKey: plain(Buffer.from(x, 'base64url')) };
    },
    agree(privateKey, publicKey) {
      if (!isUsablePublicKey(publicKey)) return undefined;
      const pair = { privateKey: privateOf(privateKey), publicKey: publicOf(publicKey) };
      const shared = plain(diffieHellman(pair));
      return isAllZero(shared) ? undefined : shared;
    },
  };
}

function signatures(): Pick<CryptoProvider, 'sign' | 'verify'> {
  const signingKeys = new WeakMap<Uint8Array, SigningKey>();
  const accepted = new AcceptedSignatures();
  const verifyingKeys = [
    new WeakMap<Uint8Array, KeyObject>(),
    new WeakMap<Uint8Array, KeyObject>(),
  ];

  const verifyingKey = (publicKey: Uint8Array, sign: number): KeyObject => {
    const cache = verifyingKeys[sign === 0 ? 0 : 1] as WeakMap<Uint8Array, KeyObject>;
    let native = cache.get(publicKey);
    if (native === undefined) {
      native = importPublic('Ed25519', edwardsOf(publicKey, sign));
      cache.set(publicKey, native);
    }
    return native;
  };

  return {
    sign(privateKey, message, z) {
      let key = signingKeys.get(privateKey);
      if (key === undefined) {
        key = signingKey(privateKey);
        signingKeys.set(privateKey, key);
      }
      return xeddsaSign(key, message, z);
    },
    /**
     * OpenSSL hashes the same R, A and message, computes the same s*B - h*A and compares its
     * encoding with R byte by byte, but takes only s below the order: what it accepts, the
     * definition accepts. What it refuses may still be an s above the order, so the definition
     * decides.
     */
    verify(publicKey, message, signature) {
      if (!isWellFormed(publicKey, signature)) return false;
      if (accepted.has(publicKey, message, signature)) return true;
      const key = verifyingKey(publicKey, (signature[63] as number) & 0x80);
      const unsigned = Uint8Array.from(signature);
      unsigned[63] = (unsigned[63] as number) & 0x7f;
      const holds =
        verifyEd25519(null, message, key, unsigned) || xeddsaVerify(publicKey, message, signature);
      if (holds) accepted.add(publicKey, message, signature);
      return holds;
    },
  };
}

function importPublic(curve: 'X25519' | 'Ed25519', key: Uint8Array): KeyObject {
  const jwk = { kty: 'OKP', crv: curve, x: base64url(key) };
  return createPublicKey({ format: 'jwk', key: jwk });
}

// ---------------------------------------------------------------- hashes

function keyedHashes(): Pick<CryptoProvider, 'derive' | 'mac' | 'macHolds' | 'hkdf' | 'sha256'> {
  const small = smallHash();
  const padded = paddedHmac();
  const hmac = (key: Uint8Array, message: Uint8Array): Uint8Array => {
    if (key.length > PAD_BYTES || message.length > PADDED_MESSAGE_BYTES) {
      return plain(createHmac('sha256', key).update(message).digest());
    }
    return message.length <= SMALL_MESSAGE_BYTES ? small.hmac(key, message) : padded(key, message);
  };

  return {
    derive: hmac,
    mac(key, message, length) {
      assertMacLength(length);
      return hmac(key, message).slice(0, length);
    },
    macHolds: (key, message, expected) => isLeadingPart(hmac(key, message), expected),
    hkdf: (keyMaterial, salt, info, lengths) =>
      small.takes(keyMaterial, salt, info)
        ? small.hkdf(keyMaterial, salt, info, lengths)
        : nobleProvider.hkdf(keyMaterial, salt, info, lengths),
    sha256: (message) =>
      message.length <= SMALL_MESSAGE_BYTES
        ? small.sha256(message)
        : plain(hash('sha256', message, 'buffer')),
  };
}

function hmac512(key: Uint8Array, message: Uint8Array): Uint8Array {
  return plain(createHmac('sha512', key).update(message).digest());
}

function mac512(key: Uint8Array, message: Uint8Array, length: number): Uint8Array {
  assertLongMacLength(length);
  return hmac512(key, message).slice(0, length);
}

function hmacSha1(key: Uint8Array, message: Uint8Array): Uint8Array {
  return plain(createHmac('sha1', key).update(message).digest());
}

function macSha1(key: Uint8Array, message: Uint8Array, length: number): Uint8Array {
  assertShortMacLength(length);
  return hmacSha1(key, message).slice(0, length);
}

/**
 * HMAC-SHA-256 (RFC 2104) as two one-shot hashes over buffers of its own, for a key of at most
 * `PAD_BYTES` and a message of at most `PADDED_MESSAGE_BYTES`: no native object is made that the
 * garbage collector has to take apart again. Not re-entrant.
 */
function paddedHmac(): (key: Uint8Array, message: Uint8Array) => Uint8Array {
  const inner = new Uint8Array(PAD_BYTES + PADDED_MESSAGE_BYTES);
  const outer = new Uint8Array(PAD_BYTES + 32);
  return (key, message) => {
    for (let at = 0; at < PAD_BYTES; at++) {
      const byte = at < key.length ? (key[at] as number) : 0;
      inner[at] = byte ^ 0x36;
      outer[at] = byte ^ 0x5c;
    }
    inner.set(message, PAD_BYTES);
    outer.set(hash('sha256', inner.subarray(0, PAD_BYTES + message.length), 'buffer'), PAD_BYTES);
    return plain(hash('sha256', outer, 'buffer'));
  };
}

/** As one-byte text, which makes no native buffer that the garbage collector has to take apart. */
function hashTextInto(input: Uint8Array, target: Uint8Array): void {
  const view = Buffer.from(target.buffer, target.byteOffset, target.length);
  view.write(hash('sha512', input, 'binary'), 0, 64, 'latin1');
}

// ---------------------------------------------------------------- ciphers

/**
 * Whole blocks leave a cipher by `update`; padding them here saves the second native call and a
 * copy.
 */
function cbcEncrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  assertCbc(key, iv);
  const padding = BLOCK_BYTES - (plaintext.length % BLOCK_BYTES);
  const padded = new Uint8Array(plaintext.length + padding);
  padded.set(plaintext);
  padded.fill(padding, plaintext.length);
  return plain(createCipheriv('aes-256-cbc', key, iv).update(padded));
}

/**
 * The padding is checked here too: no second native call, no exception for what an attacker sent.
 */
function cbcDecrypt(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  assertCbc(key, iv);
  const { length } = ciphertext;
  if (length === 0 || length % BLOCK_BYTES !== 0) return undefined;
  const cipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const padded = cipher.update(ciphertext);
  const padding = padded[length - 1] as number;
  if (padding < 1 || padding > BLOCK_BYTES) return undefined;
  for (let index = length - padding; index < length; index++) {
    if (padded[index] !== padding) return undefined;
  }
  return new Uint8Array(padded.subarray(0, length - padding));
}

function cbcDecryptBlocks(
  key: Uint8Array,
  iv: Uint8Array,
  blocks: Uint8Array,
): Uint8Array | undefined {
  assertCbc(key, iv);
  if (blocks.length % BLOCK_BYTES !== 0) return undefined;
  return plain(createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false).update(blocks));
}

function ctrApply(key: Uint8Array, counterBlock: Uint8Array, input: Uint8Array): Uint8Array {
  assertCtr(key, counterBlock);
  const name = key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr';
  return plain(createCipheriv(name, key, counterBlock).update(input));
}

function gcmEncrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  assertGcm(key, nonce);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
  sealed.set(cipher.update(plaintext));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plaintext.length);
  return sealed;
}

function gcmDecrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  assertGcm(key, nonce);
  const length = sealed.length - TAG_BYTES;
  if (length < 0) return undefined;
  const cipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  cipher.setAuthTag(sealed.subarray(length));
  const plaintext = cipher.update(sealed.subarray(0, length));
  try {
    cipher.final();
  } catch {
    return undefined; // the tag does not hold: the only reason left for which final() throws
  }
  return plain(plaintext);
}

// ---------------------------------------------------------------- bytes

/** A plain array of its own: a Buffer may lie in a shared pool, and its methods differ. */
function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer);
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
