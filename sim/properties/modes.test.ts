/** The mode table has an entry for everything, and nothing of the catalogue is left unjudged. */

import { describe, expect, it } from 'vitest';
import { allProperties } from './index.ts';
import {
  countsAgainst,
  demandOf,
  demandWords,
  isInModeTable,
  MODES,
  modeOf,
  NOT_JUDGED_IN_A_RUN,
} from './modes.ts';
import { aliceWrites, worldOf } from './planted-world.ts';

/** Sections 2 to 9 of the property catalogue, typed again. */
const CATALOGUE = [
  ...['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9'],
  ...['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7'],
  ...['O1', 'O2', 'O3', 'O4', 'O5', 'O6'],
  ...['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8'],
  ...['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8'],
  ...['G1', 'G2', 'G3', 'G4', 'G5', 'G6'],
  ...['L1', 'L2', 'L3', 'L4', 'L5', 'L6', 'L7', 'L8', 'L9', 'L10'],
  ...['X1', 'X2', 'X3', 'X4', 'X5'],
];

describe('the catalogue', () => {
  it('is judged in every run, or says why not', () => {
    const judged = new Set(allProperties.map(({ id }) => id));
    expect(CATALOGUE.filter((id) => !judged.has(id))).toEqual([...NOT_JUDGED_IN_A_RUN.keys()]);
  });

  it('has its place in the mode table, and so has what a run judges beside it', () => {
    const ids = [...CATALOGUE, ...allProperties.map(({ id }) => id)];
    expect(ids.filter((id) => !isInModeTable(id))).toEqual([]);
  });
});

describe('the mode table', () => {
  it('demands of the first rows what section 11 demands', () => {
    expect(MODES.map((mode) => demandOf('C1', mode))).toEqual(['must', 'must', 'must', 'must']);
    expect(MODES.map((mode) => demandOf('C6', mode))).toEqual([
      'must',
      'must',
      'bounded',
      'bounded',
    ]);
    expect(MODES.map((mode) => demandOf('G1', mode))).toEqual([
      'must',
      'must',
      'expected-violation',
      'not-applicable',
    ]);
    expect(MODES.map((mode) => demandOf('L2', mode))).toEqual([
      'must-after-heal',
      'must-after-heal',
      'not-applicable',
      'must-after-heal',
    ]);
  });

  it('is told in a few words', () => {
    expect(['C1', 'C6', 'G1', 'O5', 'L2'].map(demandWords)).toEqual([
      'must always',
      'must; bounded under a lying server or a leak',
      'must; a lying server breaks it',
      'must after healing; a lying server breaks it',
      'must after healing',
    ]);
  });

  it('lets no violation pass in the modes that scenarios can tell of', () => {
    const passing = CATALOGUE.filter((id) => {
      return !countsAgainst(id, 'honest') || !countsAgainst(id, 'faults');
    });
    expect(passing).toEqual([]);
  });
});

describe('the mode of a run', () => {
  it('is honest in a perfect world', () => {
    expect(modeOf(worldOf({ story: aliceWrites(2) }))).toBe('honest');
  });

  it('is one of faults when a machine can die, or a link can lose', () => {
    const crash = { kind: 'crash', device: 'bob.phone', restartAfterUs: 0 } as const;
    expect(modeOf(worldOf({ story: [[5, crash]] }))).toBe('faults');
    const subway = { kind: 'network', device: 'bob.phone', network: 'subway' } as const;
    expect(modeOf(worldOf({ story: [[5, subway]] }))).toBe('faults');
  });
});
