/**
 * Invariants of the simulator's floor. The kernel imports nothing from the protocol, so it keeps
 * its own; a broken invariant is a defect of Lockstep, never an answer to outside input.
 */

/** A broken invariant of our own code (exit 70 on the command line). */
export class KernelError extends Error {
  override readonly name = 'KernelError';
}

/** Keeps an invariant; `reason` says why it must hold. On in every build. */
export function assert(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new KernelError(reason);
}
