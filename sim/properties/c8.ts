/**
 * C8: fanout minimality. The first stanza of a message names exactly the devices the message was
 * intended for (the view that follows from the signed lists delivered to its sender), each once;
 * the same bytes sent again are the same. To a group it carries one ciphertext for all and names
 * exactly the intended devices that had not been given the sender's key when it was sealed. A retry
 * or a backfill names only devices in the sender's view at that moment. A target without a usable
 * bundle may be left out: then the sender holds no session with it and had asked the server for its
 * keys; such targets are counted (`C8-left-out`). Catalogue section 2; contract 4, 8, 9.
 */

import type { DeviceJid, OutboxRecord } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { attribute, child, children, type WireNode } from '../../protocol/wire/node.ts';
import { deviceNumberOf, isGroup, type Said, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SenderKeyHolders, senderKeyHolders } from './sender-key-holders.ts';
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

const NOBODY: ReadonlySet<DeviceJid> = new Set();

class Judging implements Judge {
  readonly kinds = ['writeless-step', 'commit', 'device-send'] as const;
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
  readonly #holders: SenderKeyHolders;
  /** `host|id` of a group message to the devices that lacked the key when it was sealed. */
  readonly #lacking = new Map<string, ReadonlySet<DeviceJid>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#state = signalState(view.ledger);
    this.#lists = deviceViews(view);
    this.#steps = survivedSteps(view.ledger);
    this.#holders = senderKeyHolders(view);
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
      else if (isTakenBack(before, after) && this.#view.ledger.isDamaged(event.node)) {
        this.#forget(name, before as OutboxRecord);
      } else if ((after as OutboxRecord | undefined)?.state === 'sealed') {
        if (isGroup(record.chat)) this.#noteLacking(event.node, record);
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

  /** Nobody of a group lacks the key, as a rule: then the empty set is shared. */
  #noteLacking(host: string, { author, chat, messageId }: OutboxRecord): void {
    const name = `${host}|${messageId}`;
    if (this.#lacking.has(name)) return;
    const said = this.#view.ledger.message(author, messageId)?.said;
    const intended = said === undefined ? undefined : this.#lists.intended(said);
    const holders = this.#holders.holders(host, chat);
    if (intended === undefined || holders === undefined) {
      this.#view.ledger.count('C8-key-holders-unknown');
      return;
    }
    let lacking: Set<DeviceJid> | undefined;
    for (const device of intended) {
      if (!holders.has(device)) lacking = (lacking ?? new Set()).add(device);
    }
    this.#lacking.set(name, lacking ?? NOBODY);
  }

  #forget(name: string, record: OutboxRecord): void {
    this.#judged.delete(name);
    this.#lacking.delete(name);
    this.#copies.delete(name);
    for (const device of record.targets) this.#copies.delete(`${name}|${device}`);
  }

  #judgeFirst(event: RunEvent & { readonly kind: 'send' }, stanza: MessageStanza): void {
    const said = this.#view.ledger.messageOfHost(event.source, stanza.id)?.said;
    if (said === undefined) return;
    const name = `${event.source}|${stanza.id}`;
    const intended = isGroup(said.chat) ? this.#lacking.get(name) : this.#lists.intended(said);
    // Sent before it was sealed: X2 judges that.
    if (intended === undefined) return;
    const isNew = !this.#judged.has(name);
    this.#judged.add(name);
    if (isGroup(said.chat)) this.#judgeShared(name, said, stanza.shared);
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

  /** One ciphertext for all, the same at every sending. */
  #judgeShared(name: string, said: Said, shared: Uint8Array | undefined): void {
    const copy = shared === undefined ? undefined : ciphertextName(shared);
    const first = this.#copies.get(name) ?? copy;
    if (copy !== undefined) this.#copies.set(name, copy);
    this.#view.check(copy !== undefined && copy === first, said.messageId, () => {
      return `${said.host} wrote to ${said.chat} without one ciphertext for all`;
    });
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
    const own = this.#view.ledger.linkage.deviceOf(event.source);
    const status = this.#view.ledger.messageOfHost(event.source, stanza.id);
    for (const { target: device = '' } of stanza.enclosed) {
      const user = userOf(device);
      const isParty = status !== undefined && this.#view.ledger.isParty(status, user);
      const isSeen = this.#lists.of(event.source, user).devices.has(deviceNumberOf(device));
      this.#view.check(isParty && isSeen && device !== own, stanza.id, () => {
        return `${event.source} sent a message again to ${device}, which it was not for`;
      });
    }
  }
}

/** A message whose sealed stanza a damaged disk has lost is sealed anew. */
function isTakenBack(before: StoredRecord | undefined, after: StoredRecord | undefined): boolean {
  const [was, is] = [before, after] as (OutboxRecord | undefined)[];
  return was?.state === 'sealed' && is?.state === 'wanting';
}
