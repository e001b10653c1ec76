/** What counts as the same failure, and what a crash of ours excuses. */

import { expect, it } from 'vitest';
import { findScenario } from '../../scenarios/library.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { printScenario } from '../../scenarios/print.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { performTask } from './search.ts';
import type { Batch, Task, TaskReport } from './task.ts';
import { engineOf } from './worker.ts';

function story(edit: (text: string) => string = (text) => text): Scenario {
  const plain = findScenario('stale-device-list');
  if (plain === undefined) throw new Error('the library has a story with a link');
  const loaded = loadScenario(edit(printScenario(plain)), 'story.yaml');
  if (loaded.kind === 'refused') throw new Error(loaded.errors[0]?.sentence);
  return loaded.scenario;
}

function performed(scenario: Scenario, task: Task): TaskReport {
  const batch: Batch = {
    scenarios: [scenario],
    tasks: [task],
    architecture: 'fanout',
    crypto: 'openssl',
    maxEvents: 100_000,
    repeatEvery: 10,
    shrinkRuns: 120,
  };
  return performTask(batch, task, 1, engineOf(batch));
}

const crash = (choice: string): Task => ({ kind: 'crash', scenario: 0, seed: '1', choice });

/** The counterexample as it is written, loaded again. */
function written({ finding }: TaskReport): Scenario {
  if (finding === undefined) throw new Error('nothing was found');
  const loaded = loadScenario(printScenario(finding.counterexample), 'finding.yaml');
  expect(loaded).toMatchObject({ kind: 'loaded' });
  if (loaded.kind === 'refused') throw new Error('refused');
  return loaded.scenario;
}

it('a message that our crash kept from being written is waived', () => {
  const report = performed(story(), crash('crash/fresh/0'));
  expect(report.finding).toBeUndefined();
  // Two expectations speak of it.
  expect(report).toMatchObject({ verdict: 'held', waived: 2 });
});

it('a link that our crash ended excuses the device; one it delayed leaves it history', () => {
  const ended = performed(story(), crash('crash/new-tablet/0'));
  expect(ended).toMatchObject({ verdict: 'held', waived: 2 });
  const delayed = performed(story(), crash('crash/alice.tablet/connect/1/open/server/0'));
  // Linked after the message, the tablet has it as history: nothing is missing, but no list was
  // stale when it was sent, so the story was not told.
  expect(delayed).toMatchObject({ verdict: 'undecided', waived: 0 });
});

it('a message unwritten without our crash is not excused by it', () => {
  const off = '  - { id: gone, at: 19m, power-off: bob.phone }';
  const scenario = story((text) => text.replace('\ntimeline:\n', `\ntimeline:\n${off}\n`));
  const report = performed(scenario, crash('crash/before/2'));
  expect(report).toMatchObject({ verdict: 'violated', waived: 0 });
  expect(report.finding?.sentence).toBe('"fresh" was never written.');
});

it('a counterexample of a story with a link is taken by the language and fails alike', () => {
  const hasty = story((text) =>
    text.replace('alice.tablet ], within: 5m', 'alice.tablet ], within: 1us'),
  );
  const given: Task = { kind: 'given', scenario: 0, seed: '1' };
  const report = performed(hasty, given);
  expect(report.finding?.sentence).toMatch(/^"stale" showed on alice.tablet after/);
  const small = written(report);
  expect(small.timeline.map(({ id }) => id)).toContain('new-tablet');
  expect(small.expect).toHaveLength(1);
  const again = performed(small, given);
  expect(again.finding?.sentence).toBe(report.finding?.sentence);
});

it('what fails for a crash alone keeps the crash when it is made small', () => {
  const hasty = story((text) =>
    text.replace(/(shown: fresh.*) within: 1m/, (_all, before) => `${before} within: 900ms`),
  );
  expect(performed(hasty, { kind: 'given', scenario: 0, seed: '1' }).finding).toBeUndefined();
  const report = performed(hasty, crash('crash/fresh/1'));
  expect(report.finding?.sentence).toMatch(/^"fresh" showed on alice.* after/);
  const small = written(report);
  expect(small.overrides).toEqual([{ choice: 'crash/fresh/1', value: 1 }]);
  expect(small.timeline.map(({ id }) => id)).toEqual(['fresh']);
});

it('what a scenario excepts is no finding', () => {
  const text = `
lockstep: 1
name: robbed
summary: A browser is robbed of keys that open all of its past.
architecture: relay
length: 10m
accounts:
  alice: { companions: { laptop: {} } }
  bob: {}
timeline:
  - { at: 10s, send: { from: bob.phone, to: alice, text: "An old secret of mine." } }
  - { at: 1m, read: { device: alice.laptop, chat: bob } }
  - { at: 5m, steal: alice.laptop }
`;
  const findingOf = (written: string) => {
    const loaded = loadScenario(written, 'robbed.yaml');
    if (loaded.kind === 'refused') throw new Error(loaded.errors[0]?.sentence);
    const task: Task = { kind: 'given', scenario: 0, seed: '1' };
    const batch: Batch = {
      scenarios: [loaded.scenario],
      tasks: [task],
      crypto: 'openssl',
      maxEvents: 100_000,
      repeatEvery: 10,
      shrinkRuns: 0,
    };
    return performTask(batch, task, 1, engineOf(batch)).finding?.property;
  };
  expect(findingOf(text)).toBe('C3');
  const excepted = 'exceptions:\n  - { property: C3, architecture: relay, why: "static keys" }\n';
  expect(findingOf(text + excepted)).toBeUndefined();
});

it('expectations are judged with other seeds, and not where trouble was added', () => {
  const kinds: readonly Task[] = [
    { kind: 'given', scenario: 0, seed: '1' },
    { kind: 'reseeded', scenario: 0, seed: '2' },
    { kind: 'varied', scenario: 0, seed: '1', index: 3 },
  ];
  const reports = kinds.map((task) => performed(story(), task));
  expect(reports.map(({ hadExpectations }) => hadExpectations)).toEqual([true, true, false]);
  expect(reports.map(({ verdict }) => verdict)).toEqual(['held', 'held', 'held']);
});
