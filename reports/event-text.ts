/** One sentence for one event of a trace: what timelines, explanations and tables show. */

import type { TraceChange, TraceEvent } from '../sim/trace/trace.ts';
import type { SentAgain } from './sent-again.ts';

/** Collections whose changes are told one by one. */
const TOLD: ReadonlySet<string> = new Set(['shown', 'lost', 'outbox', 'account', 'linked']);

/** A fact of a changed record as text, empty when it has none of this name. */
export function factOf(change: TraceChange, name: string): string {
  for (const [candidate, value] of change.facts) if (candidate === name) return String(value);
  return '';
}

/** What happened, without time and host. One line. `again` tells which frames were sent before. */
export function eventText(event: TraceEvent, again: SentAgain): string {
  switch (event.kind) {
    case 'input':
      return inputText(event);
    case 'commit':
      if (event.isTimeZero) return `starts with ${event.changes.length} records`;
      return commitText(event.changes);
    case 'commit-refused':
      return `the Store refuses the commit of ${event.inputId}`;
    case 'send': {
      const times = again.get(event.sequence);
      const repeated = times === undefined ? '' : ` (again, ${times})`;
      const size = `${event.bytes.length / 2} bytes`;
      return `sends ${labelText(event)} to ${event.target}, ${size}${repeated}`;
    }
    case 'deliver':
      return `receives ${labelText(event)} from ${event.source}`;
    case 'lever':
      return `${event.lever}: ${event.sentence}`;
    case 'connection': {
      const why = event.reason === '' ? '' : ` (${event.reason})`;
      return `connection ${event.connection} to ${event.peer} ${event.state}${why}`;
    }
    case 'power':
      return event.state === 'awake' ? 'wakes' : `power ${event.state}`;
    case 'crash':
      return `crashes (${event.choice})`;
    case 'emit':
      return `notes ${event.code}: ${event.sentence}`;
    case 'intent': {
      const why = event.reason === '' ? '' : ` (${event.reason})`;
      return `intent ${event.intent} ${event.state}${why}`;
    }
    case 'phase':
      return `phase ${event.phase}`;
  }
}

function inputText(event: Extract<TraceEvent, { kind: 'input' }>): string {
  switch (event.input) {
    case 'command':
      return `is told to ${event.command?.kind ?? 'act'} (${event.id})`;
    case 'timer':
      return `timer ${event.timer ?? event.id} fires`;
    case 'frame':
      return `handles ${event.sizeBytes ?? 0} bytes (${event.id})`;
    case 'connected':
      return `is connected to ${event.endpoint ?? 'its peer'}`;
    case 'disconnected':
      return `is disconnected (${event.reason ?? ''})`;
    case 'started':
      return 'starts';
    case 'push':
      return 'is woken by a push';
  }
}

function labelText({ label }: Extract<TraceEvent, { kind: 'send' | 'deliver' }>): string {
  return label.id === '' ? label.kind : `${label.kind} ${label.id}`;
}

/** What people can follow, then how many records of the protocol's own changed with it. */
function commitText(changes: readonly TraceChange[]): string {
  const told = changes.filter(({ collection }) => TOLD.has(collection)).map(changeText);
  const rest = changes.length - told.length;
  if (told.length === 0) return rest === 0 ? 'commits nothing' : `commits ${recordsText(changes)}`;
  return rest === 0 ? told.join(', ') : `${told.join(', ')} (and ${recordsText(changes)})`;
}

/** `2 session, 1 prekey`: the records that are not told one by one. */
function recordsText(changes: readonly TraceChange[]): string {
  const counts = new Map<string, number>();
  for (const { collection } of changes) {
    if (!TOLD.has(collection)) counts.set(collection, (counts.get(collection) ?? 0) + 1);
  }
  return [...counts].map(([collection, count]) => `${count} ${collection}`).join(', ');
}

/** What a commit did to one record. */
export function changeText(change: TraceChange): string {
  const { collection, key, record } = change;
  const id = factOf(change, 'messageId');
  if (record === null) return `deletes ${collection} ${key}`;
  switch (collection) {
    case 'shown':
      return change.isNew ? `shows ${id}` : `marks ${id} as read`;
    case 'lost':
      return `gives ${id} up (${factOf(change, 'reason')})`;
    case 'outbox':
      return outboxText(change, id);
    default:
      return `writes ${collection} ${key}`;
  }
}

function outboxText(change: TraceChange, id: string): string {
  const targets = factOf(change, 'targets');
  switch (factOf(change, 'state')) {
    case 'wanting':
      return `writes ${id} and wants bundles`;
    case 'sealed':
      return `seals ${id} for ${countText(targets)}`;
    case 'acknowledged':
      return `has ${id} acknowledged`;
    default:
      return `writes outbox ${id}`;
  }
}

/** `3 devices` of a list joined by spaces. */
function countText(targets: string): string {
  const count = targets === '' ? 0 : targets.split(' ').length;
  return count === 1 ? '1 device' : `${count} devices`;
}
