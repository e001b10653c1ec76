/**
 * Makes a failing scenario smaller while it fails in the same way: fewer timeline entries,
 * workloads, messages, devices, accounts, stages of a rollout; a shorter story. Greedy and bounded
 * by a number of runs. Works on the plain scenario, so that generated and written ones shrink
 * alike.
 */

import { factSubject } from '../../scenarios/fact.ts';
import { mentionsOf } from '../../scenarios/mentions.ts';
import type {
  Account,
  Device,
  Group,
  Scenario,
  TimelineEntry,
  Workload,
} from '../../scenarios/scenario.ts';

/** Answers whether a candidate still fails in the same way. */
export type StillFails = (scenario: Scenario) => boolean;

/** The smaller scenario and what it cost. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly runs: number;
}

/**
 * All lists that leave out one stretch of a list: halves first, then quarters, … then single
 * elements.
 */
export function* withoutStretches<Element>(list: readonly Element[]): Generator<Element[]> {
  for (let length = Math.ceil(list.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let start = 0; start < list.length; start += length) {
      yield [...list.slice(0, start), ...list.slice(start + length)];
    }
  }
}

/** Devices linked from the beginning or by an entry of the timeline. */
function linkedSometime(scenario: Scenario): ReadonlySet<string> {
  const linked = new Set<string>();
  for (const { devices } of scenario.accounts) {
    for (const { name, isLinked } of devices) if (isLinked) linked.add(name);
  }
  for (const { action } of scenario.timeline) {
    if (action.kind === 'link') linked.add(action.companion);
  }
  return linked;
}

/** Entries of which everything they name is there; what they build on comes before them. */
function told(scenario: Scenario, isThere: (name: string) => boolean): readonly TimelineEntry[] {
  const linked = linkedSometime(scenario);
  const ids = new Set<string>();
  return scenario.timeline.filter(({ id, action }) => {
    const { actors, names, entries } = mentionsOf(action);
    const isTold =
      actors.every((name) => linked.has(name)) &&
      names.every(isThere) &&
      entries.every((entry) => ids.has(entry));
    if (isTold) ids.add(id);
    return isTold;
  });
}

/** Groups without those who are gone, and without those that nobody creates any more. */
function groupsLeft(scenario: Scenario, accounts: ReadonlySet<string>): readonly Group[] {
  const created = new Set(
    scenario.timeline.flatMap(({ action }) =>
      action.kind === 'create-group' ? [action.group] : [],
    ),
  );
  return scenario.groups
    .filter(({ name, members, existsAtStart }) => {
      return accounts.has(members[0] as string) && (existsAtStart || created.has(name));
    })
    .map((group) => ({
      ...group,
      members: group.members.filter((name) => accounts.has(name)),
      admins: group.admins.filter((name) => accounts.has(name)),
    }));
}

/**
 * Drops what names a device, group or entry that is no longer there, and what only a linked device
 * can do of one that nothing links any more.
 */
export function consistent(scenario: Scenario): Scenario {
  const accounts = new Set(scenario.accounts.map(({ name }) => name));
  const devices = scenario.accounts.flatMap(({ devices: own }) => own.map(({ name }) => name));
  const groups = groupsLeft(scenario, accounts);
  const names = new Set([
    'server',
    'blobs',
    ...accounts,
    ...devices,
    ...groups.map(({ name }) => name),
  ]);
  const isThere = (name: string): boolean => names.has(name);
  const timeline = told(scenario, isThere);
  const workload = scenario.workload.filter((one) => {
    const parties = one.kind === 'conversation' ? one.between : [...one.from, ...one.to];
    return parties.every(isThere);
  });
  const linked = linkedSometime(scenario);
  const ids = new Set(timeline.map(({ id }) => id));
  const expect = scenario.expect
    .filter(({ fact }) => isThere(factSubject(fact)) || ids.has(factSubject(fact)))
    .map((one) => ({ ...one, on: one.on.filter((name) => isThere(name) && linked.has(name)) }))
    .filter(({ on }) => on.length > 0);
  const strangers = scenario.strangers.filter((pair) => pair.every(isThere));
  return { ...scenario, groups, timeline, workload, expect, strangers };
}

function* fewerAccounts(scenario: Scenario): Generator<Scenario> {
  if (scenario.accounts.length <= 2) return;
  for (const accounts of withoutStretches(scenario.accounts)) {
    if (accounts.length >= 2) yield consistent({ ...scenario, accounts });
  }
}

function* fewerDevices(scenario: Scenario): Generator<Scenario> {
  for (const account of scenario.accounts) {
    const [phone, ...companions] = account.devices;
    if (phone === undefined) continue;
    for (const kept of withoutStretches<Device>(companions)) {
      const smaller: Account = { ...account, devices: [phone, ...kept] };
      const accounts = scenario.accounts.map((one) => (one === account ? smaller : one));
      yield consistent({ ...scenario, accounts });
    }
  }
}

function* fewerMessages(scenario: Scenario): Generator<Scenario> {
  for (const one of scenario.workload) {
    if (one.kind !== 'conversation' || one.messages <= 1) continue;
    for (const messages of new Set([1, Math.floor(one.messages / 2), one.messages - 1])) {
      const smaller: Workload = { ...one, messages };
      const workload = scenario.workload.map((other) => (other === one ? smaller : other));
      yield { ...scenario, workload };
    }
  }
}

/** Without the rollout, or with some of its stages. */
function* fewerStages(scenario: Scenario): Generator<Scenario> {
  const { rollout, ...rest } = scenario;
  if (rollout === undefined) return;
  yield rest;
  for (const stages of withoutStretches(rollout.stages)) {
    if (stages.length > 0) yield { ...scenario, rollout: { ...rollout, stages } };
  }
}

function* smaller(scenario: Scenario): Generator<Scenario> {
  for (const workload of withoutStretches(scenario.workload)) yield { ...scenario, workload };
  for (const timeline of withoutStretches(scenario.timeline)) {
    yield consistent({ ...scenario, timeline });
  }
  yield* fewerAccounts(scenario);
  yield* fewerDevices(scenario);
  yield* fewerMessages(scenario);
  yield* fewerStages(scenario);
  for (const overrides of withoutStretches(scenario.overrides)) yield { ...scenario, overrides };
  for (const strangers of withoutStretches(scenario.strangers)) yield { ...scenario, strangers };
  for (const expect of withoutStretches(scenario.expect)) yield { ...scenario, expect };
  if (scenario.mustCheck.length > 0 || scenario.mustFire.length > 0) {
    yield { ...scenario, mustCheck: [], mustFire: [], excused: [] };
  }
}

/** Shrinks until nothing smaller fails alike, or `maxRuns` candidates were tried. */
export function shrink(scenario: Scenario, stillFails: StillFails, maxRuns: number): Shrunk {
  let best = scenario;
  let runs = 0;
  let isSmaller = true;
  while (isSmaller && runs < maxRuns) {
    isSmaller = false;
    for (const candidate of smaller(best)) {
      if (runs >= maxRuns) break;
      runs += 1;
      if (stillFails(candidate)) {
        best = candidate;
        isSmaller = true;
        break;
      }
    }
  }
  return { scenario: best, runs };
}
