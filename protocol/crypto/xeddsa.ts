/**
 * XEdDSA: Ed25519-shaped signatures under X25519 keys, in libsignal's variant: the sign of the
 * Edwards point travels in the top bit of the signature instead of being forced to zero. Randomness
 * is an argument. There is one definition of what is accepted; a back end may answer faster only
 * where its acceptance implies this one. Source: specification 1.3; keys as in 1.2.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { assert } from '../errors.ts';
import { edwardsMultiple } from './base-point.ts';
import { isUsablePublicKey } from './curve-checks.ts';

const { Point } = ed25519;
const { Fp } = Point;
const ORDER = Point.Fn.ORDER;

/**
 * 2^256 - 2 as little-endian bytes: what keeps the nonce hash apart from every encoding of a point.
 */
const NONCE_PREFIX = new Uint8Array(32).fill(0xff);
NONCE_PREFIX[0] = 0xfe;

/** The Edwards side of a private key: what signing needs and does not depend on the message. */
export interface SigningKey {
  /** 32 bytes, clamped. */
  readonly privateKey: Uint8Array;
  /** The private key as an integer modulo the order of the base point. */
  readonly scalar: bigint;
  /** 32 bytes: encoding of scalar * B, sign bit included. */
  readonly edwards: Uint8Array;
}

/** Clamps a copy of 32 secret bytes into an X25519 private key (specification 1.2). */
export function clamp(seed: Uint8Array): Uint8Array {
  assert(seed.length === 32, 'a private key is made of 32 bytes');
  const key = Uint8Array.from(seed);
  key[0] = (key[0] as number) & 248;
  key[31] = ((key[31] as number) & 127) | 64;
  return key;
}

/**
 * Prepares signing: one multiplication of the base point, half of the cost of a signature (0.2 of
 * 0.4 ms).
 */
export function signingKey(privateKey: Uint8Array): SigningKey {
  const clamped = clamp(privateKey);
  const scalar = scalarOf(clamped);
  return { privateKey: clamped, scalar, edwards: edwardsMultiple(scalar) };
}

/**
 * A clamped private key as an integer modulo the order of the base point. Never 0: the smallest
 * multiple of the order that is also one of 8 lies above every clamped key.
 */
export function scalarOf(privateKey: Uint8Array): bigint {
  return littleEndian(privateKey) % ORDER;
}

/**
 * 64 bytes R || s, the sign of the public point in the top bit. `z`: 64 secret bytes, never used
 * twice.
 */
export function xeddsaSign(key: SigningKey, message: Uint8Array, z: Uint8Array): Uint8Array {
  assert(z.length === 64, 'XEdDSA is hedged with 64 secret bytes');
  const nonce = hashToScalar(NONCE_PREFIX, key.privateKey, message, z);
  assert(nonce !== 0n, 'a SHA-512 output divisible by the order has never been seen');
  const commitment = edwardsMultiple(nonce);
  const challenge = hashToScalar(commitment, key.edwards, message);
  const signature = new Uint8Array(64);
  signature.set(commitment);
  writeLittleEndian(signature, 32, (nonce + challenge * key.scalar) % ORDER);
  signature[63] = (signature[63] as number) | ((key.edwards[31] as number) & 0x80);
  return signature;
}

/**
 * The definition of acceptance. Refuses a signature that is not 64 bytes, a public key that is not
 * usable (specification 1.2) or whose u has no point on the curve, and bits 5 and 6 of the last
 * byte; then takes s modulo the order, as libsignal does, and compares the encoding of s*B - h*A
 * with R byte by byte (no cofactor is cleared).
 */
export function xeddsaVerify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!isWellFormed(publicKey, signature)) return false;
  const edwards = edwardsOf(publicKey, (signature[63] as number) & 0x80);
  const point = decode(edwards);
  if (point === undefined) return false;
  const response = signature.slice(32);
  response[31] = (response[31] as number) & 0x7f;
  const scalar = littleEndian(response) % ORDER;
  const commitment = signature.subarray(0, 32);
  const challenge = hashToScalar(commitment, edwards, message);
  const expected = Point.BASE.multiplyUnsafe(scalar)
    .add(point.negate().multiplyUnsafe(challenge))
    .toBytes();
  return expected.every((byte, index) => byte === commitment[index]);
}

/**
 * The cheap refusals that come before any arithmetic: lengths, bits 5 and 6 of s, an unusable key.
 */
export function isWellFormed(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || ((signature[63] as number) & 0x60) !== 0) return false;
  return isUsablePublicKey(publicKey);
}

/**
 * The Ed25519 encoding, 32 bytes, of the point whose Montgomery u is a usable public key:
 * y = (u - 1) / (u + 1), the sign (0 or 0x80) in the top bit. The point need not exist.
 */
export function edwardsOf(publicKey: Uint8Array, sign: number): Uint8Array {
  const u = littleEndian(publicKey);
  const y = Fp.mul(Fp.sub(u, 1n), Fp.inv(Fp.add(u, 1n)));
  const encoded = new Uint8Array(32);
  writeLittleEndian(encoded, 0, y);
  encoded[31] = (encoded[31] as number) | sign;
  return encoded;
}

/**
 * The point, or `undefined` when the encoding has no x (noble says so by throwing, here and nowhere
 * else).
 */
function decode(edwards: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(edwards);
  } catch {
    return undefined;
  }
}

function hashToScalar(...parts: readonly Uint8Array[]): bigint {
  const hash = sha512.create();
  for (const part of parts) hash.update(part);
  return littleEndian(hash.digest()) % ORDER;
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let offset = bytes.length - 8; offset >= 0; offset -= 8) {
    value = (value << 64n) | view.getBigUint64(offset, true);
  }
  return value;
}

function writeLittleEndian(target: Uint8Array, offset: number, value: bigint): void {
  const view = new DataView(target.buffer, target.byteOffset + offset, 32);
  for (let word = 0; word < 4; word++) {
    view.setBigUint64(word * 8, BigInt.asUintN(64, value >> BigInt(word * 64)), true);
  }
}
