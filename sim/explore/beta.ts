/**
 * Generated worlds of the relay whose people join the multi-device beta, and leave it again
 * (specification 12). It is drawn behind the world itself, so that worlds without it are what they
 * were.
 */

import fc from 'fast-check';
import { mentionsOf } from '../../scenarios/mentions.ts';
import type { Account, Rollout, Scenario, TimelineEntry } from '../../scenarios/scenario.ts';
import { accountOf } from '../../scenarios/words.ts';
import { consistent } from './shrink.ts';

/** One in so many worlds has a beta. */
const ONE_IN = 6;
const MINUTE_US = 60_000_000;
const SECOND_US = 1_000_000;
const PARTS = 1_000;

/** What is drawn; times in thousandths of the story. */
interface Beta {
  /** Two times: some have joined from the first on, all from the second on. */
  readonly stages: readonly [number, number];
  readonly relinkWithinUs: number;
  /** Who joins and leaves by entries of their own, and when; null: nobody. */
  readonly leaver: { readonly place: number; readonly times: readonly [number, number] } | null;
}

const times = fc
  .tuple(fc.integer({ min: 1, max: PARTS - 2 }), fc.integer({ min: 1, max: PARTS - 2 }))
  .map(([one, other]): readonly [number, number] => {
    return one < other ? [one, other] : [other, one + 1];
  });

/** A beta, now and then. */
export const arbitraryBeta: fc.Arbitrary<Beta | undefined> = fc
  .tuple(
    fc.nat(ONE_IN - 1),
    fc.record({
      stages: times,
      relinkWithinUs: fc.integer({ min: 2, max: 20 }).map((minutes) => minutes * MINUTE_US),
      leaver: fc.option(fc.record({ place: fc.nat(3), times })),
    }),
  )
  .map(([draw, beta]) => (draw === ONE_IN - 1 ? beta : undefined));

/** The world with a beta: every app is old at first, and all of them have browsers. */
export function withBeta(scenario: Scenario, beta: Beta | undefined): Scenario {
  // Two stages have two times, in whole seconds.
  if (beta === undefined || scenario.lengthUs < PARTS * SECOND_US) return scenario;
  const atUs = (part: number): number => {
    return Math.floor((scenario.lengthUs / PARTS / SECOND_US) * part) * SECOND_US;
  };
  const [someUs, allUs] = beta.stages.map(atUs) as [number, number];
  const rollout: Rollout = {
    stages: [
      { atUs: someUs, share: { numerator: 1, denominator: 2 } },
      { atUs: allUs, share: { numerator: 1, denominator: 1 } },
    ],
    relinkWithinUs: beta.relinkWithinUs,
  };
  const accounts = scenario.accounts.map((account): Account => {
    return { ...account, multiDevice: [{ fromUs: 0, isCapable: false }] };
  });
  const old: Scenario = { ...scenario, architecture: 'relay', accounts, rollout };
  if (beta.leaver === null) return old;
  const leaver = accounts[beta.leaver.place % accounts.length] as Account;
  const [joinsUs, leavesUs] = beta.leaver.times.map(atUs) as [number, number];
  return withLeaver(old, leaver.name, joinsUs, leavesUs);
}

/** From joining on, the companions of who leaves are told nothing more: they are logged out. */
function withLeaver(
  scenario: Scenario,
  account: string,
  joinsUs: number,
  leavesUs: number,
): Scenario {
  const isOfIts = (device: string): boolean =>
    accountOf(device) === account && !device.endsWith('.phone');
  const kept = scenario.timeline.filter(({ atUs, action }) => {
    if (atUs < joinsUs) return true;
    const links = action.kind === 'link' ? [action.companion] : [];
    return ![...mentionsOf(action).actors, ...links].some(isOfIts);
  });
  const own: readonly TimelineEntry[] = [
    { id: 'joins', atUs: joinsUs, action: { kind: 'upgrade', account } },
    { id: 'leaves', atUs: leavesUs, action: { kind: 'leave-beta', account } },
  ];
  const timeline = [...kept, ...own].sort((one, other) => one.atUs - other.atUs);
  return consistent({ ...scenario, timeline });
}
