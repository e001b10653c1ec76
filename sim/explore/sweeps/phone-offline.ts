/**
 * The curve of the first screen: messages written on a companion, as a function of the share of
 * time that its phone is without power. Everything else is well, so that the phone alone decides.
 */

import { scenario } from '../../../scenarios/builder.ts';
import type { Scenario } from '../../../scenarios/scenario.ts';
import type { SweepDesign } from './sweep.ts';

const HOURS = 4;
/** One message in the middle of every six minutes, so that each tenth of an hour has one. */
const EACH_MINUTES = 6;

/**
 * Alice writes on her laptop all day; in each hour her phone is off for the first `percent` of it.
 * Bob's phone is always there.
 */
function story(percent: number): Scenario {
  const day = scenario('sweep-phone-offline', `The phone is off ${percent} % of the time.`)
    .account('alice', { phone: { network: 'wifi' }, companions: { laptop: { network: 'wifi' } } })
    .account('bob', { phone: { network: 'wifi' }, companions: { web: { network: 'wifi' } } })
    .settings({ length: `${HOURS}h`, heal: { for: '10m' } });
  const offMinutes = (60 * percent) / 100;
  let built = day;
  for (let hour = 0; hour < HOURS; hour++) {
    const start = hour * 60;
    if (offMinutes > 0 && (hour === 0 || offMinutes < 60)) {
      built = built.at(`${start}m`, { 'power-off': 'alice.phone' });
    }
    for (let minute = 0; minute < 60; minute += EACH_MINUTES) {
      const id = `m${hour}-${minute}`;
      const send = { id, from: 'alice.laptop', to: 'bob', text: `minute ${minute}` } as const;
      built = built.at(`${start + minute + EACH_MINUTES / 2}m`, { send });
    }
    if (offMinutes > 0 && offMinutes < 60) {
      built = built.at(`${start + offMinutes}m`, { 'power-on': 'alice.phone' });
    }
  }
  return built.build();
}

/** Shares from nothing to always. */
export function offlineSweep(extent: 'full' | 'short'): SweepDesign {
  const step = extent === 'full' ? 10 : 50;
  const percents = Array.from({ length: 100 / step + 1 }, (_, at) => at * step);
  const measure = 'availability.companion.first-minute';
  return {
    id: 'phone-offline-share',
    title: 'A companion’s messages while its phone is off',
    axis: 'share of the time the phone is off',
    isLogarithmic: false,
    stories: percents.map((percent) => ({ at: percent / 100, scenario: story(percent) })),
    curves: [
      {
        side: 'relay',
        measure,
        formula: { words: '1 − p', at: (share) => 1 - share, tolerance: 0.03 },
      },
      { side: 'fanout', measure, formula: { words: '1', at: () => 1, tolerance: 0.03 } },
    ],
    seedsMax: 5,
  };
}
