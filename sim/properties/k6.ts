/**
 * K6: caps. No Store ever holds more skipped message keys of one session or sender key, more
 * archived sessions of one peer, more receiver chains of one session, or more sender key states of
 * one sender and group than the limits say. Counted from the commits; what was evicted is gone in
 * the same commit. Catalogue section 5; specification 3.2, 4.2.
 */

import {
  ARCHIVED_SESSIONS_MAX,
  RECEIVER_CHAINS_MAX,
  SENDER_KEY_STATES_MAX,
  SKIPPED_KEYS_MAX,
} from '../../protocol/limits.ts';
import type { SessionRecord } from '../../protocol/signal/records.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** K6: the definition a run judges by; the rules are at the top of this file. */
export const k6: Property = {
  id: 'K6',
  name: 'caps on stored keys',
  summary: 'Skipped keys, archived sessions, chains and sender keys stay within their limits.',
  judge: (view) => new Judging(view),
};

/** Records that are counted together, and how many there may be. */
interface Heap {
  readonly name: string;
  readonly most: number;
  readonly what: string;
}

/** Keys of skipped message keys are `RATCHET/COUNTER`; the limit is for each chain. */
function heapOf({ collection, key }: Change): Heap | undefined {
  if (collection.startsWith('skipped/')) {
    const name = `${collection}/${key.slice(0, key.lastIndexOf('/'))}`;
    return { name, most: SKIPPED_KEYS_MAX, what: 'skipped keys of a chain' };
  }
  if (collection.startsWith('skipped-sender-key/')) {
    return { name: collection, most: SKIPPED_KEYS_MAX, what: 'skipped keys of a sender key' };
  }
  if (collection.startsWith('archived-session/')) {
    return { name: collection, most: ARCHIVED_SESSIONS_MAX, what: 'archived sessions' };
  }
  if (collection.startsWith('sender-key/')) {
    const name = `${collection}/${key.slice(0, key.lastIndexOf('/'))}`;
    return { name, most: SENDER_KEY_STATES_MAX, what: 'sender keys of one sender' };
  }
  return undefined;
}

class Judging implements Judge {
  readonly kinds = ['commit'] as const;
  readonly collections = [
    'session',
    'skipped/',
    'skipped-sender-key/',
    'archived-session/',
    'sender-key/',
  ];
  readonly #view: JudgeView;
  readonly #counts = new Map<string, number>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node === 'server') return;
    const touched = new Map<string, Heap>();
    for (const change of event.changes) {
      if (change.collection === 'session') this.#session(event.node, change);
      const heap = heapOf(change);
      if (heap === undefined) continue;
      const by = (change.after === undefined ? 0 : 1) - (change.before === undefined ? 0 : 1);
      if (by === 0) continue;
      const name = `${event.node}|${heap.name}`;
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
      if (by > 0) touched.set(name, heap);
    }
    for (const [name, { most, what }] of touched) {
      const count = this.#counts.get(name) ?? 0;
      this.#view.check(count <= most, name, () => `${event.node} stores ${count} ${what}`);
    }
  }

  #session(host: string, { key, after }: Change): void {
    const session = after as SessionRecord | undefined;
    if (session === undefined) return;
    const count = session.receivers.length;
    this.#view.check(count <= RECEIVER_CHAINS_MAX, key, () => {
      return `${host} stores ${count} receiver chains of its session with ${key}`;
    });
  }
}
