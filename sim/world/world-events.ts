/** Kinds of the world's own events in the queue; network and hosts use smaller numbers. */

export const WORLD_EVENTS = {
  /** a: place in the timeline. */
  timeline: 20,
  /** payload: the intent; a: cause, or -1. */
  intent: 21,
  /** payload: `Scan`. */
  scan: 22,
  heal: 23,
  probe: 24,
  end: 25,
  /** payload: `SnapshotDue`. */
  snapshot: 27,
  /** a: which start of the clone, b: cause, payload: the clone's name. */
  cloneEnd: 28,
  /** payload: `TurnDue`; a: cause. */
  turn: 29,
  /** payload: `Comparison`. */
  comparison: 26,
} as const;
