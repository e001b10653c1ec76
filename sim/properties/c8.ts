/**
 * C8: fanout minimality. The first stanza of a message names exactly the devices the message was
 * intended for (the view that follows from the signed lists delivered to its sender), each once;
 * the same bytes sent again are the same. A retry or a backfill names only devices in the sender's
 * view at that moment. A target without a usable bundle may be left out: then the sender holds no
 * session with it and had asked the server for its keys; such targets are counted (`C8-left-out`).
 * Catalogue section 2; contract 4, 8, 9.
 */

import type { DeviceJid, OutboxRecord } from '../../protocol/contract.ts';
import { attribute, child, children, type WireNode } from '../../protocol/wire/node.ts';
import { deviceNumberOf, type Said, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SignalState, signalState } from './signal-state.ts';
import { ciphertextName, type MessageStanza, type Stanzas, stanzas } from './stanzas.ts';
import { type SurvivedSteps, survivedSteps } from './steps.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** C8: the definition a run judges by; the rules are at the top of this file. */
export const c8: Property = {
  id: 'C8',
  name: 'fanout minimality',
  summary: 'A message is encrypted once for each device it is intended for, and for no other.',
  judge: (view) => new Judging(view),
};

class Judging implements Judge {
  readonly kinds = ['stepped', 'commit', 'send'] as const;
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #lists: DeviceViews;
  readonly #state: SignalState;
  readonly #steps: SurvivedSteps;
  /** `host|id|device` to the name of the first copy. */
  readonly #copies = new Map<string, string>();
  readonly #judged = new Set<string>();
  /** `host|device` for which a prekey answer was handled. */
  readonly #asked = new Set<string>();
  /** `host|id|device` that were left out legitimately when the message was sealed. */
  readonly #leftOut = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#state = signalState(view.ledger);
    this.#lists = deviceViews(view);
    this.#steps = survivedSteps(view.ledger);
  }

  observe(event: RunEvent): void {
    const step = this.#steps.current;
    if (step?.input.kind === 'frame' && step.node !== 'server') {
      const stanza = this.#frames.read(step.input.bytes);
      if (stanza?.tag === 'iq') this.#noteAnswer(step.node, stanza);
    }
    if (event.kind === 'commit' && event.node !== 'server') this.#noteSealing(event);
    if (event.kind !== 'send' || event.source === 'server') return;
    const stanza = this.#frames.message(event.bytes);
    if (stanza === undefined) return;
    if (stanza.isRepeat) this.#judgeRepeat(event, stanza);
    else this.#judgeFirst(event, stanza);
  }

  #noteAnswer(host: string, answer: WireNode): void {
    const list = child(answer, 'list');
    for (const user of list === undefined ? [] : children(list, 'user')) {
      this.#asked.add(`${host}|${attribute(user, 'jid') ?? ''}`);
    }
  }

  #noteSealing(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, before, after } of event.changes) {
      if (collection !== 'outbox') continue;
      const record = (after ?? before) as OutboxRecord;
      const name = `${event.node}|${record.messageId}`;
      // A sealing that was lost with its commit is made anew, for other sessions.
      if (this.#view.ledger.isUndo) this.#forget(name, (before ?? record) as OutboxRecord);
      else if ((after as OutboxRecord | undefined)?.state === 'sealed') {
        for (const device of record.leftOut) {
          const hasSession = this.#state.session(event.node, device) !== undefined;
          const hasAsked = this.#asked.has(`${event.node}|${device}`);
          if (hasSession || !hasAsked) continue;
          this.#leftOut.add(`${name}|${device}`);
          this.#view.ledger.count('C8-left-out');
        }
      }
    }
  }

  #forget(name: string, record: OutboxRecord): void {
    this.#judged.delete(name);
    for (const device of record.targets) this.#copies.delete(`${name}|${device}`);
  }

  #judgeFirst(event: RunEvent & { readonly kind: 'send' }, stanza: MessageStanza): void {
    const said = this.#view.ledger.messageOfHost(event.source, stanza.id)?.said;
    const intended = said === undefined ? undefined : this.#lists.intended(said);
    // Sent before it was sealed: X2 judges that.
    if (said === undefined || intended === undefined) return;
    const name = `${event.source}|${stanza.id}`;
    const isNew = !this.#judged.has(name);
    this.#judged.add(name);
    for (const { target, bytes } of stanza.enclosed) {
      const copy = `${name}|${target}`;
      const first = this.#copies.get(copy);
      const isSame = first === undefined ? isNew : first === ciphertextName(bytes);
      this.#copies.set(copy, ciphertextName(bytes));
      if (!isNew && isSame) continue;
      this.#check(target !== undefined && intended.has(target) && isSame, said, target);
    }
    if (isNew) this.#judgeMissing(event.source, said, intended);
  }

  #check(holds: boolean, said: Said, target: DeviceJid | undefined): void {
    this.#view.check(holds, said.messageId, () => {
      return `${said.host} encrypted for ${target}, which was not intended or had its copy`;
    });
  }

  #judgeMissing(host: string, said: Said, intended: ReadonlySet<DeviceJid>): void {
    const name = `${host}|${said.messageId}`;
    for (const device of intended) {
      const isNamed = this.#copies.has(`${name}|${device}`);
      if (isNamed) continue;
      this.#view.check(this.#leftOut.has(`${name}|${device}`), said.messageId, () => {
        return `${host} left out ${device}, which the message was intended for`;
      });
    }
  }

  #judgeRepeat(event: RunEvent & { readonly kind: 'send' }, stanza: MessageStanza): void {
    if (event.attempt > 1) return;
    for (const { target } of stanza.enclosed) {
      const device = target ?? stanza.to ?? '';
      const own = this.#view.ledger.linkage.deviceOf(event.source);
      const said = this.#view.ledger.messageOfHost(event.source, stanza.id)?.said;
      const user = userOf(device);
      const isParty = said !== undefined && (user === said.chat || user === said.authorUser);
      const isSeen = this.#lists.of(event.source, user).devices.has(deviceNumberOf(device));
      this.#view.check(isParty && isSeen && device !== own, stanza.id, () => {
        return `${event.source} sent a message again to ${device}, which is in no list it holds`;
      });
    }
  }
}
