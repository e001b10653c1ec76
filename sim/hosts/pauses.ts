/** How long machines take to come back, and to fall asleep again. All of them are assumptions. */

/**
 * Shortest wait, and how much is added at most, before a node that died at a crash point restarts.
 */
export const RESTART_LEAST_US = 1_000_000;
export const RESTART_SPREAD_US = 4_000_000;
/** First and longest wait before a node restarts after a refused commit; it doubles in between. */
export const REFUSED_LEAST_US = 5_000_000;
export const REFUSED_MOST_US = 60_000_000;
/**
 * How long a dozing device stays up after a push or a timer: Android's short maintenance window.
 */
export const AWAKE_US = 30_000_000;
