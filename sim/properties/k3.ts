/**
 * K3: ids and keys go together one to one. Under one identity, every id of a one-time or signed
 * prekey that leaves its device (upload, rotation, retry receipt) or is served stands for one key for
 * ever: after restarts, restored backups, on two machines at once, and when ids wrap. The server's
 * pool never exchanges the key under an id. Read from the frames and the server's commits. Catalogue
 * section 5.
 */

import type { BundleRecord, ServedPrekeyRecord } from '../../protocol/fanout/server/records.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  type WireNode,
} from '../../protocol/wire/node.ts';
import { hexOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { sameBytes, signalState } from './signal-state.ts';
import { stanzas } from './stanzas.ts';

/** K3: the definition a run judges by; the rules are at the top of this file. */
export const k3: Property = {
  id: 'K3',
  name: 'one key for each id',
  summary: 'A prekey id never stands for two keys of one device, not even after a restored backup.',
  judge: (view) => new Judging(view),
};

const POOL = 'prekeys/';

class Judging implements Judge {
  readonly kinds = ['commit', 'send'] as const;
  readonly #view: JudgeView;
  readonly #frames;
  readonly #state;
  /** `identity|kind|id` to the public key it stands for, all in hex. */
  readonly #keys = new Map<string, string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#state = signalState(view.ledger);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit' && event.node === 'server') this.#stored(event);
    else if (event.kind === 'send' && event.attempt <= 1) this.#sent(event);
  }

  #stored(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, key, before, after } of event.changes) {
      if (after === undefined) continue;
      if (collection === 'bundle' && event.isTimeZero) {
        const { signedPrekeyId, signedPrekey } = after as BundleRecord;
        this.#note(this.#identityOf(key), 'signed', signedPrekeyId, signedPrekey, key);
      } else if (collection.startsWith(POOL)) {
        const device = collection.slice(POOL.length);
        const { id, publicKey } = after as ServedPrekeyRecord;
        const was = before as ServedPrekeyRecord | undefined;
        const isSame = was === undefined || sameBytes(was.publicKey, publicKey);
        this.#view.check(isSame, `${device} prekey ${id}`, () => {
          return `the server exchanged the key under prekey id ${id} of ${device}`;
        });
        if (event.isTimeZero)
          this.#note(this.#identityOf(device), 'one-time', id, publicKey, device);
      }
    }
  }

  #identityOf(device: string): string {
    const host = this.#view.ledger.linkage.hostOf(device);
    const identity = host === undefined ? undefined : this.#state.identityOf(host);
    return identity === undefined ? device : hexOf(identity);
  }

  #sent(event: RunEvent & { readonly kind: 'send' }): void {
    const { kind } = event.label;
    if (!kind.startsWith('iq') && kind !== 'receipt:retry') return;
    const stanza = this.#frames.read(event.bytes);
    if (stanza === undefined) return;
    if (event.source === 'server') {
      if (kind.startsWith('iq')) this.#served(stanza);
      return;
    }
    if (kind.startsWith('iq') && attribute(stanza, 'xmlns') !== 'encrypt') return;
    const identity = this.#state.identityOf(event.source);
    if (identity === undefined) return;
    const holder = child(stanza, 'rotate') ?? child(stanza, 'keys') ?? stanza;
    this.#holder(hexOf(identity), holder, event.source);
  }

  #served(answer: WireNode): void {
    const list = child(answer, 'list');
    for (const user of list === undefined ? [] : children(list, 'user')) {
      const identity = bytesContent(child(user, 'identity'));
      const device = attribute(user, 'jid') ?? '';
      if (identity !== undefined) this.#holder(hexOf(identity), user, device);
    }
  }

  #holder(identity: string, holder: WireNode, who: string): void {
    const list = child(holder, 'list') ?? holder;
    for (const key of children(list, 'key')) this.#element(identity, 'one-time', key, who);
    const signed = child(holder, 'skey');
    if (signed !== undefined) this.#element(identity, 'signed', signed, who);
  }

  #element(identity: string, kind: string, element: WireNode, who: string): void {
    const id = bytesContent(child(element, 'id'));
    const value = bytesContent(child(element, 'value'));
    if (id === undefined || value === undefined) return;
    let number = 0;
    for (const byte of id) number = number * 256 + byte;
    this.#note(identity, kind, number, value, who);
  }

  #note(identity: string, kind: string, id: number, value: Uint8Array, who: string): void {
    const name = `${identity}|${kind}|${id}`;
    const hex = hexOf(value);
    const first = this.#keys.get(name) ?? hex;
    this.#keys.set(name, first);
    this.#view.check(first === hex, `${who} prekey ${id}`, () => {
      return `${kind} prekey id ${id} of ${who} stands for two keys`;
    });
  }
}
