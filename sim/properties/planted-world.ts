/**
 * Small worlds in which broken twins are planted: Alice (phone, laptop), Bob (phone, web) and Carol
 * (phone) on a perfect network, a few minutes long. A planted test runs one twice: with the twin,
 * which its property must catch, and without, where the property must hold and must have been
 * checked.
 */

import type {
  Action,
  AppStateSetting,
  Device,
  Scenario,
  TimelineEntry,
} from '../../scenarios/scenario.ts';
import { allProperties } from './index.ts';
import { both, type Twin, type WrapNode } from './twin-tools.ts';

const SECOND_US = 1_000_000;
/** 14 July 2021, 00:00 UTC. */
const EPOCH_US = 1_626_220_800 * SECOND_US;

/** What happens when: seconds of the story, and what. */
export type Story = readonly (readonly [atS: number, action: Action])[];

/** A world to plant a twin in. */
export interface Plot {
  readonly story: Story;
  /** What the world does to everybody, twin or not. */
  readonly weather?: () => WrapNode;
  /** One-time prekeys per upload; 30 unless said. */
  readonly prekeys?: number;
  readonly lengthS?: number;
  /** Groups at time zero; the first member is their admin. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/** Somebody writes. Texts are long enough for C2 to look for them. */
export function writes(from: string, to: string, text: string): Action {
  return { kind: 'send', from, to, text: `${text}, said ${from} to ${to}` };
}

/** Somebody sets something on a device. */
export function sets(device: string, set: AppStateSetting): Action {
  return { kind: 'app-state', device, set };
}

/** Alice's phone writes `count` times to Bob, ten seconds apart, from `fromS` on. */
export function aliceWrites(count: number, fromS = 10): Story {
  return Array.from({ length: count }, (_, index) => {
    return [fromS + 10 * index, writes('alice.phone', 'bob', `number ${index}`)] as const;
  });
}

function device(name: string): Device {
  const role = name.endsWith('.phone') ? 'primary' : 'companion';
  const network = [{ fromUs: 0, name: 'perfect' }];
  return { name, role, network, isLinked: true, power: 'on', clockSkewUs: 0 };
}

function account(name: string, ...devices: string[]) {
  const multiDevice = [{ fromUs: 0, isCapable: true }];
  return { name, multiDevice, devices: devices.map((own) => device(`${name}.${own}`)) };
}

/** The scenario of a plot. */
export function worldOf(plot: Plot): Scenario {
  const timeline: TimelineEntry[] = plot.story.map(([atS, action], index) => {
    return { id: `entry-${index}`, atUs: atS * SECOND_US, action };
  });
  return {
    lockstep: 1,
    name: 'planted',
    summary: 'A small world for a broken twin.',
    epochUs: EPOCH_US,
    lengthUs: (plot.lengthS ?? 300) * SECOND_US,
    accounts: [
      account('alice', 'phone', 'laptop'),
      account('bob', 'phone', 'web'),
      account('carol', 'phone'),
    ],
    groups: Object.entries(plot.groups ?? {}).map(([name, members]) => {
      return { name, members, admins: members.slice(0, 1), existsAtStart: true };
    }),
    networks: [],
    settings: {
      prekeys: plot.prekeys ?? 30,
      placeholderDeadlineUs: 60 * SECOND_US,
      dozeLatenessUs: 600 * SECOND_US,
      expectedListGraceUs: 48 * 3_600 * SECOND_US,
      mirrorsOldContacts: false,
      transport: 'modelled',
    },
    strangers: [],
    workload: [],
    timeline: timeline.toSorted((one, other) => one.atUs - other.atUs),
    heal: { forUs: 600 * SECOND_US },
    mustFire: [],
    mustCheck: [],
    excused: [],
    expect: [],
    exceptions: [],
    overrides: [],
  };
}

/** The wrapper of a run: the weather, and the twin nearest to the node. */
export function wrapperOf(plot: Plot, twin: Twin | undefined): WrapNode {
  const weather = plot.weather?.() ?? ((_host, inner) => inner);
  return twin === undefined ? weather : both(twin.make(), weather);
}

/** The property a twin is planted for, alone. */
export function propertyOf(twin: Twin) {
  return allProperties.filter(({ id }) => id === twin.catches);
}
