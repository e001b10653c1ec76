/** Joining, leaving and staged rollouts: what can be written, and what is said of the rest. */

import { describe, expect, it } from 'vitest';
import { loadScenario } from './load.ts';
import { printScenario } from './print.ts';

const HEAD = `lockstep: 1
name: weeks
summary: Weeks.
architecture: relay
length: 28d
accounts:
  ann: { companions: { web: {} }, app: old }
  bob: { companions: { web: {} }, app: old }
`;

function sentencesOf(body: string, head = HEAD): readonly string[] {
  const loaded = loadScenario(`${head}${body}`, 'weeks.yaml');
  return loaded.kind === 'refused' ? loaded.errors.map(({ sentence }) => sentence) : [];
}

const entry = (...lines: string[]) => `timeline:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

describe('joining and leaving', () => {
  it('unlinks companions, which can be linked again', () => {
    const story = entry(
      '{ at: 1d, upgrade: ann }',
      '{ at: 2d, link: ann.web }',
      '{ at: 3d, leave-beta: ann }',
      '{ at: 4d, link: ann.web }',
      '{ at: 5d, upgrade: ann }',
      '{ at: 6d, link: ann.web }',
      '{ at: 7d, send: { from: ann.web, to: bob, text: "Here." } }',
    );
    expect(sentencesOf(story)).toEqual([]);
  });

  it('in between a companion does nothing', () => {
    const story = entry(
      '{ at: 1d, upgrade: ann }',
      '{ at: 36h, send: { from: ann.web, to: bob, text: "Too early." } }',
      '{ at: 2d, link: ann.web }',
    );
    expect(sentencesOf(story)).toEqual([
      'ann.web cannot send at 1d12h: it was unlinked at 1d, and is linked again at 2d',
    ]);
  });

  it('an account leaves what it has joined, and joins what it has left', () => {
    expect(sentencesOf(entry('{ at: 1d, leave-beta: ann }'))).toEqual([
      'ann’s app is old at 1d: it has nothing to leave',
    ]);
    expect(sentencesOf(entry('{ at: 1d, upgrade: ann }', '{ at: 2d, upgrade: ann }'))).toEqual([
      'ann’s app is current already',
    ]);
  });

  it('a companion that a person unlinked stays unlinked', () => {
    const story = entry('{ at: 1d, unlink: ann.web }', '{ at: 2d, link: ann.web }');
    expect(sentencesOf(story)).toEqual([
      'ann.web was unlinked at 1d; linking it again comes later',
    ]);
  });

  it('only a story of the relay gives an old app companions', () => {
    const head = HEAD.replace('architecture: relay\n', '');
    expect(sentencesOf('', head)[0]).toContain('knows of a phone only');
  });
});

describe('a staged rollout', () => {
  const staged = (stages: string, within = '2h') =>
    `rollout: { stages: [${stages}], relink-within: ${within} }\n`;

  it('is printed as it is read', () => {
    const body = staged('{ at: 7d, share: 12% }, { at: 14d, share: 1/2 }', '90m');
    const loaded = loadScenario(`${HEAD}${body}`, 'weeks.yaml');
    if (loaded.kind !== 'loaded') throw new Error('it does not load');
    const again = loadScenario(printScenario(loaded.scenario), 'weeks.yaml');
    expect(again.kind === 'loaded' && again.scenario).toEqual(loaded.scenario);
    expect(loaded.scenario.rollout?.relinkWithinUs).toBe(5_400_000_000);
  });

  it('goes forward in time, to more people, within the story', () => {
    expect(sentencesOf(staged('{ at: 7d, share: 50% }, { at: 7d, share: 60% }'))).toEqual([
      'stages are written in order of time',
    ]);
    expect(sentencesOf(staged('{ at: 7d, share: 50% }, { at: 8d, share: 50% }'))).toEqual([
      'a stage reaches more people than the one before',
    ]);
    expect(sentencesOf(staged('{ at: 29d, share: 50% }'))).toEqual(['the story ends at 28d']);
    expect(sentencesOf(staged('{ at: 7d, share: 110% }'))[0]).toContain('more than 1');
    expect(sentencesOf(staged('{ at: 7d, share: 50% }', '1m'))).toEqual([
      'nobody joins and links everything in less than 2m',
    ]);
  });

  it('needs somebody who can join', () => {
    const all = entry('{ at: 1d, upgrade: ann }', '{ at: 1d, upgrade: bob }');
    expect(sentencesOf(`${staged('{ at: 7d, share: 50% }')}${all}`)).toEqual([
      'nobody is left to join: every account is current or has its own upgrade',
    ]);
  });
});
