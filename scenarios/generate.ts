/**
 * Generated scenarios for `check`: 1:1 worlds with a story full of trouble. Every one passes the
 * loader (a test says so), and every part of one may be left out: what shrinking takes away leaves
 * a scenario that is valid as well, since links and orders are mended after the drawing.
 */

import fc from 'fast-check';
import {
  arbitraryAccounts,
  arbitraryTalk,
  arbitraryTrouble,
  type Stage,
  stageOf,
} from './generate-actions.ts';
import {
  arbitraryTimeUs,
  FEATURES,
  type Feature,
  PROFILES,
  type Profile,
} from './generate-choices.ts';
import { alone } from './generate-draft.ts';
import { type Drawn, groupsTold, mend } from './generate-mend.ts';
import { arbitraryGroups, arbitraryPeople, arbitraryTheft } from './generate-people.ts';
import type { Account, Action, Group, Scenario } from './scenario.ts';

export {
  FEATURES,
  type Feature,
  PROFILES,
  type Profile,
} from './generate-choices.ts';

const MINUTE_US = 60_000_000;
/** 2021-07-14T00:00:00Z */
const EPOCH_US = 1_626_220_800_000_000;

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

function arbitraryDrawn(
  { profile, features }: Wanted,
  stage: Stage,
  lengthUs: number,
): fc.Arbitrary<readonly Drawn[]> {
  const linking = profile.hasLinks ? arbitraryLinking(stage.accounts) : undefined;
  const people = arbitraryPeople(
    stage,
    features.filter((one) => isFor(profile, one)),
  );
  const single = (arbitrary: fc.Arbitrary<Action>) => arbitrary.map((action) => alone(action));
  const draft = fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: single(arbitraryTalk(stage)) },
    ...(profile.hasFaults ? [{ weight: 4, arbitrary: single(arbitraryTrouble(stage)) }] : []),
    ...(linking === undefined ? [] : [{ weight: 1, arbitrary: single(linking) }]),
    ...(people === undefined ? [] : [{ weight: 4, arbitrary: people }]),
  );
  return fc
    .array(fc.record({ atUs: arbitraryTimeUs(lengthUs), draft }), {
      minLength: 1,
      maxLength: profile.entriesMax,
    })
    .map((drafts) => {
      return drafts.flatMap(({ atUs, draft: entries }) =>
        entries.map(({ offsetUs, action, pick }) => {
          return { atUs: Math.min(atUs + offsetUs, lengthUs), action, pick };
        }),
      );
    });
}

/** A profile without faults or links has no features that bring them. */
function isFor(profile: Profile, feature: Feature): boolean {
  if (feature === 'storage' || feature === 'thefts' || feature === 'drains')
    return profile.hasFaults;
  return feature === 'registration' ? profile.hasFaults && profile.hasLinks : true;
}

/** What a scenario is to be made of. */
interface Wanted {
  readonly profile: Profile;
  readonly features: readonly Feature[];
}

function arbitraryStrangers(accounts: readonly Account[]): fc.Arbitrary<Scenario['strangers']> {
  const names = accounts.map(({ name }) => name);
  const pairs = names.flatMap((left, index) =>
    names.slice(index + 1).map((right): readonly [string, string] => [left, right]),
  );
  return fc.subarray(pairs);
}

/** What all generated scenarios have in common. */
const PLAIN: Scenario = {
  lockstep: 1,
  name: 'generated',
  summary: '',
  epochUs: EPOCH_US,
  lengthUs: 0,
  accounts: [],
  groups: [],
  networks: [],
  settings: {
    prekeys: 30,
    placeholderDeadlineUs: 5 * MINUTE_US,
    dozeLatenessUs: MINUTE_US,
    expectedListGraceUs: 48 * 60 * MINUTE_US,
    mirrorsOldContacts: false,
    transport: 'modelled',
  },
  strangers: [],
  workload: [],
  timeline: [],
  heal: { forUs: 10 * MINUTE_US },
  mustFire: [],
  mustCheck: [],
  excused: [],
  expect: [],
  exceptions: [],
  overrides: [],
};

const DEFAULT_PROFILE = PROFILES[0];

/**
 * Draws a whole scenario of a profile (the first of `PROFILES` when none is given) and of features,
 * without seed, expectations and workload: its properties judge it.
 */
export function arbitraryScenario(
  profile: Profile | undefined = DEFAULT_PROFILE,
  features: readonly Feature[] = FEATURES,
): fc.Arbitrary<Scenario> {
  if (profile === undefined) throw new Error('PROFILES has a first element');
  const { accountsMax, devicesMax, hasLinks, minutesMax } = profile;
  const world = fc.record({
    accounts: arbitraryAccounts(accountsMax, devicesMax, hasLinks, features.includes('old-apps')),
    minutes: fc.integer({ min: 1, max: minutesMax }),
  });
  return world.chain(({ accounts, minutes }) => {
    if (!features.includes('groups'))
      return arbitraryStory({ profile, features }, accounts, [], minutes);
    const names = accounts.map(({ name }) => name);
    return arbitraryGroups(names).chain((groups) =>
      arbitraryStory({ profile, features }, accounts, groups, minutes),
    );
  });
}

function arbitraryStory(
  wanted: Wanted,
  accounts: readonly Account[],
  groups: readonly Group[],
  minutes: number,
): fc.Arbitrary<Scenario> {
  const lengthUs = minutes * MINUTE_US;
  const { profile, features } = wanted;
  const stage = stageOf(accounts, groups);
  const hasThefts = features.includes('thefts') && isFor(profile, 'thefts');
  return fc
    .record({
      drawn: arbitraryDrawn(wanted, stage, lengthUs),
      strangers: arbitraryStrangers(accounts),
      prekeys: fc.constantFrom(10, 30),
      theft: hasThefts ? arbitraryTheft(stage, lengthUs) : fc.constant([]),
    })
    .map(({ drawn, strangers, prekeys, theft }): Scenario => {
      const timeline = mend(accounts, groups, [...drawn, ...theft], profile.entriesMax);
      return {
        ...PLAIN,
        summary: `A generated story of the profile ${profile.name}.`,
        lengthUs,
        accounts,
        groups: groupsTold(groups, timeline),
        settings: { ...PLAIN.settings, prekeys },
        strangers,
        timeline,
      };
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
 * of the story as it was told, and the properties stay. Shrinks to the scenario with another seed,
 * which a search runs with its expectations as well, as a task of its own.
 */
export function arbitraryVariation(scenario: Scenario): fc.Arbitrary<Scenario> {
  const { accounts, lengthUs, timeline } = scenario;
  const stage = stageOf(accounts, scenario.groups);
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
        excused: [],
        expect: [],
      };
    });
}
