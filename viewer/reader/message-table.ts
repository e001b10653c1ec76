/**
 * The messages of a run: who wrote each, and what became of it on every device that says so. Built
 * from the public records `outbox`, `shown` and `lost` of commits, in order.
 */

import type { TraceChange, TraceEvent } from '../../sim/trace/trace.ts';

/** What a device did with a message. */
export interface CopyFate {
  readonly lane: number;
  readonly shownUs: number;
  /** Row of the commit; -1 while it is not shown. */
  readonly shownRow: number;
  readonly readUs: number;
  readonly lostUs: number;
  /** Why it was given up; empty when it was not. */
  readonly reason: string;
}

/** One message that some device wrote or showed. */
export interface RunMessage {
  readonly id: string;
  /** The scenario's name of it; empty for one nobody planned. */
  readonly inputId: string;
  /** Its author's device; -1 when the trace has no writing of it. */
  readonly lane: number;
  /** When it was written; -1 when unknown. */
  readonly saidUs: number;
  readonly saidRow: number;
  readonly text: string;
  /** Address of the chat. */
  readonly chat: string;
  /** Addresses of the devices it was sealed for, the last time it was. */
  readonly targets: readonly string[];
  readonly copies: readonly CopyFate[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Growing = Omit<Mutable<RunMessage>, 'copies' | 'targets'> & {
  targets: readonly string[];
  copies: Map<number, Mutable<CopyFate>>;
};
type Commit = Extract<TraceEvent, { kind: 'commit' }>;

/** A fact of a change as text; empty when it has none of the name. */
function fact(change: TraceChange, name: string): string {
  for (const [candidate, value] of change.facts) if (candidate === name) return String(value);
  return '';
}

/** Collects messages while commits are read in order. */
export class MessageTable {
  readonly #messages: Growing[] = [];
  readonly #indexOf = new Map<string, number>();

  /** Takes a commit; answers the message it is about (the last, if several) and what it does. */
  take(event: Commit, row: number, lane: number): { message: number; word: string } {
    let message = -1;
    let word = '';
    for (const change of event.changes) {
      const id = fact(change, 'messageId');
      if (id === '') continue;
      const did = this.#change(change, id, event.timeUs, row, lane);
      if (did === '' && word !== '') continue;
      message = this.#index(id);
      word = did;
    }
    return { message, word };
  }

  /** The index of a message by its id; -1 for an id that is no message's. */
  find(id: string): number {
    return this.#indexOf.get(id) ?? -1;
  }

  /** The table as plain data. */
  list(): readonly RunMessage[] {
    return this.#messages.map((one) => ({ ...one, copies: [...one.copies.values()] }));
  }

  #index(id: string): number {
    const known = this.#indexOf.get(id);
    if (known !== undefined) return known;
    const none = {
      inputId: '',
      lane: -1,
      saidUs: -1,
      saidRow: -1,
      text: '',
      chat: '',
      targets: [],
    };
    this.#indexOf.set(id, this.#messages.length);
    return this.#messages.push({ id, ...none, copies: new Map() }) - 1;
  }

  #change(change: TraceChange, id: string, timeUs: number, row: number, lane: number): string {
    const message = this.#messages[this.#index(id)] as Growing;
    switch (change.collection) {
      case 'outbox':
        return change.record === null ? '' : written(message, change, timeUs, row, lane);
      case 'shown':
        return change.record === null ? '' : shown(message, change, timeUs, row, lane);
      case 'lost':
        if (change.record === null) return '';
        copyOf(message, lane).lostUs = timeUs;
        copyOf(message, lane).reason = fact(change, 'reason');
        return 'gives up';
      default:
        return '';
    }
  }
}

function written(
  message: Growing,
  change: TraceChange,
  timeUs: number,
  row: number,
  lane: number,
): string {
  if (message.saidUs < 0) {
    message.lane = lane;
    message.saidUs = timeUs;
    message.saidRow = row;
    message.inputId = fact(change, 'inputId');
    message.text = fact(change, 'text');
    message.chat = fact(change, 'chat');
  }
  const targets = fact(change, 'targets');
  if (targets !== '') message.targets = targets.split(' ');
  const state = fact(change, 'state');
  return state === 'acknowledged' ? 'acknowledged' : state === 'sealed' ? 'seals' : 'writes';
}

function shown(
  message: Growing,
  change: TraceChange,
  timeUs: number,
  row: number,
  lane: number,
): string {
  if (message.text === '') message.text = fact(change, 'text');
  if (message.chat === '') message.chat = fact(change, 'chat');
  const copy = copyOf(message, lane);
  if (fact(change, 'isRead') === 'true' && copy.readUs < 0) copy.readUs = timeUs;
  if (copy.shownRow >= 0) return 'reads';
  copy.shownUs = timeUs;
  copy.shownRow = row;
  return 'shows';
}

function copyOf(message: Growing, lane: number): Mutable<CopyFate> {
  let copy = message.copies.get(lane);
  if (copy === undefined) {
    copy = { lane, shownUs: -1, shownRow: -1, readUs: -1, lostUs: -1, reason: '' };
    message.copies.set(lane, copy);
  }
  return copy;
}
