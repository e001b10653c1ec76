/**
 * X1: atomic receive. Opening a ciphertext advances the ratchet, erases keys, stores the plaintext
 * and then acknowledges, all or nothing: the commit that moves the session displays the message (or
 * reports it lost), a display never comes without moving key state, and a delivery receipt leaves
 * only for a message that is stored. Each handling that a crash or a full disk undid must end in
 * one display or a report. Catalogue section 9; the crashes of this run are judged, `check
 * --every-crash` enumerates the others.
 */

import { child, type WireNode } from '../../protocol/wire/node.ts';
import type { MessageStatus } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { type Opening, openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { isKeyState } from './signal-state.ts';
import { receiptAuthor, stanzas } from './stanzas.ts';
import { survivedSteps } from './steps.ts';

/** X1: the definition a run judges by; the rules are at the top of this file. */
export const x1: Property = {
  id: 'X1',
  name: 'atomic receive',
  summary: 'Ratchet, plaintext and acknowledgement of a message come together or not at all.',
  judge: judgeReceive,
};

/** Receipts that say "I have it". */
const HAVING = new Set(['receipt', 'receipt:sender', 'receipt:inactive']);

class Judging implements Judge {
  readonly kinds = ['writeless-step', 'commit', 'device-send', 'crash', 'commit-refused'] as const;
  readonly #view: JudgeView;
  readonly #opening;
  readonly #frames;
  readonly #steps;
  readonly #undone = new Map<string, { readonly host: string; readonly status: MessageStatus }>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#steps = survivedSteps(view.ledger);
    this.#opening = openings(view);
    this.#frames = stanzas(view.ledger);
  }

  observe(event: RunEvent): void {
    const handled = this.#opening();
    if (handled?.isOpened === true) this.#opened(handled);
    if (event.kind === 'send' && HAVING.has(event.label.kind)) this.#receipt(event);
    const undone = this.#steps.undone;
    if (undone?.input.kind === 'frame') this.#note(undone.node, undone.input.bytes);
  }

  #opened({ step, stanza, author }: Opening): void {
    const { ledger } = this.#view;
    const status = ledger.message(author, stanza.id);
    if (status === undefined) return;
    const moved = step.changes.some(({ collection }) => isKeyState(collection));
    const told = step.changes.some(({ collection, after }) => {
      return after !== undefined && (collection === 'shown' || collection === 'lost');
    });
    // Opened but not believed: the device asks again, and the next copy comes under another key.
    const asks = step.effects.some(
      (effect) => effect.kind === 'send' && effect.label.kind === 'receipt:retry',
    );
    const { said } = status;
    const isKnown =
      ledger.shownAt(step.node, said) !== undefined || ledger.lostAt(step.node, said) !== undefined;
    this.#view.check(!moved || told || asks || isKnown, stanza.id, () => {
      return `${step.node} advanced its session for a message it did not store`;
    });
    this.#view.check(moved || !told, stanza.id, () => {
      return `${step.node} stored a message without advancing the session it came on`;
    });
  }

  #receipt(event: RunEvent & { readonly kind: 'send' }): void {
    if (event.source === 'server') return;
    const stanza = this.#frames.read(event.bytes);
    const author = stanza === undefined ? undefined : receiptAuthor(stanza);
    if (stanza === undefined || author === undefined || isAboutCall(stanza)) return;
    const status = this.#view.ledger.message(author, event.label.id);
    const isStored =
      status !== undefined && this.#view.ledger.shownAt(event.source, status.said) !== undefined;
    this.#view.check(isStored, event.label.id, () => {
      return `${event.source} told ${author} that it has a message it has not stored`;
    });
  }

  #note(host: string, bytes: Uint8Array): void {
    const stanza = this.#frames.message(bytes);
    const status = this.#view.ledger.message(stanza?.author ?? '', stanza?.id ?? '');
    if (stanza === undefined || status === undefined) return;
    this.#undone.set(`${host}|${stanza.author}|${stanza.id}`, { host, status });
  }

  finish(): void {
    const { ledger } = this.#view;
    for (const { host, status } of this.#undone.values()) {
      const device = ledger.linkage.deviceOf(host);
      if (device === undefined || !ledger.isInUse(device)) continue;
      const { said } = status;
      const isTold =
        ledger.shownOn(device, said) !== undefined || ledger.lostOn(device, said) !== undefined;
      this.#view.check(isTold, said.messageId, () => {
        return `${host} lost a message when its handling was cut off`;
      });
    }
  }
}

/** Receipts of calls name what they are about by a child of that name (specification 9.6). */
function isAboutCall(receipt: WireNode): boolean {
  return ['offer', 'accept', 'reject', 'enc_rekey'].some(
    (tag) => child(receipt, tag) !== undefined,
  );
}

function judgeReceive(view: JudgeView): Judge {
  return new Judging(view);
}
