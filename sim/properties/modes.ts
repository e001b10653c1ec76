/**
 * What must hold where: the mode table of the catalogue (section 11) as code. Four modes: an honest
 * world; one whose network and machines fail (N1); one whose server lies (S1); one in which a
 * device's secrets leaked. A run's mode follows from its scenario; the language can tell of all but
 * the lying server. What is not judged inside a run stands here too, with the reason. Source: the
 * property catalogue, section 11; contract 11.
 *
 * Assumption: the table does not place I7, O5, O6, D6, D7 and D8, nor A1 and V1 to V3, which are
 * ours; they stand where their definitions put them.
 */

import type { Scenario } from '../../scenarios/scenario.ts';

/** What a world does to the protocol. */
export const MODES = ['honest', 'faults', 'malicious-server', 'compromise'] as const;
export type Mode = (typeof MODES)[number];

/**
 * What is demanded of a property in a mode. `must-after-heal`: once faults have stopped. `bounded`:
 * it may fail within the bound that is published for it. `expected-violation`: it fails as often as
 * the adversary made it fail, no more and no less. `not-applicable`: the mode says nothing of it.
 */
export type Demand =
  | 'must'
  | 'must-after-heal'
  | 'bounded'
  | 'expected-violation'
  | 'not-applicable';

type Row = readonly [
  honest: Demand,
  faults: Demand,
  maliciousServer: Demand,
  compromise: Demand,
  ids: string,
];

const TABLE: readonly Row[] = [
  ['must', 'must', 'must', 'must', 'C1 C2 C8 C9 I1 I2 I3 I7 O1 O2 D1 D2 D3 D7 V3 A1'],
  ['must', 'must', 'must', 'must', 'K1 K2 K3 K4 K5 K6 K7 K8 X1 X2 X3 X4 X5'],
  ['must', 'must', 'bounded', 'bounded', 'C3 C4 C5 C6 C7 I4 I5 D4 D5 D8 G3 G4 G5 G6'],
  ['must', 'must', 'expected-violation', 'not-applicable', 'G1 G2 I6 O3 O4'],
  ['must-after-heal', 'must-after-heal', 'expected-violation', 'not-applicable', 'L1 O5 O6'],
  [
    'must-after-heal',
    'must-after-heal',
    'not-applicable',
    'must-after-heal',
    'L2 L3 L4 L5 L6 L7 L8 L9 L10 D6 V1 V2',
  ],
];

const DEMANDS: ReadonlyMap<string, Row> = new Map(
  TABLE.flatMap((row) => row[4].split(' ').map((id) => [id, row] as const)),
);

/** Catalogue ids that no run judges, and why. */
export const NOT_JUDGED_IN_A_RUN: ReadonlyMap<string, string> = new Map([
  ['C9', 'this edition has no message with a policy of its own: no view-once, no hosted devices'],
  ['I7', 'this edition has no quotes'],
  ['X5', 'it compares two runs: replay, check and the gate do'],
]);

/** What is demanded of a property in a mode; `must` of one that the table does not know. */
export function demandOf(id: string, mode: Mode): Demand {
  return (DEMANDS.get(id)?.[MODES.indexOf(mode)] as Demand | undefined) ?? 'must';
}

/** The demands on a property in a few words, for `list properties`. */
export function demandWords(id: string): string {
  const isAfterHeal = demandOf(id, 'honest') === 'must-after-heal';
  const must = isAfterHeal ? 'must after healing' : 'must';
  switch (demandOf(id, 'malicious-server')) {
    case 'bounded':
      return `${must}; bounded under a lying server or a leak`;
    case 'expected-violation':
      return `${must}; a lying server breaks it`;
    default:
      return isAfterHeal ? must : 'must always';
  }
}

/** Whether the table has an entry for a property. */
export function isInModeTable(id: string): boolean {
  return DEMANDS.has(id);
}

/** What a violation means in a mode: that the run failed, or that it says nothing. */
export function countsAgainst(id: string, mode: Mode): boolean {
  const demand = demandOf(id, mode);
  return demand !== 'not-applicable' && demand !== 'expected-violation';
}

/** Entries of a timeline that let something fail. */
const FAULTS: ReadonlySet<string> = new Set([
  'crash',
  'lose-last-commit',
  'disk-full',
  'restore-snapshot',
  'clone',
  'damage-record',
  'partition',
  'flap',
  'clock',
  'stanza-fault',
]);

/**
 * The mode of a scenario's runs: a compromise if a device is robbed, honest if nothing can fail.
 */
export function modeOf(scenario: Scenario): Mode {
  if (scenario.timeline.some(({ action }) => action.kind === 'steal')) return 'compromise';
  const isPerfect = scenario.accounts.every(({ devices }) =>
    devices.every(({ network }) => network.every(({ name }) => name === 'perfect')),
  );
  const hasFaults = scenario.timeline.some(
    ({ action }) =>
      FAULTS.has(action.kind) || (action.kind === 'network' && action.network !== 'perfect'),
  );
  return isPerfect && !hasFaults ? 'honest' : 'faults';
}
