/**
 * A recorded run as a Mermaid sequence diagram: one arrow per stanza, notes for what happens to
 * hosts.
 */

import { visible } from '../scenarios/visible.ts';
import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { eventText } from './event-text.ts';
import { type SentAgain, sentAgain } from './sent-again.ts';
import { timeText } from './time-text.ts';

export interface MermaidOptions {
  /** Arrows and notes at most (drawing tools give up on long diagrams); default 300. */
  readonly itemsMax?: number;
  readonly fromUs?: number;
  readonly untilUs?: number;
}

/** Lines of the diagram. What the cap leaves out is said in a note at its end. */
export function exportMermaid(trace: Trace, options: MermaidOptions = {}): string[] {
  const { itemsMax = 300, fromUs = 0, untilUs = Number.MAX_SAFE_INTEGER } = options;
  const { hosts } = trace.header;
  const names = new Map(hosts.map((host, index) => [host, `p${index}`]));
  const out = ['sequenceDiagram'];
  for (const [host, name] of names) out.push(`  participant ${name} as ${escapeText(host)}`);
  const arrived = arrivals(trace);
  const again = sentAgain(trace);
  let drawn = 0;
  let left = 0;
  for (const event of trace.events) {
    if (event.timeUs < fromUs || event.timeUs > untilUs) continue;
    const line = itemOf(event, names, arrived, again);
    if (line === undefined) continue;
    if (drawn < itemsMax) out.push(`  ${line}`);
    else left++;
    drawn++;
  }
  const first = names.get(hosts[0] ?? '');
  const last = names.get(hosts[hosts.length - 1] ?? '');
  const notes: string[] = [];
  if (left > 0) notes.push(`${left} more items are not drawn (cap ${itemsMax})`);
  if (!trace.isComplete) notes.push(`incomplete: ${trace.problem}`);
  for (const note of notes) {
    out.push(
      first === undefined ? `  %% ${note}` : `  Note over ${first},${last}: ${escapeText(note)}`,
    );
  }
  return out;
}

/** How often each packet arrived. */
function arrivals(trace: Trace): Map<string, number> {
  const out = new Map<string, number>();
  for (const event of trace.events) {
    if (event.kind === 'deliver') out.set(event.packet, (out.get(event.packet) ?? 0) + 1);
  }
  return out;
}

function itemOf(
  event: TraceEvent,
  names: ReadonlyMap<string, string>,
  arrived: Map<string, number>,
  again: SentAgain,
): string | undefined {
  const at = timeText(event.timeUs);
  if (event.kind === 'send') {
    const source = names.get(event.source);
    const target = names.get(event.target);
    if (source === undefined || target === undefined) return undefined;
    const arrow = arrived.has(event.packet) ? '->>' : '--x';
    const times = again.get(event.sequence);
    const repeated = times === undefined ? '' : ` again ${times}`;
    const label = escapeText(`${at} ${event.label.kind} ${event.label.id}${repeated}`);
    return `${source}${arrow}${target}: ${label}`;
  }
  const name = names.get(event.node);
  if (name === undefined || !isNote(event)) return undefined;
  return `Note over ${name}: ${escapeText(`${at} ${eventText(event, again)}`)}`;
}

function isNote(event: TraceEvent): boolean {
  if (event.kind === 'power' || event.kind === 'crash') return true;
  if (event.kind !== 'commit') return false;
  return event.changes.some(
    ({ collection, record }) =>
      record !== null && (collection === 'shown' || collection === 'lost'),
  );
}

/** Mermaid reads `#` and `;` as its own, and a line ends an item. */
function escapeText(text: string): string {
  const oneLine = visible(text.replaceAll(/[\r\n\u2028\u2029]+/g, ' '));
  return oneLine.replaceAll(/[#;]/g, (sign) => (sign === '#' ? '#35;' : '#59;'));
}
