/**
 * Group messages as they were sealed, and sender keys as they were given away, seen from outside:
 * the stanza is taken apart when a commit stores it (or, of a device that stores none, when it
 * leaves), and whom it names has the chain once it has left. Which chain a Store holds comes from
 * the fold of key records; what a node believes about others is not looked at. Source:
 * specification 4.3, 7.1; contract 9.
 */

import type { DeviceJid, GroupJid } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { isGroup } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import type { JudgeView } from './property.ts';
import { type SignalState, signalState } from './signal-state.ts';
import { readSharedHead, type Stanzas, stanzas } from './stanzas.ts';

/** One stanza to a group, first seen when it was sealed. */
export interface GroupSealing {
  readonly host: string;
  readonly group: GroupJid;
  readonly messageId: string;
  /** The chain that it uses, or hands over: `host|chain id`. */
  readonly chain: string;
  /** Of its ciphertext for all; undefined in a retry or backfill. */
  readonly iteration: number | undefined;
  /** Devices that it hands the chain to. */
  readonly named: readonly DeviceJid[];
  readonly sequence: number;
}

const NOBODY: ReadonlySet<DeviceJid> = new Set();

/** All sealings of a run. */
export class GroupSealings implements Observer {
  readonly kinds = ['commit', 'send'] as const;
  /** The sealings that the event at hand brought. */
  current: readonly GroupSealing[] = [];
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #state: SignalState;
  /** By `host|message id|count of the stanza`. */
  readonly #sealings = new Map<string, GroupSealing>();
  readonly #given = new Map<string, Set<DeviceJid>>();
  readonly #left = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#state = signalState(view.ledger);
  }

  /** Devices that a stanza which has left handed the chain (`host|chain id`). */
  given(chain: string): ReadonlySet<DeviceJid> {
    return this.#given.get(chain) ?? NOBODY;
  }

  observe(event: RunEvent): void {
    this.current = [];
    if (event.kind === 'commit') this.#committed(event);
    else if (event.kind === 'send' && event.source !== 'server') this.#sent(event);
  }

  #committed(event: RunEvent & { readonly kind: 'commit' }): void {
    if (event.node === 'server' || this.#view.ledger.isUndo || event.isTimeZero) return;
    for (const { collection, after } of event.changes) {
      if (collection !== 'outbound' || after === undefined) continue;
      const { bytes } = after as StoredRecord & { readonly bytes?: Uint8Array };
      if (bytes instanceof Uint8Array) this.#note(event.node, bytes, event.sequence);
    }
  }

  #sent({ source, bytes, label, sequence }: RunEvent & { readonly kind: 'send' }): void {
    if (!label.kind.startsWith('message')) return;
    const stanza = this.#frames.message(bytes);
    if (stanza === undefined || !isGroup(stanza.to ?? '')) return;
    const key = `${source}|${stanza.id}|${stanza.sent}`;
    this.#note(source, bytes, sequence);
    const sealing = this.#sealings.get(key);
    if (sealing === undefined || this.#left.has(key)) return;
    this.#left.add(key);
    const given = this.#given.get(sealing.chain) ?? new Set<DeviceJid>();
    this.#given.set(sealing.chain, given);
    for (const device of sealing.named) given.add(device);
  }

  #note(host: string, bytes: Uint8Array, sequence: number): void {
    const stanza = this.#frames.message(bytes);
    const group = stanza?.to;
    if (stanza === undefined || group === undefined || !isGroup(group)) return;
    const key = `${host}|${stanza.id}|${stanza.sent}`;
    const head = stanza.shared === undefined ? undefined : readSharedHead(stanza.shared);
    const chainId = head?.chainId ?? this.#state.ownChain(host, group);
    const chain = `${host}|${chainId}`;
    const known = this.#sealings.get(key);
    // A sealing that was lost with its commit is made anew, under another key.
    if (known?.chain === chain && known.iteration === head?.iteration) return;
    const named = stanza.enclosed.map(({ target }) => target ?? '');
    const { id: messageId } = stanza;
    const iteration = head?.iteration;
    const sealing = { host, group, messageId, chain, iteration, named, sequence };
    this.#sealings.set(key, sealing);
    this.current = [...this.current, sealing];
  }
}

/** The run's one instance. */
export function groupSealings(view: JudgeView): GroupSealings {
  signalState(view.ledger);
  return view.ledger.shared('group-sealings', () => new GroupSealings(view));
}
