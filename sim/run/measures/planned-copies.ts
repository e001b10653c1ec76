/**
 * Who a message is meant for, by the scenario alone: the accounts it is written to, the phone of
 * each, and the companions that each is meant to have at that moment. A delivery that is measured
 * against this list cannot drop out of it because an architecture never got as far as the message.
 */

import type { Scenario } from '../../../scenarios/scenario.ts';
import { accountNameOf } from '../../world/intents.ts';
import type { PlannedAct } from './planned-acts.ts';

/** One account that a message is meant to reach on one kind of device. */
export interface MeantDelivery {
  readonly account: string;
  readonly role: 'phone' | 'companion';
  /** Hosts any of which will do: the phone, or the companions in use then. */
  readonly hosts: readonly string[];
}

/** A stretch of the story. */
interface Stretch {
  readonly fromUs: number;
  untilUs: number;
}

/** The plan of a story: which devices and members there are meant to be, and when. */
export class PlannedCopies {
  readonly #scenario: Scenario;
  readonly #linked = new Map<string, readonly Stretch[]>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    for (const { devices } of scenario.accounts) {
      for (const { name, role, isLinked } of devices) {
        this.#linked.set(name, this.#stretchesOf(name, role === 'primary' || isLinked));
      }
    }
  }

  #stretchesOf(device: string, isLinked: boolean): readonly Stretch[] {
    const phone = `${accountNameOf(device)}.phone`;
    const out: Stretch[] = isLinked ? [{ fromUs: 0, untilUs: Number.POSITIVE_INFINITY }] : [];
    for (const { atUs, action } of this.#scenario.timeline) {
      if (action.kind === 'link' && action.companion === device) {
        out.push({ fromUs: atUs, untilUs: Number.POSITIVE_INFINITY });
      }
      const isUnlinked = action.kind === 'unlink' && action.companion === device;
      const isSetUpAnew = action.kind === 're-register' && action.phone === phone;
      const last = out.at(-1);
      if (last !== undefined && (isUnlinked || (isSetUpAnew && device !== phone))) {
        last.untilUs = Math.min(last.untilUs, atUs);
      }
    }
    return out;
  }

  /**
   * The deliveries a message is meant for: one for the phone of every recipient and of the author,
   * one for the companions of each, without the device it is written on. A message that answers
   * another one has no moment of its own: it is meant for the companions that are linked all the
   * time.
   */
  of({ device, about, atUs }: PlannedAct): readonly MeantDelivery[] {
    const accounts = new Set([accountNameOf(device), ...this.#recipients(about, atUs)]);
    return [...accounts].flatMap((account) => this.#deliveries(account, device, atUs));
  }

  #deliveries(account: string, author: string, atUs: number): readonly MeantDelivery[] {
    const devices = this.#scenario.accounts.find(({ name }) => name === account)?.devices ?? [];
    const hosts = devices
      .map(({ name }) => name)
      .filter((name) => name !== author && this.#isLinked(name, atUs));
    const phones = hosts.filter((host) => host === `${account}.phone`);
    const companions = hosts.filter((host) => host !== `${account}.phone`);
    return (
      [
        { account, role: 'phone', hosts: phones },
        { account, role: 'companion', hosts: companions },
      ] as const
    ).filter((delivery) => delivery.hosts.length > 0);
  }

  #isLinked(device: string, atUs: number): boolean {
    const stretches = this.#linked.get(device) ?? [];
    if (atUs < 0) {
      return stretches.some(({ fromUs, untilUs }) => fromUs === 0 && !Number.isFinite(untilUs));
    }
    return stretches.some(({ fromUs, untilUs }) => fromUs <= atUs && atUs < untilUs);
  }

  /** Members of a group by the changes that are meant to have happened, or the one account. */
  #recipients(about: string, atUs: number): ReadonlySet<string> {
    const group = this.#scenario.groups.find(({ name }) => name === about);
    if (group === undefined) return new Set([about]);
    const members = new Set<string>(group.members);
    for (const { atUs: changedUs, action } of this.#scenario.timeline) {
      if (action.kind !== 'change-group' || action.group !== about) continue;
      if (atUs >= 0 && changedUs > atUs) continue;
      for (const member of action.members) {
        if (action.change === 'add') members.add(member);
        else if (action.change === 'remove' || action.change === 'leave') members.delete(member);
      }
    }
    return members;
  }
}
