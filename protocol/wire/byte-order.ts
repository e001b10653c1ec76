/**
 * The order of byte strings: first differing byte, then length. A total order, as sorting needs.
 */

/** Negative, zero or positive, like a comparator of `sort`. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
