/**
 * The lists a phone signs itself (D.4, D.5): it hands one to the server in a query, and holds it from the
 * moment the server's answer to that query is handled. Read from the frames the phone sent.
 */

import { attribute, bytesContent, child, type WireNode } from '../../protocol/wire/node.ts';
import { deviceNumberOf, type Ledger } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { AccountView, Named } from './account-view.ts';
import type { Stanzas } from './stanzas.ts';

/** A list the server has taken. */
export interface OwnList {
  readonly signedList: Uint8Array;
  readonly timestampS: number;
  /** The devices it stands for, given those held before. */
  name(held: AccountView): readonly Named[];
}

interface Asked {
  readonly signedList: Uint8Array;
  readonly timestampS: number;
  readonly removed: number | undefined;
}

/** Follows the lists phones upload. */
export class OwnLists {
  readonly #ledger: Ledger;
  readonly #frames: Stanzas;
  readonly #asked = new Map<string, Asked>();

  constructor(ledger: Ledger, frames: Stanzas) {
    this.#ledger = ledger;
    this.#frames = frames;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'send' || event.source === 'server' || event.label.kind !== 'iq:md') return;
    const stanza = this.#frames.read(event.bytes);
    const pair = stanza === undefined ? undefined : child(stanza, 'pair-device');
    const remove = stanza === undefined ? undefined : child(stanza, 'remove-companion-device');
    const list = carriedList(stanza, pair, remove);
    const signedList = bytesContent(list);
    if (list === undefined || signedList === undefined) return;
    const gone = remove === undefined ? undefined : attribute(remove, 'jid');
    this.#asked.set(`${event.source}|${event.label.id}`, {
      signedList,
      timestampS: Number(attribute(list, 'ts')),
      removed: gone === undefined ? undefined : deviceNumberOf(gone),
    });
  }

  /** The list that this answer confirms, if it confirms one. */
  answered(host: string, answer: WireNode): OwnList | undefined {
    const name = `${host}|${attribute(answer, 'id') ?? ''}`;
    const asked = this.#asked.get(name);
    if (asked === undefined || attribute(answer, 'type') !== 'result') return undefined;
    const own = this.#ledger.linkage.deviceOf(host);
    if (own === undefined || deviceNumberOf(own) !== 0) return undefined;
    this.#asked.delete(name);
    const linked = child(answer, 'device') ?? answer;
    const jid = attribute(linked, 'jid');
    const keyIndex = Number(attribute(linked, 'key-index') ?? 'NaN');
    const { signedList, timestampS, removed } = asked;
    return {
      signedList,
      timestampS,
      name: (held) => {
        const named: Named[] = [];
        for (const [id, index] of held.devices) {
          if (id !== removed) named.push({ id, keyIndex: index });
        }
        if (jid !== undefined) named.push({ id: deviceNumberOf(jid), keyIndex });
        return named;
      },
    };
  }
}

function carriedList(
  stanza: WireNode | undefined,
  pair: WireNode | undefined,
  remove: WireNode | undefined,
): WireNode | undefined {
  for (const parent of [pair, remove, stanza]) {
    const list = parent === undefined ? undefined : child(parent, 'key-index-list');
    if (list !== undefined) return list;
  }
  return undefined;
}
