/**
 * K3: ids and keys go together one to one. Under one identity, every id of a one-time or signed
 * prekey that the server takes from its device (upload, rotation, retry receipt) or serves stands
 * for one key for ever: after restarts, restored backups, on two machines at once, and when ids
 * wrap. What never reached the server names nothing to anybody. The server's pool never exchanges
 * the key under an id. Read from the frames and the server's commits. Catalogue section 5.
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
import { survivedSteps } from './steps.ts';

/** K3: the definition a run judges by; the rules are at the top of this file. */
export const k3: Property = {
  id: 'K3',
  name: 'one key for each id',
  summary: 'A prekey id never stands for two keys of one device, not even after a restored backup.',
  judge: (view) => new Judging(view),
};

const POOL = 'prekeys/';

class Judging implements Judge {
  readonly kinds = ['writeless-step', 'commit', 'send'] as const;
  readonly #view: JudgeView;
  readonly #frames;
  readonly #state;
  readonly #steps;
  /** The host that sends on a connection. */
  readonly #hostOf = new Map<number, string>();
  /** `identity|kind|id` to the public key it stands for, all in hex. */
  readonly #keys = new Map<string, string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#state = signalState(view.ledger);
    this.#steps = survivedSteps(view.ledger);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit' && event.node === 'server') this.#stored(event);
    const step = this.#steps.current;
    if (step?.node === 'server' && step.input.kind === 'frame' && step.changes.length > 0) {
      this.#taken(step.input.connection, step.input.bytes);
    }
    if (event.kind !== 'send' || event.attempt > 1) return;
    if (event.source !== 'server') this.#hostOf.set(event.connection, event.source);
    else if (event.label.kind.startsWith('iq')) this.#served(event.bytes);
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

  /** A stanza of a device that the server made something of. */
  #taken(connection: number, bytes: Uint8Array): void {
    const host = this.#hostOf.get(connection);
    const identity = host === undefined ? undefined : this.#state.identityOf(host);
    const stanza = this.#frames.read(bytes);
    if (host === undefined || identity === undefined || stanza === undefined) return;
    const isKeys = stanza.tag === 'iq' && attribute(stanza, 'xmlns') === 'encrypt';
    const isRetry = stanza.tag === 'receipt' && attribute(stanza, 'type') === 'retry';
    if (!isKeys && !isRetry) return;
    const holder = child(stanza, 'rotate') ?? child(stanza, 'keys') ?? stanza;
    this.#holder(hexOf(identity), holder, host);
  }

  #served(bytes: Uint8Array): void {
    const answer = this.#frames.read(bytes);
    const list = answer === undefined ? undefined : child(answer, 'list');
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
