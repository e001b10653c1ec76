/**
 * C7: who is no member learns nothing. Which device can open which message of a group is taken from
 * the sender key states in its Store: a state opens every message of its chain from its first
 * iteration on. When a message is sealed, every device with its key is one the message is intended
 * for, in the view of its sender, or entitled to it; when a device is given a key, it opens no
 * message that was sealed before its account was a member. What was known stays known: forgetting
 * a key helps nobody here. Catalogue section 2; specification 4.3, 7.3.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { SenderKeyRecord } from '../../protocol/signal/sender-key-records.ts';
import type { RunEvent } from '../trace/events.ts';
import { type GroupSealing, type GroupSealings, groupSealings } from './group-sealings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** C7: the definition a run judges by; the rules are at the top of this file. */
export const c7: Property = {
  id: 'C7',
  name: 'members alone read',
  summary: 'No key of a group opens what was said before its holder came or after it was gone.',
  judge: (view) => new Judging(view),
};

interface Chain {
  /** The first iteration that each device can open. */
  readonly openFrom: Map<DeviceJid, number>;
  readonly sealings: GroupSealing[];
}

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['outbound', 'sender-key/'];
  readonly #view: JudgeView;
  readonly #lists: DeviceViews;
  readonly #sealings: GroupSealings;
  readonly #chains = new Map<string, Chain>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#lists = deviceViews(view);
    this.#sealings = groupSealings(view);
  }

  observe(event: RunEvent): void {
    for (const sealing of this.#sealings.current) this.#sealed(sealing);
    if (event.kind !== 'commit' || event.node === 'server') return;
    for (const { collection, before, after } of event.changes) {
      if (!collection.startsWith('sender-key/') || after === undefined) continue;
      const state = after as SenderKeyRecord;
      const held = before as SenderKeyRecord | undefined;
      if (held?.firstIteration !== state.firstIteration) this.#learned(event.node, state);
    }
  }

  #chain(name: string): Chain {
    const chain = this.#chains.get(name) ?? { openFrom: new Map(), sealings: [] };
    this.#chains.set(name, chain);
    return chain;
  }

  #sealed(sealing: GroupSealing): void {
    if (sealing.iteration === undefined) return;
    const chain = this.#chain(sealing.chain);
    chain.sealings.push(sealing);
    const { iteration } = sealing;
    for (const [device, first] of chain.openFrom) {
      if (first <= iteration) this.#judge(sealing, device);
    }
  }

  #learned(host: string, { sender, chainId, firstIteration }: SenderKeyRecord): void {
    const device = this.#view.ledger.linkage.deviceOf(host);
    const author = this.#view.ledger.linkage.hostOf(sender);
    if (device === undefined || author === undefined) return;
    const chain = this.#chain(`${author}|${chainId}`);
    const before = chain.openFrom.get(device) ?? Number.POSITIVE_INFINITY;
    if (firstIteration >= before) return;
    chain.openFrom.set(device, firstIteration);
    for (const sealing of chain.sealings) {
      const iteration = sealing.iteration ?? -1;
      if (iteration >= firstIteration && iteration < before) this.#judge(sealing, device);
    }
  }

  #judge({ host, messageId }: GroupSealing, device: DeviceJid): void {
    const { ledger } = this.#view;
    const status = ledger.messageOfHost(host, messageId);
    if (status === undefined) return;
    const holds =
      device === status.said.author ||
      ledger.isEntitled(status, device) ||
      this.#lists.intended(status.said)?.has(device) === true;
    this.#view.check(holds, messageId, () => {
      return `${device} can open a message of ${host} to a group it was no part of`;
    });
  }
}
