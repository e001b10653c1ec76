/**
 * L4: bounded retry. A device asks for a message at most as often as the limit says, by the counts
 * its retry receipts carry, and is sent at most as many copies again, with one more for a backfill;
 * the same bytes sent once more are the same copy. A device that no list its author was given
 * contains is sent none. So no two devices answer each other for ever. Catalogue section 8;
 * specification 6.9, 7.4.
 */

import { RETRY_COUNT_MAX } from '../../protocol/limits.ts';
import { attribute, child } from '../../protocol/wire/node.ts';
import { deviceNumberOf, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { ciphertextName, receiptAuthor, type Stanzas, stanzas } from './stanzas.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** L4: the definition a run judges by; the rules are at the top of this file. */
export const l4: Property = {
  id: 'L4',
  name: 'bounded retry',
  summary: 'No message is asked for or sent again without end, nor to a device of no list.',
  judge: (view) => new Judging(view),
};

/** Copies of one message for one device beside the first: each retry's, and a backfill's. */
const REPEATS_MAX = RETRY_COUNT_MAX + 1;

type Sending = RunEvent & { readonly kind: 'send' };

class Judging implements Judge {
  readonly kinds = ['device-send'] as const;
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #lists: DeviceViews;
  /** By `author host|id|device`: names of the copies sent again. */
  readonly #repeats = new Map<string, Set<string>>();
  /** By `host|author|id`: the counts of its retry receipts. */
  readonly #counts = new Map<string, Set<number>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#lists = deviceViews(view);
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'send' || event.source === 'server' || event.attempt > 1) return;
    if (event.label.kind === 'receipt:retry') this.#asks(event);
    else if (event.label.kind.startsWith('message')) this.#repeatsIn(event);
  }

  #asks({ source, bytes, label }: Sending): void {
    const receipt = this.#frames.read(bytes);
    const retry = receipt === undefined ? undefined : child(receipt, 'retry');
    if (receipt === undefined || retry === undefined) return;
    const name = `${source}|${receiptAuthor(receipt)}|${label.id}`;
    const counts = this.#counts.get(name) ?? new Set<number>();
    this.#counts.set(name, counts);
    const count = Number(attribute(retry, 'count'));
    counts.add(count);
    const isBounded = count >= 1 && count <= RETRY_COUNT_MAX && counts.size <= RETRY_COUNT_MAX;
    this.#view.check(isBounded, label.id, () => `${source} asked again for the ${count}th time`);
  }

  #repeatsIn({ source, bytes }: Sending): void {
    const stanza = this.#frames.message(bytes);
    if (stanza?.isRepeat !== true) return;
    for (const { target: device = '', bytes: copy } of stanza.enclosed) {
      const name = `${source}|${stanza.id}|${device}`;
      const copies = this.#repeats.get(name) ?? new Set<string>();
      this.#repeats.set(name, copies);
      const isNew = !copies.has(ciphertextName(copy));
      copies.add(ciphertextName(copy));
      const { devices } = this.#lists.of(source, userOf(device));
      const isListed = !isNew || devices.has(deviceNumberOf(device));
      this.#view.check(copies.size <= REPEATS_MAX && isListed, stanza.id, () =>
        isListed
          ? `${source} sent a message to ${device} ${copies.size} times more`
          : `${source} sent a message again to ${device}, which is in no list it was given`,
      );
    }
  }
}
