/**
 * D1: membership proof. Whoever is used as a recipient, or accepted as an author, belongs to its
 * account: its key index is in the list its primary signed, or ahead of it with a valid account
 * signature; primary and device both signed its identity; and the session in use is with that very
 * identity key. All signatures are verified here, under the key in the primary's own Store.
 * Catalogue section 6; contract 8.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { deviceNumberOf, type Ledger, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import { openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SignalState, sameBytes, signalState } from './signal-state.ts';
import { type Stanzas, stanzas } from './stanzas.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** D1: the definition a run judges by; the rules are at the top of this file. */
export const d1: Property = {
  id: 'D1',
  name: 'membership proof',
  summary: 'Recipients and authors are listed and signed for by their account, under its own key.',
  judge: (view) => new Judging(view),
};

/** A companion's proof as its Store holds it. */
interface ProofRecord extends StoredRecord {
  readonly signedIdentity: Uint8Array;
}

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['companion', 'outbound', 'shown'];
  readonly #view: JudgeView;
  readonly #ledger: Ledger;
  readonly #frames: Stanzas;
  readonly #lists: DeviceViews;
  readonly #state: SignalState;
  readonly #opening;
  /** Stanzas judged when they were stored. */
  readonly #judged = new WeakSet<Uint8Array>();
  /** Host to the signed identity it proves itself with. */
  readonly #proofs = new Map<string, Uint8Array>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#ledger = view.ledger;
    this.#frames = stanzas(view.ledger);
    this.#state = signalState(view.ledger);
    this.#opening = openings(view);
    this.#lists = deviceViews(view);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit' && event.node !== 'server') {
      this.#noteProof(event);
      this.#judgeStored(event);
      for (const { host, record, before } of displaysOf(this.#ledger, event)) {
        // What comes as history is its phone's word for it, whoever wrote it.
        if (before !== undefined || record.via === 'history') continue;
        if (this.#isHandedOn(host, record.author)) continue;
        this.#judgeAuthor(host, record.author);
      }
    } else if (event.kind === 'send' && event.source !== 'server' && event.attempt <= 1) {
      if (!this.#judged.has(event.bytes)) this.#judgeTargets(event.source, event.bytes);
    }
  }

  /**
   * Whether the own phone handed the message on: it vouches for an author who may be gone since.
   */
  #isHandedOn(host: string, author: DeviceJid): boolean {
    const carrier = this.#opening()?.author;
    const own = this.#ledger.linkage.deviceOf(host);
    if (carrier === undefined || own === undefined || carrier === author) return false;
    return carrier === userOf(own);
  }

  /**
   * A stanza stored before it leaves is judged by the lists of that moment: it may leave much
   * later.
   */
  #judgeStored(event: RunEvent & { readonly kind: 'commit' }): void {
    if (event.isTimeZero || this.#ledger.isUndo) return;
    for (const { collection, after } of event.changes) {
      if (collection !== 'outbound' || after === undefined) continue;
      const { bytes } = after as StoredRecord & { readonly bytes?: Uint8Array };
      if (!(bytes instanceof Uint8Array) || this.#judged.has(bytes)) continue;
      this.#judged.add(bytes);
      this.#judgeTargets(event.node, bytes);
    }
  }

  #noteProof(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, after } of event.changes) {
      if (collection !== 'companion' || after === undefined) continue;
      this.#proofs.set(event.node, (after as ProofRecord).signedIdentity);
    }
  }

  #judgeAuthor(host: string, author: DeviceJid): void {
    if (author === this.#ledger.linkage.deviceOf(host)) return;
    this.#judge(host, author, 'accepted a message of');
  }

  #judgeTargets(host: string, bytes: Uint8Array): void {
    const stanza = this.#frames.message(bytes);
    if (stanza === undefined) return;
    for (const { target } of stanza.enclosed) this.#judge(host, target ?? '', 'encrypted for');
  }

  #judge(host: string, device: DeviceJid, did: string): void {
    const why = this.#whyNot(host, device);
    this.#view.check(why === undefined, device, () => `${host} ${did} ${device}, ${why}`);
  }

  #whyNot(host: string, device: DeviceJid): string | undefined {
    const user = userOf(device);
    const number = deviceNumberOf(device);
    const truth = this.#lists.signatures.trueKeyOf(device);
    if (truth === undefined) return 'behind which there is no device';
    const keyIndex = this.#lists.of(host, user).devices.get(number);
    if (keyIndex === undefined) return 'which no list it was given contains';
    const session = this.#state.session(host, device);
    // Of a phone that was set up anew a key may be in use that its peer knows no better (I4, D8).
    const truths = this.#lists.signatures.trueKeysOf(device);
    const isTrue = truths.some((key) => session && sameBytes(session.remoteIdentity, key));
    if (session !== undefined && !isTrue) {
      return 'on a session with another identity key';
    }
    if (number === 0) return undefined;
    const behind = this.#ledger.linkage.hostOf(device);
    const bytes = behind === undefined ? undefined : this.#proofs.get(behind);
    const proof =
      bytes === undefined ? undefined : this.#lists.signatures.identity(user, bytes, truth);
    if (proof === undefined) return 'whose signatures do not hold';
    return proof.keyIndex === keyIndex ? undefined : 'under a key index it was not given';
  }
}
