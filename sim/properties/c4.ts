/**
 * C4: erasure happens. The commit that opens a message erases what opened it: in no record of the
 * device's Store are its cipher and MAC keys, its seed, the chain keys on the way to it, or the
 * root that a ratchet step left behind; a one-time prekey goes at the first message it opens. At
 * the end no signed prekey has outlived its grace. Which keys were used is taken from what the
 * crypto provider was handed, which are stored from the records themselves. Catalogue section 2;
 * contract 9; specification 3.1, 3.2, 4.1.
 *
 * What it does not see: a foreign session layer, which uses no provider.
 */

import { SIGNED_PREKEY_GRACE_US } from '../../protocol/limits.ts';
import type { SignedPrekeyRecord } from '../../protocol/signal/records.ts';
import type { Change, CryptoUse, RunEvent } from '../trace/events.ts';
import { type KeyNames, keyNames } from '../trace/key-id.ts';
import { type Opening, openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** C4: the definition a run judges by; the rules are at the top of this file. */
export const c4: Property = {
  id: 'C4',
  name: 'keys are erased',
  summary: 'What opened a message is gone from the Store with the commit that stores its text.',
  judge: (view) => new Judging(view),
};

/** How long after its time a device may still hold a signed prekey: it may have been off. */
const LATE_US = 86_400_000_000;

const NONE: readonly Uint8Array[] = [];

class Judging implements Judge {
  readonly kinds = ['writeless-step', 'commit'] as const;
  readonly #view: JudgeView;
  readonly #opening: () => Opening | undefined;
  readonly #names: KeyNames = keyNames();
  /** By host: in how many records a key stands, by its name. */
  readonly #stored = new Map<string, Map<string, number>>();
  readonly #oneTime = new Set<string>();
  readonly #signed = new Map<string, SignedPrekeyRecord>();
  #nowUs = 0;

  constructor(view: JudgeView) {
    this.#view = view;
    this.#opening = openings(view);
  }

  observe(event: RunEvent): void {
    this.#nowUs = event.timeUs;
    if (event.kind === 'commit' && event.node !== 'server') {
      for (const change of event.changes) this.#follow(event.node, change);
    }
    const handled = this.#opening();
    if (handled?.isOpened === true) this.#opened(handled);
  }

  #follow(host: string, { collection, key, before, after }: Change): void {
    const { keysIn } = this.#view.architecture;
    const old = before === undefined ? NONE : keysIn(before);
    const next = after === undefined ? NONE : keysIn(after);
    if (old.length === 0 && next.length === 0) return;
    for (const secret of next) if (!old.includes(secret)) this.#count(host, secret, 1);
    for (const secret of old) if (!next.includes(secret)) this.#count(host, secret, -1);
    const name = `${host}|${key}`;
    if (collection === 'prekey') {
      if (after === undefined) this.#oneTime.delete(name);
      else this.#oneTime.add(name);
    } else if (collection === 'signed-prekey') {
      if (after === undefined) this.#signed.delete(name);
      else this.#signed.set(name, after as SignedPrekeyRecord);
    }
  }

  #count(host: string, secret: Uint8Array, by: number): void {
    const counts = this.#stored.get(host) ?? new Map<string, number>();
    this.#stored.set(host, counts);
    const name = this.#names.idOf(secret);
    const count = (counts.get(name) ?? 0) + by;
    if (count === 0) counts.delete(name);
    else counts.set(name, count);
  }

  #opened({ step, stanza, isPairwiseOpened, enclosed, head }: Opening): void {
    const stored = this.#stored.get(step.node);
    const left = usedUp(step.crypto).find(({ name }) => stored?.has(name) === true);
    this.#view.check(left === undefined, stanza.id, () => {
      return `${step.node} opened a message and still stores ${left?.what}`;
    });
    if (!isPairwiseOpened || enclosed?.type !== 'pkmsg') return;
    const preKeyId = head()?.preKeyId;
    if (preKeyId === undefined) return;
    this.#view.check(!this.#oneTime.has(`${step.node}|${preKeyId}`), stanza.id, () => {
      return `${step.node} still stores one-time prekey ${preKeyId}, which a session began with`;
    });
  }

  finish(): void {
    const { epochUs } = this.#view.scenario;
    for (const [name, { id, retiredUs }] of this.#signed) {
      const host = name.slice(0, name.indexOf('|'));
      const device = this.#view.ledger.linkage.deviceOf(host);
      if (retiredUs === 0 || device === undefined) continue;
      const ageUs = epochUs + this.#nowUs - retiredUs;
      this.#view.check(
        ageUs <= SIGNED_PREKEY_GRACE_US + LATE_US,
        `${host} signed prekey ${id}`,
        () => {
          return `${host} still stores signed prekey ${id}, long after another took its place`;
        },
      );
    }
  }
}

/** A key that must be gone, and what it is. */
interface UsedUp {
  readonly name: string;
  readonly what: string;
}

/**
 * From the keys that deciphered back to what they came from: the seed, the chain keys, and the root
 * of the ratchet step, if there was one.
 */
function usedUp(crypto: readonly CryptoUse[]): UsedUp[] {
  const out: UsedUp[] = [];
  const makers = new Map<string, CryptoUse>();
  for (const use of crypto) for (const name of use.keysOut) makers.set(name, use);
  const madeBy = (operation: string, name: string | undefined): CryptoUse | undefined => {
    const use = name === undefined ? undefined : makers.get(name);
    return use?.operation === operation ? use : undefined;
  };
  for (const { operation, keysIn, isGood } of crypto) {
    if (operation !== 'cbcDecrypt' || !isGood) continue;
    const expanded = madeBy('hkdf', keysIn[0]);
    for (const name of expanded?.keysOut ?? keysIn) out.push({ name, what: 'its message key' });
    let from = expanded?.keysIn[0];
    if (from !== undefined) out.push({ name: from, what: 'the seed of its key' });
    for (let use = madeBy('derive', from); use !== undefined; ) {
      from = use.keysIn[0];
      if (from !== undefined) out.push({ name: from, what: 'the chain key before it' });
      use = madeBy('derive', from);
    }
    const root = madeBy('hkdf', from)?.keysIn[1];
    if (root !== undefined) out.push({ name: root, what: 'the root key before it' });
  }
  return out;
}
