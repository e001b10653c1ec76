/**
 * Bounds of the scenario language. They keep a mistyped number from filling the memory; none of
 * them models the real system, except where a specification section is named.
 */

/**
 * Companions beside the phone (specification 5.1). Typed again here: this folder imports nothing
 * else.
 */
export const COMPANIONS_MAX = 4;
/** Accounts of one scenario; a thousand members of one group fit well. */
export const ACCOUNTS_MAX = 10_000;
/** Members of one group (specification 7). */
export const GROUP_MEMBERS_MAX = 1_024;
/** Characters of a name that somebody gives to a contact or to oneself. */
export const NAME_CHARACTERS_MAX = 100;
/** Largest file: 100 MB; a run holds its bytes in memory and encrypts them. */
export const MEDIA_BYTES_MAX = 100_000_000;
/** Timeline entries after repetition. */
export const TIMELINE_MAX = 100_000;
/** Messages of one conversation. */
export const WORKLOAD_MESSAGES_MAX = 1_000_000;
/** Characters of one text; the protocol's own limit is 65,536 bytes. */
export const TEXT_CHARACTERS_MAX = 16_384;
/**
 * Longest duration that can be written: 1,000 days, far below what a safe integer of microseconds
 * holds.
 */
export const DURATION_US_MAX = 1_000 * 86_400_000_000;
/**
 * Largest one-time prekey batch: ids are 24 bits wide, real clients use 812 (specification 1.5).
 */
export const PREKEYS_MAX = 10_000;
/**
 * How often an attacker asks for prekeys unless the entry says otherwise, and at most in one entry.
 * A real batch of 812 is drained by one entry; more of them may follow each other.
 */
export const DRAIN_TIMES = 100;
export const DRAIN_TIMES_MAX = 1_000;
/** A companion linked this long after a send may still get it by backfill (specification 5.14). */
export const BACKFILL_WINDOW_US = 5 * 60_000_000;
/** Rows of a measured trace. */
export const TRACE_ROWS_MAX = 100_000;
