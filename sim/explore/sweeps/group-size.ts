/**
 * Group size: the first message hands the sender's key to every other device, all later ones are
 * one ciphertext for all. Members have a phone and nothing else, so that both architectures have
 * the same devices and the same formula.
 */

import { ScenarioBuilder } from '../../../scenarios/builder.ts';
import type { Scenario } from '../../../scenarios/scenario.ts';
import type { SweepDesign } from './sweep.ts';

/** Messages of the one who writes. */
const MESSAGES = 4;

/** The first member of a group writes four times. */
function story(members: number): Scenario {
  const names = Array.from({ length: members }, (_, at) => `m${at}`);
  const timeline = Array.from({ length: MESSAGES }, (_, at) => {
    const send = { id: `s${at}`, from: 'm0.phone', to: 'team', text: `number ${at}` };
    return { at: `${1 + at}m`, send };
  });
  return new ScenarioBuilder<string, string, string>({
    lockstep: 1,
    name: 'sweep-group-size',
    summary: `A group of ${members}.`,
    length: '10m',
    heal: { for: '10m' },
    accounts: Object.fromEntries(names.map((name) => [name, {}])),
    groups: { team: { members: names } },
    timeline,
  }).build();
}

/** Two members to 1,024, doubling. */
export function groupSweep(extent: 'full' | 'short'): SweepDesign {
  const doublings = extent === 'full' ? 10 : 5;
  const sizes = Array.from({ length: doublings }, (_, at) => 2 ** (at + 1));
  const each = 'one for all, and one key for each other device once';
  const words = `(${MESSAGES} + n − 1) / ${MESSAGES}: ${each}`;
  const at = (members: number): number => (MESSAGES + members - 1) / MESSAGES;
  const measure = 'ciphertexts.per-message';
  return {
    id: 'group-size',
    title: 'Size of a group',
    axis: 'members, a phone each',
    isLogarithmic: true,
    stories: sizes.map((size) => ({ at: size, scenario: story(size) })),
    curves: (['relay', 'fanout'] as const).flatMap((side) => [
      { side, measure, formula: { words, at, tolerance: 0 } },
      { side, measure: 'bytes.server.up' },
    ]),
    seedsMax: 1,
  };
}
