/**
 * Multiples of the Ed25519 base point by secret scalars, without ambient randomness. noble's own
 * `ed25519.Point.BASE.multiply` and `x25519.getPublicKey` blind the scalar with bytes from
 * `crypto.getRandomValues`: the result is the same, but a run may not touch that source. So the
 * same curve is built once more with noble's factory and a generator that noble, probing it once,
 * finds unusable: it then keeps to its constant-time path without blinding (a third less work,
 * too). Specification 1.2 and 1.3.
 */

import { edwards } from '@noble/curves/abstract/edwards.js';
import { ed25519 } from '@noble/curves/ed25519.js';

const NO_BYTES = new Uint8Array(0);

const Unblinded = edwards(ed25519.Point.CURVE(), {
  Fp: ed25519.Point.Fp,
  Fn: ed25519.Point.Fn,
  randomBytes: () => NO_BYTES,
});

/** The 32-byte Ed25519 encoding of scalar * B, sign bit included; 0 < scalar < order. */
export function edwardsMultiple(scalar: bigint): Uint8Array {
  return Unblinded.BASE.multiply(scalar).toBytes();
}

/**
 * The 32-byte Montgomery u of scalar * B, as X25519 public keys are written; 0 < scalar < order.
 */
export function montgomeryMultiple(scalar: bigint): Uint8Array {
  const { Fp } = Unblinded;
  const { y } = Unblinded.BASE.multiply(scalar).toAffine();
  return Fp.toBytes(Fp.div(Fp.add(Fp.ONE, y), Fp.sub(Fp.ONE, y)));
}
