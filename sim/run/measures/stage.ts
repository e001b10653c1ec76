/**
 * What all folds of the measures know of a run: its devices and their roles, names as addresses,
 * which devices hold an account now, and when the story began and ended. Fed with the events first.
 */

import type { AccountRecord, UserJid } from '../../../protocol/contract.ts';
import { assert } from '../../../protocol/errors.ts';
import type { Scenario } from '../../../scenarios/scenario.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import { accountNameOf } from '../../world/intents.ts';
import { SERVER } from '../../world/timeline.ts';
import type { World } from '../../world/world.ts';
import { type PlannedAct, plannedActs } from './planned-acts.ts';

/** A phone, or any other device of an account. */
export type Role = 'phone' | 'companion';

/** The common ground of one run's folds. */
export class Stage implements Observer {
  readonly kinds = ['commit'] as const;
  readonly scenario: Scenario;
  readonly ledger: Ledger;
  readonly architecture: 'fanout' | 'relay';
  /** By host name, in order of the scenario; clones, server and file store are none of them. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly #hostsOf = new Map<string, readonly string[]>();
  readonly #inUse = new Set<string>();
  readonly #accountOfUser = new Map<UserJid, string>();
  #world: World | undefined;
  #acts: readonly PlannedAct[] = [];

  constructor(scenario: Scenario, ledger: Ledger, architecture: 'fanout' | 'relay') {
    this.scenario = scenario;
    this.ledger = ledger;
    this.architecture = architecture;
    const roles = new Map<string, Role>();
    for (const { name, devices } of scenario.accounts) {
      for (const device of devices) {
        roles.set(device.name, device.role === 'primary' ? 'phone' : 'companion');
      }
      this.#hostsOf.set(
        name,
        devices.map((device) => device.name),
      );
    }
    this.roles = roles;
  }

  /** The world is built and about to run. */
  attach(world: World): void {
    this.#world = world;
    for (const { name } of this.scenario.accounts) {
      this.#accountOfUser.set(world.people.book.user(name), name);
    }
    this.#acts = plannedActs(world.intents, world.entries, (account) => `${account}.phone`);
  }

  /** Follows who is linked, from the `account` records of the devices themselves. */
  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node === SERVER) return;
    for (const { collection, after } of event.changes) {
      if (collection !== 'account') continue;
      if (after === undefined) this.#inUse.delete(event.node);
      else if ((after as AccountRecord).device !== '') this.#inUse.add(event.node);
    }
  }

  get world(): World {
    assert(this.#world !== undefined, 'the world is attached before it runs');
    return this.#world;
  }

  get acts(): readonly PlannedAct[] {
    return this.#acts;
  }

  /** Role of a host; undefined for machines that are no device of the scenario. */
  roleOf(host: string): Role | undefined {
    return this.roles.get(host);
  }

  /** Devices of an account that hold it now. */
  inUse(account: string): readonly string[] {
    return (this.#hostsOf.get(account) ?? []).filter((host) => this.#inUse.has(host));
  }

  isInUse(host: string): boolean {
    return this.#inUse.has(host);
  }

  /** Name of an account by its address. */
  accountOf(user: UserJid): string | undefined {
    return this.#accountOfUser.get(user);
  }

  /**
   * Accounts a message to `about` is for, without its author's: of a group, its members just after
   * event `sequence`.
   */
  recipientsOf(about: string, author: string, sequence: number): readonly string[] {
    const { book } = this.world.people;
    const own = accountNameOf(author);
    if (!book.isGroup(about)) return about === own ? [] : [about];
    const members = this.ledger.membership.membersAt(book.chat(about), sequence);
    const names = members.map((user) => this.accountOf(user) ?? '');
    return names.filter((name) => name !== '' && name !== own);
  }
}
