import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryScenario, arbitraryVariation, FEATURES, PROFILES } from './generate.ts';
import { findScenario, listScenarios } from './library.ts';
import { loadScenario } from './load.ts';
import { printScenario } from './print.ts';
import type { Scenario } from './scenario.ts';
import { formatScenarioErrors } from './scenario-error.ts';
import { accountOf } from './words.ts';

const RUNS = { numRuns: 60, seed: 20_210_714 };

function reload(scenario: Scenario): Scenario {
  const result = loadScenario(printScenario(scenario), 'printed.yaml');
  if (result.kind === 'loaded') return result.scenario;
  throw new Error(formatScenarioErrors(result.errors));
}

/** The line of an expectation is that of the file it was read from. */
function withoutLines(scenario: Scenario): Scenario {
  return { ...scenario, expect: scenario.expect.map((each) => ({ ...each, line: 0 })) };
}

/** Follows the first shrink again and again, and gives everything on the way. */
function shrinkPath(arbitrary: fc.Arbitrary<Scenario>, limit: number): readonly Scenario[] {
  const seen: Scenario[] = [];
  const settings = { seed: 7, numRuns: 1, verbose: 0 as const };
  fc.check(
    fc.property(arbitrary, (scenario) => {
      seen.push(scenario);
      return seen.length > limit;
    }),
    settings,
  );
  return seen;
}

describe('generated scenarios', () => {
  for (const profile of PROFILES) {
    it(`of the profile ${profile.name} are printed and read back as the same data`, () => {
      fc.assert(
        fc.property(arbitraryScenario(profile), (scenario) => {
          expect(reload(scenario)).toEqual(scenario);
        }),
        RUNS,
      );
    });

    it(`of the profile ${profile.name} with every feature are printed and read back, too`, () => {
      fc.assert(
        fc.property(arbitraryScenario(profile, FEATURES), (scenario) => {
          expect(reload(scenario)).toEqual(scenario);
          expect(scenario.timeline.length).toBeLessThanOrEqual(profile.entriesMax);
        }),
        RUNS,
      );
    });
  }

  it('stay within their profile', () => {
    for (const profile of PROFILES) {
      fc.assert(
        fc.property(arbitraryScenario(profile), ({ accounts, timeline, lengthUs }) => {
          expect(accounts.length).toBeGreaterThanOrEqual(2);
          expect(accounts.length).toBeLessThanOrEqual(profile.accountsMax);
          for (const { devices } of accounts) {
            expect(devices.length).toBeLessThanOrEqual(profile.devicesMax);
          }
          expect(timeline.length).toBeLessThanOrEqual(profile.entriesMax);
          expect(lengthUs).toBeLessThanOrEqual(profile.minutesMax * 60_000_000);
        }),
        RUNS,
      );
    }
  });

  it('shrink to two phones without a companion on perfect networks', () => {
    const path = shrinkPath(arbitraryScenario(), 4_000);
    const last = path.at(-1);
    expect(last?.accounts.map(({ devices }) => devices.length)).toEqual([1, 1]);
    expect(
      last?.accounts.flatMap(({ devices }) => devices.flatMap(({ network }) => network)),
    ).toEqual([
      { fromUs: 0, name: 'perfect' },
      { fromUs: 0, name: 'perfect' },
    ]);
    expect(last?.timeline.length).toBeLessThanOrEqual(1);
    expect(last?.strangers).toEqual([]);
  });

  it('are valid at every step of shrinking', () => {
    for (const scenario of shrinkPath(arbitraryScenario(), 300)) {
      expect(reload(scenario)).toEqual(scenario);
    }
  });

  it('with every feature are valid at every step of shrinking', () => {
    for (const scenario of shrinkPath(arbitraryScenario(PROFILES[0], FEATURES), 300)) {
      expect(reload(scenario)).toEqual(scenario);
    }
  });

  it('contain every kind of action of every feature, and notes to oneself', () => {
    const kinds = new Set<string>();
    const noted = new Set<string>();
    const all = arbitraryScenario(PROFILES[0], FEATURES);
    for (const { timeline } of fc.sample(all, { ...RUNS, numRuns: 600 })) {
      for (const { action } of timeline) {
        if (action.kind === 'change-group') kinds.add(action.change);
        else kinds.add(action.kind === 'app-state' ? action.set.kind : action.kind);
        if (action.kind !== 'send' && action.kind !== 'send-media') continue;
        if (accountOf(action.from) === action.to) noted.add(action.kind);
      }
    }
    expect([...noted].sort()).toEqual(['send', 'send-media']);
    expect([...kinds].sort()).toEqual([
      ...['add', 'answer', 'archive', 'call', 'clear-chat', 'clock', 'clone', 'contact', 'crash'],
      ...['create-group', 'damage-record', 'delete-chat', 'delete-message', 'demote', 'disk-full'],
      ...[
        'doze',
        'drain-prekeys',
        'fetch-history',
        'fetch-media',
        'flap',
        'hang-up',
        'leave',
        'link',
      ],
      ...['lose-last-commit', 'mark-read', 'mute', 'network', 'offline', 'online', 'partition'],
      ...['pin', 'power-off', 'power-on', 'promote', 'push-name', 're-register', 'read', 'reject'],
      ...['remove', 'restore-snapshot', 'send', 'send-media', 'stanza-fault', 'star', 'steal'],
      ...['unlink', 'upgrade', 'verify', 'wake'],
    ]);
  });

  it('contain every kind of action', () => {
    const kinds = new Set<string>();
    for (const { timeline } of fc.sample(arbitraryScenario(PROFILES[0], []), {
      ...RUNS,
      numRuns: 400,
    })) {
      for (const { action } of timeline) kinds.add(action.kind);
    }
    expect([...kinds].sort()).toEqual([
      ...['clock', 'crash', 'disk-full', 'doze', 'flap', 'link', 'lose-last-commit', 'network'],
      ...['offline', 'online', 'partition', 'power-off', 'power-on', 'read', 'send'],
      ...['stanza-fault', 'unlink', 'wake'],
    ]);
  });
});

describe('variations', () => {
  it('of every scenario of the library pass the loader', () => {
    for (const { name } of listScenarios()) {
      const scenario = findScenario(name);
      if (scenario === undefined) throw new Error(name);
      fc.assert(
        fc.property(arbitraryVariation(scenario), (variation) => {
          expect(reload(variation)).toEqual(variation);
          expect(variation.timeline).toEqual(expect.arrayContaining([...scenario.timeline]));
        }),
        { ...RUNS, numRuns: 4 },
      );
    }
  });
});

describe('printScenario', () => {
  it('writes every scenario of the library so that the same is read back', () => {
    for (const { name } of listScenarios()) {
      const scenario = findScenario(name);
      if (scenario === undefined) throw new Error(name);
      expect(withoutLines(reload(scenario))).toEqual(withoutLines(scenario));
    }
  });
});
