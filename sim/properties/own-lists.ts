/**
 * The lists a phone signs itself (D.4, D.5). One that removes companions is in force from the
 * commit that stores it for sending; one that vouches for a newcomer from the moment the server's
 * answer to it is handled. Read from the stanzas the phone stored and sent, never from its own list
 * record.
 */

import type { StoredRecord } from '../../protocol/store.ts';
import { attribute, child, type WireNode } from '../../protocol/wire/node.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import { readList, type SignedList } from './list-stanzas.ts';
import type { Stanzas } from './stanzas.ts';

/** A stanza a device keeps until the server has taken it. */
interface KeptStanza extends StoredRecord {
  readonly bytes: Uint8Array;
  readonly label: { readonly kind: string };
}

/** Follows the lists phones sign. */
export class OwnLists {
  readonly #frames: Stanzas;
  readonly #vouching = new Map<string, SignedList>();

  constructor(frames: Stanzas) {
    this.#frames = frames;
  }

  /** Notes an upload that vouches for a newcomer. */
  observe(event: RunEvent): void {
    if (event.kind !== 'send' || event.source === 'server' || event.label.kind !== 'iq:md') return;
    const stanza = this.#frames.read(event.bytes);
    const pair = stanza === undefined ? undefined : child(stanza, 'pair-device');
    const list = pair === undefined ? undefined : readList(pair);
    if (list !== undefined) this.#vouching.set(`${event.source}|${event.label.id}`, list);
  }

  /** The list that a change stores for sending without a newcomer. */
  stored(change: Change): SignedList | undefined {
    if (change.collection !== 'outbound' || change.before !== undefined) return undefined;
    const kept = change.after as KeptStanza | undefined;
    if (kept?.label.kind !== 'iq:md') return undefined;
    const stanza = this.#frames.read(kept.bytes);
    return stanza === undefined ? undefined : readList(stanza);
  }

  /** The list that this answer to a phone confirms, and the newcomer's address. */
  confirmed(
    host: string,
    answer: WireNode,
  ): (SignedList & { readonly device: string }) | undefined {
    const name = `${host}|${attribute(answer, 'id') ?? ''}`;
    const list = this.#vouching.get(name);
    if (list === undefined) return undefined;
    this.#vouching.delete(name);
    const device = attribute(child(answer, 'device') ?? answer, 'jid');
    if (attribute(answer, 'type') !== 'result' || device === undefined) return undefined;
    return { ...list, device };
  }
}
