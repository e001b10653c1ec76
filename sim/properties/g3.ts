/**
 * G3: rotation. Once a device's Store no longer holds somebody as a member of a group, or a device
 * in a member's list, and that device had been handed the Store's own sender key, the next message
 * it seals to the group uses another chain. Whoever comes back is new. Catalogue section 7;
 * specification 4.3.
 */

import type { DeviceJid, GroupRecord } from '../../protocol/contract.ts';
import type { DeviceListRecord } from '../../protocol/devices/device-list.ts';
import type { OwnSenderKeyRecord } from '../../protocol/signal/sender-key-records.ts';
import { deviceJidOf, userOf } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import { type GroupSealing, type GroupSealings, groupSealings } from './group-sealings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SignalState, signalState } from './signal-state.ts';

/** G3: the definition a run judges by; the rules are at the top of this file. */
export const g3: Property = {
  id: 'G3',
  name: 'rotation',
  summary: 'After a removal the next message to the group is under a new sender key.',
  judge: (view) => new Judging(view),
};

type Commit = RunEvent & { readonly kind: 'commit' };

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['outbound', 'group', 'device-list'];
  readonly #view: JudgeView;
  readonly #sealings: GroupSealings;
  readonly #state: SignalState;
  /** Chains (`host|chain id`) that somebody who is gone can read, and who that was. */
  readonly #spoiled = new Map<string, DeviceJid>();
  /** `host|group` in which a removal waits for the next message. */
  readonly #awaited = new Set<string>();
  /** Groups a host has had a chain in. */
  readonly #groups = new Map<string, Set<string>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#sealings = groupSealings(view);
    this.#state = signalState(view.ledger);
  }

  observe(event: RunEvent): void {
    for (const sealing of this.#sealings.current) this.#sealed(sealing);
    if (event.kind !== 'commit' || event.node === 'server') return;
    if (event.isTimeZero) return;
    if (this.#view.ledger.isUndo) return this.#takenBack(event);
    for (const change of event.changes) {
      if (change.collection === 'group') this.#groupChanged(event, change);
      else if (change.collection === 'device-list') this.#listChanged(event, change);
    }
  }

  #sealed({ host, group, chain, iteration, messageId }: GroupSealing): void {
    const groups = this.#groups.get(host) ?? new Set<string>();
    this.#groups.set(host, groups.add(group));
    if (iteration === undefined || !this.#awaited.delete(`${host}|${group}`)) return;
    const gone = this.#spoiled.get(chain);
    this.#view.check(gone === undefined, messageId, () => {
      return `${host} still writes to ${group} under a key that ${gone} has`;
    });
  }

  /**
   * A disk took back who is gone: the Store has never heard of it, and nothing is to be replaced.
   */
  #takenBack({ node, changes }: Commit): void {
    const isNews = changes.some(({ collection }) => {
      return collection === 'group' || collection === 'device-list';
    });
    for (const group of isNews ? (this.#groups.get(node) ?? []) : []) {
      this.#awaited.delete(`${node}|${group}`);
      this.#spoiled.delete(`${node}|${this.#state.ownChain(node, group)}`);
    }
  }

  #groupChanged(event: Commit, { key: group, before, after }: Change): void {
    const past = (before as GroupRecord | undefined)?.members ?? [];
    const present = new Set((after as GroupRecord | undefined)?.members ?? []);
    const gone = new Set(past.filter((user) => !present.has(user)));
    if (gone.size > 0) this.#spoil(event, group, (device) => gone.has(userOf(device)));
  }

  #listChanged(event: Commit, { key: user, before, after }: Change): void {
    const past = (before as DeviceListRecord | undefined)?.devices ?? [];
    const present = (after as DeviceListRecord | undefined)?.devices ?? [];
    const gone = new Set<DeviceJid>();
    for (const { id, keyIndex } of past) {
      const isThere = present.some((device) => device.id === id && device.keyIndex === keyIndex);
      if (!isThere) gone.add(deviceJidOf(user, id));
    }
    if (gone.size === 0) return;
    for (const group of this.#groups.get(event.node) ?? []) {
      this.#spoil(event, group, (device) => gone.has(device));
    }
  }

  #spoil(event: Commit, group: string, isGone: (device: DeviceJid) => boolean): void {
    const host = event.node;
    const chainId = this.#chainBefore(event, group);
    if (chainId === undefined) return;
    const chain = `${host}|${chainId}`;
    for (const device of this.#sealings.given(chain)) {
      if (!isGone(device)) continue;
      this.#spoiled.set(chain, device);
      this.#awaited.add(`${host}|${group}`);
      return;
    }
  }

  /** The chain before the commit at hand, which may have thrown it away already. */
  #chainBefore({ node, changes }: Commit, group: string): number | undefined {
    const change = changes.find(({ collection, key }) => {
      return collection === 'own-sender-key' && key === group;
    });
    if (change === undefined) return this.#state.ownChain(node, group);
    return (change.before as OwnSenderKeyRecord | undefined)?.chainId;
  }
}
