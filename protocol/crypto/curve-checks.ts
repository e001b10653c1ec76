/**
 * What an X25519 public key must be before any back end touches it. Common back ends accept u = p +
 * 9 as the base point and answer low-order points with their own errors, so the rule is written
 * once, here, and both back ends ask it first. It does not check that a point lies in the
 * prime-order subgroup: X25519 clears the cofactor. Source: specification 1.2; orders of the
 * points: RFC 7748 and the arithmetic of the curve (the tests derive them again).
 */

/**
 * p - 1 = 2^255 - 20, little endian: the order-4 point of the twist. p itself is one more in the
 * first byte.
 */
const FIRST_BYTE_OF_P = 0xed;

/** The two points of order 8 on Curve25519, little endian. */
const ORDER_EIGHT: readonly (readonly number[])[] = [
  [
    0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
    0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
  ],
  [
    0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
    0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
  ],
];

/**
 * Whether `key` may be used as an X25519 public key: 32 bytes, canonical (u < p, which also means
 * that the top bit is clear) and not of low order (0, 1, p - 1 and the two points of order 8).
 */
export function isUsablePublicKey(key: Uint8Array): boolean {
  return key.length === 32 && isCanonical(key) && !isLowOrder(key);
}

/**
 * Whether every byte is zero: the X25519 result that no honest pair of keys has. Looks at every
 * byte.
 */
export function isAllZero(bytes: Uint8Array): boolean {
  let seen = 0;
  for (const byte of bytes) seen |= byte;
  return seen === 0;
}

/** Whether the 32 little-endian bytes are below p = 2^255 - 19. */
function isCanonical(key: Uint8Array): boolean {
  const last = key[31] as number;
  if (last !== 0x7f) return last < 0x7f;
  for (let index = 30; index > 0; index--) if (key[index] !== 0xff) return true;
  return (key[0] as number) < FIRST_BYTE_OF_P;
}

/**
 * For a canonical key: whether it is one of the five u of order 1, 2, 4 or 8, on the curve or its
 * twist.
 */
function isLowOrder(key: Uint8Array): boolean {
  if (key[31] === 0 && (key[0] as number) <= 1 && isAllZero(key.subarray(1))) return true;
  if (key[31] === 0x7f && key[0] === FIRST_BYTE_OF_P - 1) {
    let index = 30;
    while (index > 0 && key[index] === 0xff) index--;
    if (index === 0) return true;
  }
  return ORDER_EIGHT.some((point) => point.every((byte, index) => byte === key[index]));
}
