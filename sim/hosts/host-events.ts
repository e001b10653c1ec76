/** Kinds of the hosts' own events in the queue; network and world use other numbers. */

export const HOST_EVENTS = {
  /** a: host, b: cause, payload: the timer's name. */
  timer: 10,
  /** a: host, b: generation, payload: cause. */
  restart: 11,
  /** a: host, b: generation, payload: cause. */
  dozeAgain: 12,
  /** a: host, payload: `ClosedHere`. */
  closedHere: 13,
  /** a: host, b: cause. */
  push: 14,
} as const;
