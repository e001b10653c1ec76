/**
 * Which frames of a trace are the same stanza sent once more. The recorded `attempt` counts stanzas
 * of one name, which another device's receipt or the greeting of every login share; a reader means
 * the same bytes from the same host to the same host.
 */

import type { Trace } from '../sim/trace/trace.ts';

/** What begins every connection, in the same bytes each time. */
const GREETINGS: ReadonlySet<string> = new Set(['login', 'success', 'ib']);

/** How often the frame of an event (by its sequence) was sent before; absent when never. */
export type SentAgain = ReadonlyMap<number, number>;

/** Looks through the whole trace once. The greetings of a login are never "again". */
export function sentAgain(trace: Trace): SentAgain {
  const times = new Map<string, number>();
  const again = new Map<number, number>();
  for (const event of trace.events) {
    if (event.kind !== 'send' || GREETINGS.has(event.label.kind)) continue;
    const stanza = `${event.source} ${event.target} ${event.bytes}`;
    const before = times.get(stanza) ?? 0;
    if (before > 0) again.set(event.sequence, before);
    times.set(stanza, before + 1);
  }
  return again;
}
