/**
 * Signatures that were found to hold a moment ago. All devices of a group check the same one, and
 * whether it holds depends on its bytes alone; so the second check compares them. Key, message and
 * signature are compared whole: nothing is taken for another. Refusals are not kept.
 */

/** Slots; a signature falls into the one its first bytes name. */
const SLOTS = 512;
/** Longer messages are not kept: the slots must not hold on to much memory. */
const MESSAGE_BYTES_MAX = 4_096;

interface Accepted {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** A small memory of one provider. */
export class AcceptedSignatures {
  readonly #slots: (Accepted | undefined)[] = new Array<Accepted | undefined>(SLOTS).fill(
    undefined,
  );

  /** Whether this very signature of this very message was added. */
  has(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const held = this.#slots[slotOf(signature)];
    return (
      held !== undefined &&
      isSame(held.signature, signature) &&
      isSame(held.publicKey, publicKey) &&
      isSame(held.message, message)
    );
  }

  /** Keeps the arrays themselves: callers of a provider never change them. */
  add(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
    if (message.length > MESSAGE_BYTES_MAX) return;
    this.#slots[slotOf(signature)] = { publicKey, message, signature };
  }
}

function slotOf(signature: Uint8Array): number {
  return ((signature[0] as number) | ((signature[1] as number) << 8)) % SLOTS;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
