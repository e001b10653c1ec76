/**
 * D2: mutual adoption. When the server links a companion, both have agreed: the phone was shown a
 * code that stood on this companion's screen, phone and companion have signed the companion's
 * identity, under the key index it is linked with, and the companion keeps that proof. Catalogue
 * section 6; specification 5.3, 5.5.
 */

import type { LinkedRecord, QrRecord } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { deviceNumberOf } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { Signatures } from './signatures.ts';

/** D2: the definition a run judges by; the rules are at the top of this file. */
export const d2: Property = {
  id: 'D2',
  name: 'mutual adoption',
  summary: 'A companion is linked by a scanned code and two signatures, or not at all.',
  judge: (view) => new Judging(view),
};

/** A companion's proof as its Store holds it. */
interface ProofRecord extends StoredRecord {
  readonly signedIdentity: Uint8Array;
}

class Judging implements Judge {
  readonly kinds = ['input', 'commit'] as const;
  readonly collections = ['companion', 'qr', 'linked'];
  readonly #view: JudgeView;
  readonly #signatures: Signatures;
  readonly #proofs = new Map<string, ProofRecord>();
  /** Host by each code it ever showed. */
  readonly #codes = new Map<string, string>();
  /** `phone|companion host` of each code that was scanned. */
  readonly #scanned = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#signatures = new Signatures(view);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'input') {
      const { input } = event;
      if (input.kind !== 'command' || input.command.kind !== 'scan') return;
      const companion = this.#codes.get(input.command.qr);
      if (companion !== undefined) this.#scanned.add(`${event.node}|${companion}`);
    } else if (event.kind === 'commit') {
      for (const change of event.changes) this.#changed(event, change);
    }
  }

  #changed(event: RunEvent & { readonly kind: 'commit' }, change: Change): void {
    const { collection, before, after } = change;
    if (collection === 'companion') {
      if (after === undefined) this.#proofs.delete(event.node);
      else this.#proofs.set(event.node, after as ProofRecord);
    } else if (collection === 'qr' && after !== undefined) {
      this.#codes.set((after as QrRecord).text, event.node);
    } else if (collection === 'linked' && event.node === 'server' && after !== undefined) {
      const linked = after as LinkedRecord;
      const isNew = (before as LinkedRecord | undefined)?.transportKey !== linked.transportKey;
      const isCompanion = deviceNumberOf(linked.device) !== 0;
      if (isNew && isCompanion && !event.isTimeZero && !this.#view.ledger.isUndo) {
        this.#judge(linked);
      }
    }
  }

  #judge(linked: LinkedRecord): void {
    const why = this.#whyNot(linked);
    const { device } = linked;
    this.#view.check(why === undefined, device, () => `${device} was linked ${why}`);
  }

  #whyNot({ device, user, keyIndex }: LinkedRecord): string | undefined {
    const { linkage } = this.#view.ledger;
    const host = linkage.hostOf(device);
    const phone = linkage.hostOf(user);
    const truth = this.#signatures.trueKeyOf(device);
    if (host === undefined || truth === undefined) return 'with nobody behind it';
    if (!this.#scanned.has(`${phone}|${host}`)) return 'without a code of its own that was scanned';
    const proof = this.#proofs.get(host);
    if (proof === undefined) return 'and keeps no proof of it';
    const identity = this.#signatures.identity(user, proof.signedIdentity, truth);
    if (identity === undefined) return 'without two signatures that hold';
    return identity.keyIndex === keyIndex ? undefined : 'under a key index it was not given';
  }
}
