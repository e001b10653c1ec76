/**
 * I3: own devices only. What only an own device may say is taken from none else, and what only the
 * phone may say, from the phone alone: a part of the history is told of by the phone of the same
 * account; what comes as history, that phone has shown; and what a device shows because another
 * device of its account passed it on, the phone passed on. Catalogue section 3; specification 8.1,
 * 8.2.
 */

import type { Input, ShownRecord } from '../../protocol/contract.ts';
import { attribute, type WireNode } from '../../protocol/wire/node.ts';
import { messageKey, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type Stanzas, stanzas } from './stanzas.ts';

/** I3: the definition a run judges by; the rules are at the top of this file. */
export const i3: Property = {
  id: 'I3',
  name: 'own devices only',
  summary: 'History and passed-on messages are taken from the phone of the account alone.',
  judge: (view) => new Judging(view),
};

class Judging implements Judge {
  readonly kinds = ['input', 'commit'] as const;
  readonly collections = ['shown', 'history-job'];
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #inputs = new Map<string, Input>();
  /** What a host has shown, history included. */
  readonly #shown = new Map<string, Set<string>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'input') this.#inputs.set(event.node, event.input);
    if (event.kind !== 'commit' || event.node === 'server' || this.#view.ledger.isUndo) return;
    for (const { host, record, before } of displaysOf(this.#view.ledger, event)) {
      if (before !== undefined) continue;
      if (record.via === 'history') this.#judgeHistory(host, record);
      else this.#judgeGiver(host, 'a message');
      const shown = this.#shown.get(host) ?? new Set<string>();
      this.#shown.set(host, shown.add(messageKey(record.author, record.messageId)));
    }
    if (event.isTimeZero) return;
    for (const { collection, before, after } of event.changes) {
      const isTold = collection === 'history-job' && before === undefined && after !== undefined;
      if (isTold) this.#judgeGiver(event.node, 'history');
    }
  }

  #judgeHistory(host: string, { account, author, messageId }: ShownRecord): void {
    const phone = this.#view.ledger.linkage.hostOf(account);
    const isKnown = this.#shown.get(phone ?? '')?.has(messageKey(author, messageId)) === true;
    this.#view.check(isKnown, messageId, () => {
      return `${host} shows as history what its phone never showed`;
    });
  }

  /** If a peer message gave it, it was the own phone's. */
  #judgeGiver(host: string, what: string): void {
    const input = this.#inputs.get(host);
    const stanza = input?.kind === 'frame' ? this.#frames.read(input.bytes) : undefined;
    if (stanza === undefined || !isPeer(stanza)) return;
    const from = attribute(stanza, 'from') ?? '';
    const own = this.#view.ledger.linkage.deviceOf(host) ?? '';
    this.#view.check(from === userOf(own), from, () => `${host} took ${what} from ${from}`);
  }
}

function isPeer(stanza: WireNode): boolean {
  return stanza.tag === 'message' && attribute(stanza, 'category') === 'peer';
}
