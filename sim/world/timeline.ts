/**
 * What a scenario's timeline means for the links, worked out before the run: networks, cuts and
 * stanza faults per device. Entries that the chooser leaves out (`timeline/ID` = 0) have no part in
 * it.
 *
 * What it does not do: power, crashes, clocks and commands; the world carries those out in their
 * time.
 */

import { assert } from '../../protocol/errors.ts';
import type { Action, Scenario, TimelineEntry } from '../../scenarios/scenario.ts';
import type { Chooser } from '../kernel/chooser.ts';
import { originalOf } from '../ledger/names.ts';
import { type Cut, type NetworkSince, TO_DEVICE, TO_SERVER } from '../network/link.ts';
import { type NetworkModel, networksOf } from '../network/networks.ts';
import type { StanzaFaultWindow } from '../network/stanza-faults.ts';
import { clonesOf } from './clones.ts';
import { rolloutEntries } from './rollout.ts';

/** Name under which a partition's side means the server. */
export const SERVER = 'server';
/** Name of the file store's host and endpoint. */
export const BLOBS = 'blobs';

/** What one device's link goes through. */
export interface LinkPlan {
  readonly device: string;
  readonly networks: NetworkSince[];
  readonly cuts: Cut[];
  readonly faults: StanzaFaultWindow[];
}

export interface TimelinePlan {
  /** Entries that happen, in order. */
  readonly entries: readonly TimelineEntry[];
  /** In order of the scenario's devices. */
  readonly links: readonly LinkPlan[];
}

/** The choice that decides whether an entry happens. */
export function choiceOf(entry: TimelineEntry): string {
  return `timeline/${entry.id}`;
}

/** Asks for every entry and lays out the links. */
export function planTimeline(scenario: Scenario, chooser: Chooser): TimelinePlan {
  const models = networksOf(scenario.networks);
  const all = inOrder([...withUpgrades(scenario), ...rolloutEntries(scenario, chooser)]);
  const entries = all.filter((entry) => chooser.flag(choiceOf(entry), true));
  const plans = new Map<string, LinkPlan>();
  for (const account of scenario.accounts) {
    for (const { name, network } of account.devices) {
      const networks = network.map(({ fromUs, name: model }) => {
        return { fromUs, model: modelOf(models, model) };
      });
      plans.set(name, { device: name, networks, cuts: [], faults: [] });
    }
  }
  for (const clone of clonesOf(scenario.timeline)) {
    const networks = plans.get(originalOf(clone))?.networks ?? [];
    plans.set(clone, { device: clone, networks: [...networks], cuts: [], faults: [] });
  }
  const layout: Layout = { scenario, models, plans, entries };
  for (const [at, entry] of entries.entries()) layOut(layout, entry, at);
  for (const plan of plans.values()) {
    plan.networks.sort((one, other) => one.fromUs - other.fromUs);
  }
  return { entries, links: [...plans.values()] };
}

/**
 * The timeline with an `upgrade` entry for every account whose app is described as old at first and
 * current from some time on (`app: [{ use: old }, { from: 8m, use: current }]`).
 */
export function withUpgrades(scenario: Scenario): readonly TimelineEntry[] {
  const upgrades: TimelineEntry[] = [];
  for (const { name, multiDevice } of scenario.accounts) {
    const [first, ...later] = multiDevice;
    const turn = first?.isCapable === false ? later.find(({ isCapable }) => isCapable) : undefined;
    if (turn === undefined) continue;
    const action = { kind: 'upgrade', account: name } as const;
    upgrades.push({ id: `app/${name}`, atUs: turn.fromUs, action });
  }
  if (upgrades.length === 0) return scenario.timeline;
  return inOrder([...upgrades, ...scenario.timeline]);
}

/** In order of time, ties as they were. */
function inOrder(entries: TimelineEntry[]): readonly TimelineEntry[] {
  return entries.sort((one, other) => one.atUs - other.atUs);
}

interface Layout {
  readonly scenario: Scenario;
  readonly models: ReadonlyMap<string, NetworkModel>;
  readonly plans: ReadonlyMap<string, LinkPlan>;
  readonly entries: readonly TimelineEntry[];
}

function layOut(layout: Layout, entry: TimelineEntry, at: number): void {
  const { action, atUs } = entry;
  const choice = choiceOf(entry);
  switch (action.kind) {
    case 'network': {
      const model = modelOf(layout.models, action.network);
      planOf(layout, action.device).networks.push({ fromUs: atUs, model });
      return;
    }
    case 'offline': {
      const untilUs = onlineAfter(layout, action.device, at);
      planOf(layout, action.device).cuts.push({ fromUs: atUs, untilUs, lever: 'offline', choice });
      return;
    }
    case 'partition':
      cutSides(layout, action, atUs, choice);
      return;
    case 'flap':
      flap(planOf(layout, action.device), action, atUs, choice);
      return;
    case 'stanza-fault': {
      const { fault, stanza, chance, delayUs } = action;
      const direction = action.direction === 'to-server' ? TO_SERVER : TO_DEVICE;
      const untilUs = Math.min(atUs + action.forUs, layout.scenario.lengthUs);
      const window = { fault, direction, stanza, fromUs: atUs, untilUs, chance, delayUs, choice };
      planOf(layout, action.device).faults.push(window);
      return;
    }
    default:
      return;
  }
}

/** When the device's next `online` entry after place `at` comes; the end of the story otherwise. */
function onlineAfter(layout: Layout, device: string, at: number): number {
  for (const { action, atUs } of layout.entries.slice(at + 1)) {
    if (action.kind === 'online' && action.device === device) return atUs;
  }
  return layout.scenario.lengthUs;
}

function cutSides(
  layout: Layout,
  action: Extract<Action, { kind: 'partition' }>,
  atUs: number,
  choice: string,
): void {
  const [first, second] = action.sides;
  const untilUs = atUs + action.forUs;
  const cut = (names: readonly string[], farSide: readonly string[], direction: 0 | 1): void => {
    const way = action.direction === 'both' ? {} : { direction };
    for (const end of endpointsCut(action.sides, farSide)) {
      const window: Cut = { fromUs: atUs, untilUs, lever: 'partition', choice, ...way, ...end };
      for (const device of devicesNamed(layout.scenario, names)) {
        planOf(layout, device).cuts.push(window);
      }
    }
  };
  // All traffic passes an endpoint, so a cut between devices alone cuts nothing.
  cut(first, second, TO_SERVER);
  cut(second, first, TO_DEVICE);
}

/**
 * What the devices across from a side are cut from: of `server` alone everything, since its store
 * of files is out of reach with it; where the sides tell `server` and `blobs` apart, what is named.
 */
function endpointsCut(
  sides: readonly (readonly string[])[],
  farSide: readonly string[],
): readonly { readonly endpoint?: string }[] {
  const areApart = sides.some((side) => side.includes(BLOBS) !== side.includes(SERVER));
  const areNamed = sides.some((side) => side.includes(BLOBS));
  const named = [SERVER, BLOBS].filter((endpoint) => farSide.includes(endpoint));
  if (named.length === 0) return [];
  return areNamed && areApart ? named.map((endpoint) => ({ endpoint })) : [{}];
}

function flap(
  plan: LinkPlan,
  action: Extract<Action, { kind: 'flap' }>,
  atUs: number,
  choice: string,
): void {
  const endUs = atUs + action.forUs;
  const periodUs = action.downUs + action.upUs;
  assert(periodUs > 0, 'a flapping link is down or up for a while');
  for (let fromUs = atUs; fromUs < endUs; fromUs += periodUs) {
    const untilUs = Math.min(fromUs + action.downUs, endUs);
    plan.cuts.push({ fromUs, untilUs, lever: 'partition', choice });
  }
}

/** Devices by name, or all devices of an account; `server` stands for none. */
function devicesNamed(scenario: Scenario, names: readonly string[]): string[] {
  const out: string[] = [];
  for (const { name, devices } of scenario.accounts) {
    for (const device of devices) {
      if (names.includes(name) || names.includes(device.name)) out.push(device.name);
    }
  }
  return out;
}

function planOf(layout: Layout, device: string): LinkPlan {
  const plan = layout.plans.get(device);
  assert(plan !== undefined, 'the loader has checked the names of devices');
  return plan;
}

function modelOf(models: ReadonlyMap<string, NetworkModel>, name: string): NetworkModel {
  const model = models.get(name);
  assert(model !== undefined, 'the loader has checked the names of networks');
  return model;
}
