/**
 * K4: published means stored. When a public prekey leaves a device (upload, rotation, retry
 * receipt) its private half is in that device's Store by then: the judge derives the public key
 * from what is stored and compares. A published one-time prekey is not dropped except by the
 * handshake that used it, or with the whole identity when the device is logged out or the phone set
 * up anew. Catalogue section 5; specification 1.5.
 */

import type { PrekeyRecord } from '../../protocol/signal/records.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { WireNode } from '../../protocol/wire/node.ts';
import { bytesContent, child, children } from '../../protocol/wire/node.ts';
import type { RunEvent } from '../trace/events.ts';
import { openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { sameBytes } from './signal-state.ts';
import { stanzas } from './stanzas.ts';

/** K4: the definition a run judges by; the rules are at the top of this file. */
export const k4: Property = {
  id: 'K4',
  name: 'published means stored',
  summary: 'A prekey is stored before its public half leaves the device, and kept until used.',
  judge: judgeStored,
};

/** Server collections of waiting one-time prekeys are named `prekeys/DEVICE`. */
const POOL = 'prekeys/';

/** What is read of a pooled prekey. */
interface PooledPrekey extends StoredRecord {
  readonly publicKey: Uint8Array;
}

interface Published {
  readonly id: string;
  readonly value: Uint8Array;
}

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['signed-prekey', 'prekey', POOL];
  readonly #view: JudgeView;
  readonly #frames;
  readonly #opening;
  /** `host|id` to the record, kept after its use: an upload may be repeated. */
  readonly #oneTime = new Map<string, StoredRecord>();
  readonly #signed = new Map<string, StoredRecord>();
  readonly #published = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#opening = openings(view);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit' && event.node === 'server' && event.isTimeZero) this.#pools(event);
    else if (event.kind === 'commit' && event.node !== 'server') this.#commit(event);
    else if (event.kind === 'send' && event.source !== 'server') this.#sent(event);
  }

  #commit(event: RunEvent & { readonly kind: 'commit' }): void {
    const isGone = event.changes.some(
      ({ collection, before, after }) =>
        collection === 'identity' && (after === undefined || before !== undefined),
    );
    const isWiped = isGone || this.#view.ledger.isUnusable(event.node);
    for (const { collection, key, after } of event.changes) {
      const name = `${event.node}|${key}`;
      if (collection === 'signed-prekey' && after !== undefined) this.#signed.set(name, after);
      if (collection !== 'prekey') continue;
      if (after !== undefined) this.#oneTime.set(name, after);
      else if (this.#view.ledger.isUndo) this.#oneTime.delete(name);
      else if (isWiped) this.#published.delete(name);
      else if (this.#published.has(name)) this.#dropped(event.node, name, key);
    }
  }

  /**
   * The pools the server begins with; of each, one private half is derived, the others are
   * compared.
   */
  #pools(event: RunEvent & { readonly kind: 'commit' }): void {
    const derived = new Set<string>();
    for (const { collection, key, after } of event.changes) {
      if (!collection.startsWith(POOL) || after === undefined) continue;
      const host = this.#view.ledger.linkage.hostOf(collection.slice(POOL.length));
      const name = `${host}|${key}`;
      const record = this.#oneTime.get(name) as PrekeyRecord | undefined;
      const { publicKey } = after as PooledPrekey;
      const isStored = record !== undefined && sameBytes(record.keyPair.publicKey, publicKey);
      const isFirst = !derived.has(collection);
      derived.add(collection);
      const holds = isStored && (!isFirst || this.#derives(record, publicKey));
      this.#published.add(name);
      this.#view.check(holds, `${host} prekey ${key}`, () => {
        return `the server holds prekey ${key} of ${host}, whose private half is not stored`;
      });
    }
  }

  #derives(record: StoredRecord | undefined, publicKey: Uint8Array): boolean {
    const secret = record === undefined ? undefined : this.#view.architecture.keysIn(record)[0];
    if (secret === undefined) return false;
    return sameBytes(this.#view.crypto.keyPair(secret).publicKey, publicKey);
  }

  #dropped(host: string, name: string, key: string): void {
    const head = this.#opening()?.head();
    const isUsed = String(head?.preKeyId) === key;
    this.#view.check(isUsed, `${host} prekey ${key}`, () => {
      return `${host} dropped published prekey ${key}, which no handshake had used`;
    });
    this.#published.delete(name);
  }

  #sent(event: RunEvent & { readonly kind: 'send' }): void {
    const { kind } = event.label;
    if (!kind.startsWith('iq') && kind !== 'receipt:retry') return;
    const stanza = this.#frames.read(event.bytes);
    if (stanza === undefined) return;
    const holder = child(stanza, 'rotate') ?? child(stanza, 'keys') ?? stanza;
    const list = child(holder, 'list') ?? holder;
    for (const key of children(list, 'key')) this.#judge(event.source, key, this.#oneTime, true);
    const signed = child(holder, 'skey');
    if (signed !== undefined) this.#judge(event.source, signed, this.#signed, false);
  }

  #judge(
    host: string,
    key: WireNode,
    records: ReadonlyMap<string, StoredRecord>,
    isOneTime: boolean,
  ): void {
    const published = readPublished(key);
    if (published === undefined) return;
    const name = `${host}|${published.id}`;
    if (isOneTime) this.#published.add(name);
    const holds = this.#derives(records.get(name), published.value);
    this.#view.check(holds, `${host} prekey ${published.id}`, () => {
      return `${host} published prekey ${published.id} without having stored its private half`;
    });
  }
}

function judgeStored(view: JudgeView): Judge {
  return new Judging(view);
}

function readPublished(key: WireNode): Published | undefined {
  const id = bytesContent(child(key, 'id'));
  const value = bytesContent(child(key, 'value'));
  if (id === undefined || value === undefined) return undefined;
  let number = 0;
  for (const byte of id) number = number * 256 + byte;
  return { id: String(number), value };
}
