/**
 * The typed rejections: what a protocol function answers when bytes or requests from outside do not
 * hold. A rejection is a value, never an exception; whoever receives one leaves its records as they
 * were. Programming errors are not rejections: they fail an `assert` and crash with their reason.
 */

/**
 * Every reason for which outside input is refused. Stable: traces, receipts and tests name them.
 */
export const REJECTION_CODES = [
  'malformed', // bytes do not decode: truncated, oversized, wrong type, trailing bytes
  'unknown-version', // a Signal version byte whose high nibble is not 3
  'bad-key', // a public key that is non-canonical, of low order, or of wrong length or type byte
  'bad-signature', // an XEdDSA signature that does not verify
  'bad-mac', // a MAC that does not verify
  'bad-hash', // bytes whose SHA-256 is not the one promised
  'no-session', // no session that could open this message
  'duplicate-message', // the message key of this counter was used already
  'too-far-ahead', // counter more than 2,000 ahead of the chain
  'unknown-prekey', // a signed or one-time prekey id that is not in the Store
  'untrusted-identity', // the identity differs from the pinned one
  'bad-padding', // padding outside 1..16 or longer than the message
  'bad-content', // the decrypted protobuf is not one we understand
  'adv-failure', // a companion's signatures do not prove membership of its account
  'unlisted-device', // the sending device is not in the account's device list
  'stale-list', // a device list older than the one held, or with a mismatching timestamp
  'not-allowed', // well formed, but this peer may not ask for it
  'unexpected', // well formed, but nothing is waiting for it
  'limit-reached', // a limit of limits.ts was reached
] as const;

export type RejectionCode = (typeof REJECTION_CODES)[number];

/** A refusal as a value. `facts` are public (ids, counters, lengths): never key bytes or text. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly code: RejectionCode;
  /** One sentence for people, naming the device and counters involved. */
  readonly sentence: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Makes a rejection. */
export function reject(
  code: RejectionCode,
  sentence: string,
  facts: Readonly<Record<string, string | number>> = {},
): Rejection {
  return { kind: 'rejected', code, sentence, facts };
}

/** Tells a rejection from any other value. */
export function isRejected(value: unknown): value is Rejection {
  return typeof value === 'object' && value !== null && (value as Rejection).kind === 'rejected';
}

/** A broken invariant of our own code: crashes with its reason (exit 70 on the command line). */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Keeps an invariant; `reason` says why it must hold. On in every build. */
export function assert(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new InvariantError(reason);
}

/** Closes an exhaustive `switch`. */
export function assertNever(value: never): never {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}
