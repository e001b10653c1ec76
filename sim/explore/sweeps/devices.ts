/**
 * Devices per account: client fanout encrypts once for each, phone relay for phones alone.
 */

import { scenario } from '../../../scenarios/builder.ts';
import type { Scenario } from '../../../scenarios/scenario.ts';
import type { SweepDesign } from './sweep.ts';

const COMPANIONS = ['laptop', 'tablet', 'desktop', 'web'] as const;
const MESSAGES = 20;

/** Two people with so many devices each, who take turns writing on their phones. */
function story(devices: number): Scenario {
  const companions = Object.fromEntries(
    COMPANIONS.slice(0, devices - 1).map((name) => [name, { network: 'wifi' }]),
  );
  let built = scenario('sweep-devices', `${devices} devices each.`)
    .account('alice', { phone: { network: 'wifi' }, companions })
    .account('bob', { phone: { network: 'wifi' }, companions })
    .settings({ length: '1h', heal: { for: '10m' } });
  for (let at = 0; at < MESSAGES; at++) {
    const [from, to] = at % 2 === 0 ? (['alice', 'bob'] as const) : (['bob', 'alice'] as const);
    const send = { id: `m${at}`, from: `${from}.phone`, to, text: `number ${at}` } as const;
    built = built.at(`${2 + at * 2}m`, { send });
  }
  return built.build();
}

/** One device to five. */
export function deviceSweep(extent: 'full' | 'short'): SweepDesign {
  const counts = extent === 'full' ? [1, 2, 3, 4, 5] : [1, 3, 5];
  const ciphertexts = 'ciphertexts.per-message';
  return {
    id: 'devices',
    title: 'Devices per account',
    axis: 'devices of each of the two accounts',
    isLogarithmic: false,
    stories: counts.map((at) => ({ at, scenario: story(at) })),
    curves: [
      {
        side: 'relay',
        measure: ciphertexts,
        formula: { words: '1', at: () => 1, tolerance: 0 },
      },
      {
        side: 'fanout',
        measure: ciphertexts,
        formula: { words: 'd + d − 1', at: (devices) => 2 * devices - 1, tolerance: 0 },
      },
      { side: 'relay', measure: 'bytes.phone.up' },
      { side: 'fanout', measure: 'bytes.phone.up' },
    ],
    seedsMax: 5,
  };
}
