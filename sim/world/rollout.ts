/**
 * A staged rollout (`rollout` of a scenario) as entries of the timeline: who joins in which stage
 * is drawn, and within a stated time each of them links their companions again. The entries
 * `rollout/ACCOUNT` and `rollout/ACCOUNT/COMPANION` are as any other: overrides leave them out.
 *
 * An account keeps its place in the row whatever the stages say: the share of a stage moves only
 * where the row is cut.
 */

import { joinersOf, type Scenario, type TimelineEntry } from '../../scenarios/scenario.ts';
import type { Chooser } from '../kernel/chooser.ts';

/** Places are drawn below this; ties are decided by name. */
const PLACES = 1_000_000_000;
/** Nobody links a companion sooner after joining. Assumption. */
const RELINK_LEAST_US = 60_000_000;

/** The entries of a scenario's rollout, in no order; none where it has none. */
export function rolloutEntries(scenario: Scenario, chooser: Chooser): readonly TimelineEntry[] {
  const { rollout } = scenario;
  if (rollout === undefined) return [];
  const row = joinersOf(scenario)
    .map((account) => ({ account, place: chooser.below(`rollout/${account.name}/place`, PLACES) }))
    .sort((one, other) => {
      if (one.place !== other.place) return one.place - other.place;
      return one.account.name < other.account.name ? -1 : 1;
    });
  const entries: TimelineEntry[] = [];
  let joined = 0;
  for (const { atUs, share } of rollout.stages) {
    const { numerator, denominator } = share;
    const until = Math.floor((2 * numerator * row.length + denominator) / (2 * denominator));
    for (const { account } of row.slice(joined, until)) {
      const { name, devices } = account;
      const id = `rollout/${name}`;
      entries.push({ id, atUs, action: { kind: 'upgrade', account: name } });
      for (const device of devices) {
        if (device.role !== 'companion' || !device.isLinked) continue;
        const linkId = `${id}/${device.name.slice(name.length + 1)}`;
        const spreadUs = Math.max(1, rollout.relinkWithinUs - RELINK_LEAST_US);
        const delayUs = RELINK_LEAST_US + chooser.below(`${linkId}/delay`, spreadUs);
        const action = { kind: 'link', companion: device.name } as const;
        entries.push({ id: linkId, atUs: atUs + delayUs, action });
      }
    }
    joined = Math.max(joined, until);
  }
  return entries;
}
