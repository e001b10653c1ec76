/**
 * Message rate: how often a phone's radio wakes for what its companion writes, and how many links a
 * message crosses from browser to browser, which no rate changes.
 */

import { scenario } from '../../../scenarios/builder.ts';
import type { Scenario } from '../../../scenarios/scenario.ts';
import type { SweepDesign } from './sweep.ts';

/** Two people write from browser to browser at a mean rate; their phones lie on the table. */
function story(perHour: number): Scenario {
  return scenario('sweep-message-rate', `${perHour} messages an hour each.`)
    .account('alice', { phone: { network: 'mobile' }, companions: { web: { network: 'wifi' } } })
    .account('bob', { phone: { network: 'mobile' }, companions: { web: { network: 'wifi' } } })
    .workload({
      id: 'talk',
      kind: 'poisson',
      senders: ['alice.web', 'bob.web'],
      to: ['alice', 'bob'],
      from: '1m',
      until: '115m',
      'per-hour': perHour,
    })
    .settings({ length: '2h', heal: { for: '10m' } })
    .build();
}

/** From one message an hour to one a minute. */
export function rateSweep(extent: 'full' | 'short'): SweepDesign {
  const rates = extent === 'full' ? [2, 6, 20, 60, 120] : [6, 60];
  const hops = 'hops.companion-to-companion';
  return {
    id: 'message-rate',
    title: 'Message rate',
    axis: 'messages per person and hour, browser to browser',
    isLogarithmic: true,
    stories: rates.map((at) => ({ at, scenario: story(at) })),
    curves: [
      {
        side: 'relay',
        measure: hops,
        formula: { words: '3 · 2: browser, phone, phone, browser', at: () => 6, tolerance: 0 },
      },
      {
        side: 'fanout',
        measure: hops,
        formula: { words: '2: browser, browser', at: () => 2, tolerance: 0 },
      },
      { side: 'relay', measure: 'radio.active' },
      { side: 'fanout', measure: 'radio.active' },
    ],
    seedsMax: 5,
  };
}
