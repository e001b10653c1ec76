/**
 * C6: a revoked device learns nothing afterwards. For every message that was sealed when its author
 * had accepted a list without some former device of its parties, no stanza of that message encloses
 * a ciphertext for that device, then or later, and its host does not display it. Ciphertext made
 * before the acceptance is an exception by definition; sender keys it held are G3's. Catalogue
 * section 2.
 */

import type { DeviceJid, LinkedRecord, OutboxRecord, UserJid } from '../../protocol/contract.ts';
import { isGroup, messageKey, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type Stanzas, stanzas } from './stanzas.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** C6: the definition a run judges by; the rules are at the top of this file. */
export const c6: Property = {
  id: 'C6',
  name: 'nothing for the revoked',
  summary: 'A device that was unlinked gets nothing that was written by who knew of it.',
  judge: (view) => new Judging(view),
};

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['linked', 'outbox', 'shown'];
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #lists: DeviceViews;
  /** Companions that were linked once and are not any more, by account. */
  readonly #revoked = new Map<UserJid, Set<DeviceJid>>();
  /** Message to the revoked devices that may not learn it. */
  readonly #closed = new Map<string, readonly DeviceJid[]>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#lists = deviceViews(view);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'send') {
      if (event.source !== 'server' && event.attempt === 0) this.#sent(event);
      return;
    }
    if (event.kind !== 'commit') return;
    if (event.node === 'server') return this.#linked(event);
    if (event.isTimeZero || this.#view.ledger.isUndo) return;
    this.#sealed(event);
    for (const { host, record, before } of displaysOf(this.#view.ledger, event)) {
      const device = this.#view.ledger.linkage.deviceOf(host);
      const closed = this.#closed.get(messageKey(record.author, record.messageId));
      if (before !== undefined || device === undefined || record.via === 'history') continue;
      if (closed?.includes(device)) this.#fail(record.messageId, `${host} shows`, device);
    }
  }

  #linked(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, before, after } of event.changes) {
      if (collection !== 'linked' || before === undefined || after !== undefined) continue;
      const { user, device } = before as LinkedRecord;
      this.#revoked.set(user, (this.#revoked.get(user) ?? new Set()).add(device));
    }
  }

  #sealed(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, before, after } of event.changes) {
      if (collection !== 'outbox' || after === undefined) continue;
      const { state, chat, author, messageId } = after as OutboxRecord;
      const isNew = state === 'sealed' && (before as OutboxRecord)?.state !== 'sealed';
      const said = isNew ? this.#view.ledger.message(author, messageId)?.said : undefined;
      const intended = said === undefined ? undefined : this.#lists.intended(said);
      if (intended === undefined) continue;
      const parties = isGroup(chat)
        ? this.#lists.membersOf(event.node, chat)
        : [chat, userOf(author)];
      const closed = parties
        .flatMap((user) => [...(this.#revoked.get(user) ?? [])])
        .filter((device) => !intended.has(device));
      if (closed.length > 0) this.#closed.set(messageKey(author, messageId), closed);
    }
  }

  #sent(event: RunEvent & { readonly kind: 'send' }): void {
    const stanza = this.#frames.message(event.bytes);
    if (stanza?.kind !== 'message') return;
    const said = this.#view.ledger.messageOfHost(event.source, stanza.id)?.said;
    const closed = said && this.#closed.get(messageKey(said.author, said.messageId));
    if (closed === undefined) return;
    for (const device of closed) {
      const isEnclosed = stanza.enclosed.some(({ target }) => target === device);
      this.#view.check(!isEnclosed, stanza.id, () => {
        return `${event.source} encrypted for ${device}, which it knew to be unlinked`;
      });
    }
  }

  #fail(messageId: string, did: string, device: DeviceJid): void {
    this.#view.check(false, messageId, () => `${did} what was not for ${device} any more`);
  }
}
