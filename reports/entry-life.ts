/**
 * What one entry of the timeline did, in words: who was asked, what became of it, which levers it
 * moved and which stanzas came of it, and the events themselves. Read from the trace; the entry
 * itself from the scenario that the trace carries.
 */

import type { TimelineEntry } from '../scenarios/scenario.ts';
import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { eventText } from './event-text.ts';
import { sentAgain } from './sent-again.ts';
import { timeText } from './time-text.ts';

const EVENTS_SHOWN = 60;

/** The entry as the scenario in the header has it, without its place in a list. */
function writtenText({ header: { document } }: Trace, { id, action }: TimelineEntry): string {
  const lines = typeof document === 'string' ? document.split('\n') : [];
  const line = lines.find((one) => one.startsWith(`  - { id: ${id}, `));
  return line === undefined ? action.kind : line.slice('  - '.length);
}

/** Names of devices that stand anywhere in an action. */
function devicesIn(action: TimelineEntry['action'], hosts: readonly string[]): Set<string> {
  const text = JSON.stringify(action);
  return new Set(hosts.filter((host) => text.includes(`"${host}"`)));
}

/** Whether an event came of an entry: packets and inputs are named after what caused them. */
function touches(event: TraceEvent, entry: TimelineEntry, devices: ReadonlySet<string>): boolean {
  const isOf = (name: string): boolean => name === entry.id || name.startsWith(`${entry.id}/`);
  switch (event.kind) {
    case 'intent':
      return isOf(event.intent);
    case 'input':
      return isOf(event.id);
    case 'commit':
    case 'commit-refused':
      return isOf(event.inputId);
    case 'send':
    case 'deliver':
      return isOf(event.packet);
    case 'lever':
    case 'crash':
      return isOf(event.choice) || isOf(event.choice.replace(/^timeline\//, ''));
    case 'power':
      return event.timeUs === entry.atUs && devices.has(event.node);
    case 'emit':
      return event.facts.some(([name, value]) => name === 'input' && value === entry.id);
    default:
      return false;
  }
}

/** `call:offer 3, ack:call 3`, most first. */
function counts(names: readonly string[]): string {
  const by = new Map<string, number>();
  for (const name of names) by.set(name, (by.get(name) ?? 0) + 1);
  return [...by]
    .sort(([left, many], [right, more]) => more - many || (left < right ? -1 : 1))
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}

function fateOf(touching: readonly TraceEvent[]): readonly string[] {
  const lines = touching.flatMap((event) => {
    if (event.kind === 'intent' && event.state === 'not-completed') {
      return [`  came to nothing at ${timeText(event.timeUs)}: ${event.reason}`];
    }
    if (event.kind === 'emit' && event.code === 'refused') {
      return [`  refused by ${event.node} at ${timeText(event.timeUs)}: ${event.sentence}`];
    }
    return event.kind === 'input' && event.input === 'command'
      ? [`  given to ${event.node} at ${timeText(event.timeUs)}`]
      : [];
  });
  return [...new Set(lines)];
}

/** The entry as lines: what it says, what became of it, what it touched, then the events. */
export function entryLife(trace: Trace, entry: TimelineEntry): string[] {
  const { hosts } = trace.header;
  const named = devicesIn(entry.action, hosts);
  // What a step notes of a refusal stands right behind the event that it belongs to.
  const own = new Set<number>();
  const touching = trace.events.filter((event) => {
    const isNote = event.kind === 'emit' && event.code === 'refused' && own.has(event.cause);
    const isOwn = isNote || touches(event, entry, named);
    if (isOwn) own.add(event.sequence);
    return isOwn;
  });
  const out = [
    `entry ${entry.id} at ${timeText(entry.atUs)}: ${writtenText(trace, entry)}`,
    ...fateOf(touching),
  ];
  const touched = hosts.filter((host) => touching.some(({ node }) => node === host));
  const sent = touching.flatMap((event) => (event.kind === 'send' ? [event.label.kind] : []));
  const levers = touching.flatMap((event) => (event.kind === 'lever' ? [event.lever] : []));
  if (touched.length > 0) out.push(`  touched  ${touched.join(', ')}`);
  if (levers.length > 0) out.push(`  levers   ${counts(levers)}`);
  if (sent.length > 0) out.push(`  stanzas  ${counts(sent)}`);
  if (touching.length === 0) out.push('  nothing that the trace records came of it');
  else out.push('');
  const again = sentAgain(trace);
  const width = Math.max(...touching.map(({ node }) => node.length), 0);
  for (const event of touching.slice(0, EVENTS_SHOWN)) {
    const at = `${timeText(event.timeUs)}  ${event.node.padEnd(width)}`;
    out.push(`${at}  ${eventText(event, again)}`);
  }
  const more = touching.length - EVENTS_SHOWN;
  if (more > 0) out.push(`and ${more} more, to ${timeText(touching.at(-1)?.timeUs ?? 0)}`);
  return out;
}
