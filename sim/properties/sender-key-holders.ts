/**
 * Who has been given a device's sender key of a group, seen from outside (C8, G4): the devices that
 * a stanza named, once its sender handled the server's ack of it, until one of them asks for a
 * group message again. Which chain a device has is read from its Store; whom it believes to have
 * the chain is not. Source: specification 4.3, 7.1, 7.4.
 */

import type { DeviceJid, GroupJid } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { attribute, type WireNode } from '../../protocol/wire/node.ts';
import { isGroup } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import type { JudgeView } from './property.ts';
import { type SignalState, signalState } from './signal-state.ts';
import { readSharedHead, type Stanzas, stanzas } from './stanzas.ts';
import { type SurvivedSteps, survivedSteps } from './steps.ts';

/** A stanza on its way that hands a chain to these devices. */
interface Given {
  readonly group: GroupJid;
  readonly chain: string;
  readonly devices: readonly DeviceJid[];
}

const NOBODY: ReadonlySet<DeviceJid> = new Set();

/** The holders of all chains of all devices. */
export class SenderKeyHolders implements Observer {
  readonly kinds = ['writeless-step', 'commit', 'device-send'] as const;
  readonly #view: JudgeView;
  readonly #steps: SurvivedSteps;
  readonly #frames: Stanzas;
  readonly #state: SignalState;
  /** By `host|chain id`. */
  readonly #holders = new Map<string, Set<DeviceJid>>();
  /** Chains of `host|group`, the latest last. */
  readonly #chains = new Map<string, Set<string>>();
  /** By `host|message id|count of the stanza`. */
  readonly #given = new Map<string, Given>();
  /** Chains whose holders are not known any more, since a disk went back. */
  readonly #doubted = new Set<string>();
  /** What takes back what a host's last commit brought. */
  readonly #undo = new Map<string, (() => void)[]>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#steps = survivedSteps(view.ledger);
    this.#frames = stanzas(view.ledger);
    this.#state = signalState(view.ledger);
  }

  /**
   * The devices that have the host's present chain of a group; undefined when that is not known.
   * The set changes with the run.
   */
  holders(host: string, group: GroupJid): ReadonlySet<DeviceJid> | undefined {
    const chainId = this.#state.ownChain(host, group);
    if (chainId === undefined) return NOBODY;
    const chain = `${host}|${chainId}`;
    return this.#doubted.has(chain) ? undefined : (this.#holders.get(chain) ?? NOBODY);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit') this.#committed(event);
    const step = this.#steps.current;
    if (step !== undefined && step.node !== 'server' && step.input.kind === 'frame') {
      const stanza = this.#frames.read(step.input.bytes);
      if (stanza?.tag === 'ack') this.#answered(step.node, stanza);
      else if (stanza?.tag === 'receipt') this.#asked(step.node, stanza);
    }
    if (event.kind === 'send' && event.source !== 'server') this.#note(event.source, event.bytes);
  }

  #committed(event: RunEvent & { readonly kind: 'commit' }): void {
    const { ledger } = this.#view;
    const host = event.node;
    if (ledger.isRestore) this.#doubt(host);
    else if (ledger.isUndo) for (const takeBack of this.#undo.get(host) ?? []) takeBack();
    this.#undo.delete(host);
    if (ledger.isUndo || host === 'server') return;
    for (const { collection, after } of event.changes) {
      if (collection !== 'outbound' || after === undefined) continue;
      const { bytes } = after as StoredRecord & { readonly bytes?: Uint8Array };
      if (bytes instanceof Uint8Array) this.#note(host, bytes);
    }
  }

  #doubt(host: string): void {
    for (const chain of this.#holders.keys()) {
      if (chain.startsWith(`${host}|`)) this.#doubted.add(chain);
    }
  }

  /** A stanza that was stored or sent: whom it names gets the chain as it stands now. */
  #note(host: string, bytes: Uint8Array): void {
    const stanza = this.#frames.message(bytes);
    if (stanza?.group === undefined || stanza.enclosed.length === 0) return;
    const key = `${host}|${stanza.id}|${stanza.sent}`;
    if (this.#given.has(key)) return;
    const own = this.#state.ownChain(host, stanza.group);
    const shared = stanza.shared === undefined ? undefined : readSharedHead(stanza.shared);
    const chain = `${host}|${shared?.chainId ?? own}`;
    const devices = stanza.enclosed.map(({ target }) => target ?? '');
    this.#given.set(key, { group: stanza.group, chain, devices });
  }

  #answered(host: string, ack: WireNode): void {
    if (attribute(ack, 'class') !== 'message' || attribute(ack, 'error') !== undefined) return;
    const key = `${host}|${attribute(ack, 'id') ?? ''}|${attribute(ack, 'sent') ?? ''}`;
    const given = this.#given.get(key);
    if (given === undefined) return;
    this.#given.delete(key);
    this.#remember(host, () => this.#given.set(key, given));
    const { chain, group, devices } = given;
    const holders = this.#holders.get(chain) ?? new Set<DeviceJid>();
    this.#holders.set(chain, holders);
    const chains = this.#chains.get(`${host}|${group}`) ?? new Set<string>();
    this.#chains.set(`${host}|${group}`, chains.add(chain));
    for (const device of devices) {
      if (holders.has(device)) continue;
      holders.add(device);
      this.#remember(host, () => holders.delete(device));
    }
  }

  /** A retry receipt: the device gets the key once more, in the same chain. */
  #asked(host: string, receipt: WireNode): void {
    const group = attribute(receipt, 'from') ?? '';
    const device = attribute(receipt, 'participant');
    if (attribute(receipt, 'type') !== 'retry' || device === undefined || !isGroup(group)) return;
    for (const chain of this.#chains.get(`${host}|${group}`) ?? []) {
      const holders = this.#holders.get(chain);
      if (holders?.delete(device) !== true) continue;
      this.#remember(host, () => holders.add(device));
    }
  }

  #remember(host: string, takeBack: () => unknown): void {
    const all = this.#undo.get(host) ?? [];
    this.#undo.set(host, all);
    all.unshift(() => void takeBack());
  }
}

/** The run's one instance. */
export function senderKeyHolders(view: JudgeView): SenderKeyHolders {
  survivedSteps(view.ledger);
  signalState(view.ledger);
  return view.ledger.shared('sender-key-holders', () => new SenderKeyHolders(view));
}
