/**
 * Public keys as bytes: 32 raw bytes inside this program and in stanzas, `05 || raw` inside Signal
 * protobufs, signatures and MACs. Whether a key is a usable curve point is the crypto provider's
 * question. Source: specification 1.2.
 */

/** Type byte of a Curve25519 public key. */
export const KEY_TYPE = 0x05;

/** `05 || raw`: 33 bytes from 32. */
export function serialiseKey(raw: Uint8Array): Uint8Array {
  const out = new Uint8Array(33);
  out[0] = KEY_TYPE;
  out.set(raw, 1);
  return out;
}

/** The 32 raw bytes of a key of 32 bytes, or of 33 that begin with 05; otherwise `undefined`. */
export function rawKey(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 32) return bytes;
  return bytes.length === 33 && bytes[0] === KEY_TYPE ? bytes.subarray(1) : undefined;
}

/** Whether two public byte strings are equal. Not constant time: never for secrets or MACs. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}
