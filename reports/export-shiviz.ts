/**
 * A recorded run as a log for ShiViz: each event with the vector clock of its host, so that what
 * happened before what can be read off the log alone.
 */

import { visible } from '../scenarios/visible.ts';
import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { eventText } from './event-text.ts';
import { sentAgain } from './sent-again.ts';
import { timeText } from './time-text.ts';

/** How an event is read back from its two lines; ShiViz takes it from the first line of a log. */
export const SHIVIZ_PARSER = String.raw`(?<event>.*)\n(?<host>\S*) (?<clock>{.*})`;

/** The clock of an event by host: how many events of each happened before it, itself included. */
type VectorClock = Map<string, number>;

/**
 * Lines of the log: the parser, an empty line (no delimiter: one execution), two lines an event.
 * An event happens after those of its host before it, and after its cause.
 */
export function exportShiviz(trace: Trace): string[] {
  const out = [SHIVIZ_PARSER, ''];
  const again = sentAgain(trace);
  const hosts = new Map<string, VectorClock>();
  const events = new Map<number, VectorClock>();
  for (const event of trace.events) {
    const clock = clockAfter(event, hosts.get(event.node), events.get(event.cause));
    hosts.set(event.node, clock);
    events.set(event.sequence, clock);
    const text = `${timeText(event.timeUs)} #${event.sequence} ${eventText(event, again)}`;
    out.push(visible(text), `${event.node} ${JSON.stringify(Object.fromEntries(clock))}`);
  }
  return out;
}

function clockAfter(
  { node }: TraceEvent,
  own: VectorClock | undefined,
  cause: VectorClock | undefined,
): VectorClock {
  // The host itself first: that is where people look.
  const clock: VectorClock = new Map([[node, (own?.get(node) ?? 0) + 1]]);
  for (const [host, count] of [...(own ?? []), ...(cause ?? [])]) {
    if (host !== node) clock.set(host, Math.max(clock.get(host) ?? 0, count));
  }
  return clock;
}
