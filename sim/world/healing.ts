/**
 * What people do in the heal phase: they write once more, and, where one companion of an account is
 * live at a time, they open an account's companions one after the other, twice, so that each can
 * say what it has to say and see what the others said (contract 10). The same for the probes.
 */

import type { Architecture, PageRecord } from '../../protocol/contract.ts';
import { assert } from '../../protocol/errors.ts';
import type { Account, Device, Scenario } from '../../scenarios/scenario.ts';
import type { Host } from '../hosts/host.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import type { People } from './people.ts';
import { probePairs } from './probes.ts';
import type { Recorder } from './recorder.ts';
import { WORLD_EVENTS } from './world-events.ts';

/** Longest time a companion is held open. Assumption: what is missing comes within seconds. */
const TURN_US = 30_000_000;
const ROUNDS = 2;

/** A message that a device writes in the heal phase, to an account or a group. */
interface Probe {
  readonly device: string;
  readonly to: string;
}

/** A turn of the heal phase, and what is to be written in it. */
export interface TurnDue {
  readonly turn: Turn;
  readonly probes: readonly Probe[];
}

/** One turn: these companions are opened, each of another account. */
interface Turn {
  readonly afterUs: number;
  readonly companions: readonly string[];
  /** Whether this is the first time in this row: then they say what they have to say. */
  readonly isFirst: boolean;
}

/**
 * The turns within `withinUs`. `isUsed`: whether a companion is one that a person could open. None
 * where no account has one.
 */
function turnsOf(
  accounts: readonly Account[],
  withinUs: number,
  isUsed: (device: Device) => boolean,
): readonly Turn[] {
  const rows = accounts.map(({ devices }) => {
    return devices.filter((device) => device.role === 'companion' && isUsed(device));
  });
  const length = Math.max(0, ...rows.map((row) => row.length));
  const eachUs = Math.min(TURN_US, Math.floor(withinUs / (ROUNDS * length + 1)));
  const turns: Turn[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let place = 0; place < length; place++) {
      const companions = rows.flatMap((row) => row[place]?.name ?? []);
      const afterUs = (round * length + place) * eachUs;
      turns.push({ afterUs, companions, isFirst: round === 0 });
    }
  }
  return turns;
}

/** What the heal phase is carried out with. */
export interface HealingRoom {
  readonly queue: EventQueue;
  readonly recorder: Recorder;
  readonly people: People;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly server: Host;
  readonly scenario: Scenario;
  readonly companionsLive: Architecture['companionsLive'];
}

/** The people of one run in its heal phase. */
export class Healing {
  readonly #room: HealingRoom;

  constructor(room: HealingRoom) {
    this.#room = room;
  }

  /** The story is over, faults are off, everyone is on. */
  begin(cause: number): void {
    this.#takeTurns([], cause);
  }

  /**
   * Every linked device of accounts that talked writes once more to the other side, and to the
   * groups it talked in.
   */
  probe(): void {
    const { recorder, people, scenario, server, companionsLive } = this.#room;
    const cause = recorder.record('world', -1, { kind: 'phase', phase: 'probe' });
    const devicesOf = new Map(scenario.accounts.map(({ name, devices }) => [name, devices]));
    const inTurn: Probe[] = [];
    for (const pair of probePairs(people, scenario, server)) {
      const [from, to] = pair.split('|') as [string, string];
      for (const { name: device, role } of devicesOf.get(from) ?? []) {
        if (!this.#isLinked(device)) continue;
        const isTurned = role === 'companion' && companionsLive === 'one';
        if (isTurned && isBrowser(this.#hostOf(device))) inTurn.push({ device, to });
        else this.#give({ device, to }, cause);
      }
    }
    this.#takeTurns(inTurn, cause);
  }

  /** People open these companions now. */
  turn({ turn, probes }: TurnDue, cause: number): void {
    const { queue, people } = this.#room;
    for (const name of turn.companions) {
      people.open(`open/${name}/${queue.timeUs}`, name, cause);
      if (!turn.isFirst) continue;
      for (const probe of probes) if (probe.device === name) this.#give(probe, cause);
    }
  }

  #takeTurns(probes: readonly Probe[], cause: number): void {
    const { queue, scenario, companionsLive } = this.#room;
    if (companionsLive === 'all') return;
    const withinUs = Math.floor(scenario.heal.forUs / 2);
    const turns = turnsOf(scenario.accounts, withinUs, ({ name }) => {
      return this.#isLinked(name) && isBrowser(this.#hostOf(name));
    });
    for (const turn of turns) {
      const due: TurnDue = { turn, probes };
      queue.push(queue.timeUs + turn.afterUs, WORLD_EVENTS.turn, cause, 0, due);
    }
  }

  #give({ device, to }: Probe, cause: number): void {
    const text = `probe from ${device} to ${to}`;
    this.#room.people.send(`probe/${device}>${to}`, device, to, text, cause);
  }

  #isLinked(device: string): boolean {
    return this.#hostOf(device).store.get('account', 'self') !== undefined;
  }

  #hostOf(device: string): Host {
    const host = this.#room.hosts.get(device);
    assert(host !== undefined, 'the loader has checked the names of devices');
    return host;
  }
}

/** Where one companion is live at a time: not a page that has become a device of its own. */
function isBrowser({ store }: Host): boolean {
  return (store.get('page', 'self') as PageRecord | undefined)?.generation !== 'new';
}
