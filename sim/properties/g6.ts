/**
 * G6: binding of session, group and sender. A ciphertext counts for the device that sealed it, the
 * chat it was sealed for and the id it was sealed under: what a step shows live comes from a
 * ciphertext in the frame it handled, and the display names just these. Pairwise copies and those
 * for all, chats of two and groups. Catalogue section 7; specification 7.2.
 */

import type { ChatJid } from '../../protocol/contract.ts';
import { isGroup, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { ciphertextName, type MessageStanza, type Stanzas, stanzas } from './stanzas.ts';
import { type SurvivedSteps, survivedSteps } from './steps.ts';

/** G6: the definition a run judges by; the rules are at the top of this file. */
export const g6: Property = {
  id: 'G6',
  name: 'session, group and sender',
  summary: 'A display names the author, the chat and the id its ciphertext was sealed for.',
  judge: (view) => new Judging(view),
};

/** What a ciphertext was sealed for. */
interface Sealed {
  readonly host: string;
  readonly messageId: string;
  /** A group; or undefined for the chat of two accounts. */
  readonly group: ChatJid | undefined;
}

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['shown'];
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #steps: SurvivedSteps;
  readonly #sealed = new Map<string, Sealed>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#steps = survivedSteps(view.ledger);
    this.#frames = stanzas(view.ledger);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'send' && event.source !== 'server') this.#left(event);
    const step = this.#steps.current;
    if (event.kind !== 'commit' || step?.input.kind !== 'frame') return;
    const stanza = this.#frames.message(step.input.bytes);
    if (stanza === undefined || stanza.kind !== 'message') return;
    for (const { host, record, before } of displaysOf(this.#view.ledger, event)) {
      if (before !== undefined || record.via !== 'live') continue;
      if (this.#view.ledger.linkage.deviceOf(host) === record.author) continue;
      const from = this.#origins(stanza);
      const group = isGroup(record.chat) ? record.chat : undefined;
      const holds = from.some((sealed) => {
        const author = this.#view.ledger.messageOfHost(sealed.host, sealed.messageId)?.said.author;
        return (
          author === record.author &&
          sealed.messageId === record.messageId &&
          sealed.group === group
        );
      });
      this.#view.check(holds, record.messageId, () => {
        const shown = `${host} shows ${userOf(record.author)} in ${record.chat}`;
        return `${shown}; its ciphertext is of others`;
      });
    }
  }

  #left({ source, bytes, label }: RunEvent & { readonly kind: 'send' }): void {
    if (!label.kind.startsWith('message')) return;
    const stanza = this.#frames.message(bytes);
    if (stanza === undefined || stanza.kind !== 'message') return;
    const { id: messageId, group } = stanza;
    const sealed: Sealed = { host: source, messageId, group };
    for (const name of namesIn(stanza)) {
      if (!this.#sealed.has(name)) this.#sealed.set(name, sealed);
    }
  }

  #origins(stanza: MessageStanza): Sealed[] {
    return namesIn(stanza)
      .map((name) => this.#sealed.get(name))
      .filter((sealed) => sealed !== undefined);
  }
}

function namesIn({ enclosed, shared }: MessageStanza): string[] {
  const names = enclosed.map(({ bytes }) => ciphertextName(bytes));
  if (shared !== undefined) names.push(ciphertextName(shared));
  return names;
}
