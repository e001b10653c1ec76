/**
 * O4: causal order. Who writes in a chat after something showed there wrote after it: no screen
 * puts the later message above the earlier one. The order on a screen is that of the positions. A
 * device that shows a message before the one it followed, since that one is still on its way, is
 * counted (`O4-before-its-cause`): it takes its place when it comes. Catalogue section 4.
 */

import type { OutboxRecord, ShownRecord } from '../../protocol/contract.ts';
import { messageKey } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** O4: the definition a run judges by; the rules are at the top of this file. */
export const o4: Property = {
  id: 'O4',
  name: 'causal order',
  summary: 'An answer never stands above what its writer had seen when writing it.',
  judge: (view) => new Judging(view),
};

/** Where a message stands on one screen. */
interface Place {
  readonly key: string;
  readonly positionUs: number;
}

class Judging implements Judge {
  readonly kinds = ['commit'] as const;
  readonly collections = ['outbox', 'shown'];
  readonly #view: JudgeView;
  /** By `host|conversation`: the newest message a person could see there. */
  readonly #newest = new Map<string, Place>();
  /** By message: the newest one on its writer's screen. */
  readonly #causes = new Map<string, Place>();
  /** By host and message: where it stands. */
  readonly #places = new Map<string, Map<string, number>>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node === 'server' || this.#view.ledger.isUndo) return;
    for (const change of event.changes) {
      if (change.collection === 'outbox') this.#said(event.node, change);
    }
    for (const { host, record } of displaysOf(this.#view.ledger, event)) this.#shown(host, record);
  }

  #said(host: string, { before, after }: Change): void {
    const record = after as OutboxRecord | undefined;
    if (record === undefined) return;
    const key = messageKey(record.author, record.messageId);
    const chat = `${host}|${record.chat}`;
    if (before === undefined) {
      const cause = this.#newest.get(chat);
      if (cause !== undefined) this.#causes.set(key, cause);
    }
    if (record.positionUs === 0) return;
    this.#place(host, key, record.positionUs);
    this.#see(chat, { key, positionUs: record.positionUs });
  }

  #shown(host: string, record: ShownRecord): void {
    const key = messageKey(record.author, record.messageId);
    const { positionUs } = record;
    this.#place(host, key, positionUs);
    this.#see(`${host}|${record.chat}`, { key, positionUs });
    const cause = this.#causes.get(key);
    if (cause === undefined) return;
    const standsAt = this.#places.get(host)?.get(cause.key);
    if (standsAt === undefined) this.#view.ledger.count('O4-before-its-cause');
    this.#view.check(positionUs > (standsAt ?? cause.positionUs), record.messageId, () => {
      return `${host} shows an answer of ${record.author} above what it answers`;
    });
  }

  #place(host: string, key: string, positionUs: number): void {
    const places = this.#places.get(host) ?? new Map<string, number>();
    this.#places.set(host, places);
    places.set(key, positionUs);
  }

  #see(chat: string, place: Place): void {
    const newest = this.#newest.get(chat);
    if (newest === undefined || newest.positionUs < place.positionUs) this.#newest.set(chat, place);
  }
}
