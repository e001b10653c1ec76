/**
 * Generated scenarios for `check`: 1:1 worlds with a story full of trouble. Every one passes the
 * loader (a test says so), and every part of one may be left out: what shrinking takes away leaves
 * a scenario that is valid as well, since links and orders are mended after the drawing.
 */

import fc from 'fast-check';
import { arbitraryAccounts, arbitraryTalk, arbitraryTrouble, stageOf } from './generate-actions.ts';
import { arbitraryTimeUs, PROFILES, type Profile } from './generate-choices.ts';
import type { Account, Action, Scenario, TimelineEntry } from './scenario.ts';

export { PROFILES, type Profile } from './generate-choices.ts';

const MINUTE_US = 60_000_000;
/** 2021-07-14T00:00:00Z */
const EPOCH_US = 1_626_220_800_000_000;

interface Drawn {
  readonly atUs: number;
  readonly action: Action;
}

interface LinkState {
  readonly linkedFromUs: Map<string, number>;
  readonly unlinkedAtUs: Map<string, number>;
  readonly off: Set<string>;
}

function startState(accounts: readonly Account[]): LinkState {
  const linkedFromUs = new Map<string, number>();
  const off = new Set<string>();
  for (const device of accounts.flatMap(({ devices }) => devices)) {
    if (device.isLinked) linkedFromUs.set(device.name, 0);
    if (device.power === 'off') off.add(device.name);
  }
  return { linkedFromUs, unlinkedAtUs: new Map(), off };
}

function phoneOf(device: string): string {
  return `${device.slice(0, device.indexOf('.'))}.phone`;
}

function isLinked(state: LinkState, device: string): boolean {
  return state.linkedFromUs.has(device) && !state.unlinkedAtUs.has(device);
}

/** Whether an entry is possible now; keeps the state. Entries come in order of time. */
function isPossible(state: LinkState, { atUs, action }: Drawn): boolean {
  switch (action.kind) {
    case 'send':
      return isLinked(state, action.from);
    case 'read':
      return isLinked(state, action.device);
    case 'link': {
      const { companion } = action;
      const isTaken = state.linkedFromUs.has(companion);
      if (isTaken || state.off.has(companion) || state.off.has(phoneOf(companion))) return false;
      state.linkedFromUs.set(companion, atUs);
      return true;
    }
    case 'unlink':
      if (!isLinked(state, action.companion)) return false;
      state.unlinkedAtUs.set(action.companion, atUs);
      return true;
    case 'power-off':
      state.off.add(action.device);
      return true;
    case 'power-on':
      state.off.delete(action.device);
      return true;
    default:
      return true;
  }
}

/**
 * Sorts by time, leaves out what is impossible, and names the rest by what they are and when
 * (`send-90`): a name does not change when shrinking takes another entry away, so nor do the draws
 * keyed by it.
 */
function mend(accounts: readonly Account[], drawn: readonly Drawn[]): readonly TimelineEntry[] {
  const state = startState(accounts);
  const ordered = drawn
    .map((each, index) => ({ each, index }))
    .sort((left, right) => left.each.atUs - right.each.atUs || left.index - right.index);
  const counts = new Map<string, number>();
  return ordered
    .filter(({ each }) => isPossible(state, each))
    .map(({ each: { atUs, action } }) => {
      const base = `${action.kind}-${Math.floor(atUs / 1_000_000)}`;
      const count = (counts.get(base) ?? 0) + 1;
      counts.set(base, count);
      return { id: count === 1 ? base : `${base}-${count}`, atUs, action };
    });
}

function arbitraryLinking(accounts: readonly Account[]): fc.Arbitrary<Action> | undefined {
  const companions = accounts.flatMap(({ devices }) =>
    devices.filter(({ role }) => role === 'companion'),
  );
  if (companions.length === 0) return undefined;
  const by = fc.constantFrom('phone' as const, 'companion' as const);
  return fc.tuple(fc.constantFrom(...companions), by).map(([device, side]): Action => {
    const companion = device.name;
    return device.isLinked ? { kind: 'unlink', companion, by: side } : { kind: 'link', companion };
  });
}

function arbitraryTimeline(
  profile: Profile,
  accounts: readonly Account[],
  lengthUs: number,
): fc.Arbitrary<readonly TimelineEntry[]> {
  const stage = stageOf(accounts);
  const linking = profile.hasLinks ? arbitraryLinking(accounts) : undefined;
  const action = fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: arbitraryTalk(stage) },
    ...(profile.hasFaults ? [{ weight: 4, arbitrary: arbitraryTrouble(stage) }] : []),
    ...(linking === undefined ? [] : [{ weight: 1, arbitrary: linking }]),
  );
  return fc
    .array(fc.record({ atUs: arbitraryTimeUs(lengthUs), action }), {
      minLength: 1,
      maxLength: profile.entriesMax,
    })
    .map((drawn) => mend(accounts, drawn));
}

function arbitraryStrangers(accounts: readonly Account[]): fc.Arbitrary<Scenario['strangers']> {
  const names = accounts.map(({ name }) => name);
  const pairs = names.flatMap((left, index) =>
    names.slice(index + 1).map((right): readonly [string, string] => [left, right]),
  );
  return fc.subarray(pairs);
}

const DEFAULT_PROFILE = PROFILES[0];

/**
 * Draws a whole scenario of a profile (the first of `PROFILES` when none is given), without seed,
 * expectations and workload: its properties judge it.
 */
export function arbitraryScenario(
  profile: Profile | undefined = DEFAULT_PROFILE,
): fc.Arbitrary<Scenario> {
  if (profile === undefined) throw new Error('PROFILES has a first element');
  const { accountsMax, devicesMax, hasLinks, minutesMax } = profile;
  const world = fc.record({
    accounts: arbitraryAccounts(accountsMax, devicesMax, hasLinks),
    minutes: fc.integer({ min: 1, max: minutesMax }),
  });
  return world.chain(({ accounts, minutes }) => {
    const lengthUs = minutes * MINUTE_US;
    return fc
      .record({
        timeline: arbitraryTimeline(profile, accounts, lengthUs),
        strangers: arbitraryStrangers(accounts),
        prekeys: fc.constantFrom(10, 30),
      })
      .map(
        ({ timeline, strangers, prekeys }): Scenario => ({
          lockstep: 1,
          name: 'generated',
          summary: `A generated story of the profile ${profile.name}.`,
          epochUs: EPOCH_US,
          lengthUs,
          accounts,
          groups: [],
          networks: [],
          settings: {
            prekeys,
            transport: 'modelled',
            placeholderDeadlineUs: 5 * MINUTE_US,
            dozeLatenessUs: MINUTE_US,
            expectedListGraceUs: 48 * 60 * MINUTE_US,
            mirrorsOldContacts: false,
          },
          strangers,
          workload: [],
          timeline,
          heal: { forUs: 10 * MINUTE_US },
          mustFire: [],
          mustCheck: [],
          expect: [],
          exceptions: [],
          overrides: [],
        }),
      );
  });
}

/** An id for an added entry that the scenario does not use yet. */
function freeId(taken: ReadonlySet<string>, index: number): string {
  let id = `extra-${index + 1}`;
  while (taken.has(id)) id = `${id}x`;
  return id;
}

/**
 * Draws a variation of a scenario: another seed and up to four more faults, changes of network
 * among them. The story's own entries stay; its expectations and `must-` lists go, since they speak
 * of the story as it was told, and the properties stay. Shrinks to the scenario with another seed.
 */
export function arbitraryVariation(scenario: Scenario): fc.Arbitrary<Scenario> {
  const { accounts, lengthUs, timeline } = scenario;
  const stage = stageOf(accounts);
  const taken = new Set([...timeline, ...scenario.workload].map(({ id }) => id));
  // Switching devices off could make a later link impossible; every other trouble is always
  // possible.
  const trouble = arbitraryTrouble(stage).filter(({ kind }) => kind !== 'power-off');
  return fc
    .record({
      seed: fc.nat(2 ** 31 - 1).map(String),
      extras: fc.array(fc.record({ atUs: arbitraryTimeUs(lengthUs), action: trouble }), {
        maxLength: 4,
      }),
    })
    .map(({ seed, extras }): Scenario => {
      const entries = extras.map((extra, index) => ({ id: freeId(taken, index), ...extra }));
      const all = [...timeline, ...entries].map((entry, index) => ({ entry, index }));
      all.sort((left, right) => left.entry.atUs - right.entry.atUs || left.index - right.index);
      return {
        ...scenario,
        seed,
        timeline: all.map(({ entry }) => entry),
        mustFire: [],
        mustCheck: [],
        expect: [],
      };
    });
}
