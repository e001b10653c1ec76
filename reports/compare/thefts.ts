/**
 * What thefts opened, from the samples of the scenarios that have one: a row for each side and
 * theft, with the judges' agreement counted over runs.
 */

import { formatDuration } from '../../scenarios/duration.ts';
import { PAIR_SIDES, type Sample } from '../../sim/explore/paired.ts';
import { estimateOf } from './estimate.ts';
import type { Estimate, ExposureRow } from './model.ts';
import type { PairedRuns } from './rows.ts';

type Theft = Sample['thefts'][number];

/** Rows in order of scenario, then side, then theft. */
export function exposureRows(all: readonly PairedRuns[]): readonly ExposureRow[] {
  return all.flatMap(({ scenario, pairs }) =>
    PAIR_SIDES.flatMap((side) => {
      const samples = pairs.map((pair) => pair[side]);
      const count = Math.max(0, ...samples.map(({ thefts }) => thefts.length));
      return Array.from({ length: count }, (_, at) => {
        const thefts = samples.flatMap((sample) => sample.thefts[at] ?? []);
        return rowOf(`${scenario}/${side}/${at}`, side, thefts);
      });
    }),
  );
}

function rowOf(label: string, side: ExposureRow['side'], thefts: readonly Theft[]): ExposureRow {
  const first = thefts[0] as Theft;
  const mean = (what: string, of: (theft: Theft) => number): Estimate =>
    estimateOf(thefts.map(of), `${label}/${what}`);
  const pastOf = ({ past }: Theft, cause?: string): number =>
    past.reduce((sum, [name, messages]) => {
      return cause === undefined || name === cause ? sum + messages : sum;
    }, 0);
  const causes = [...new Set(thefts.flatMap(({ past }) => past.map(([cause]) => cause)))].sort();
  return {
    side,
    theft: theftText(first),
    messages: mean('messages', ({ messages }) => messages),
    past: mean('past', (theft) => pastOf(theft)),
    pastByCause: causes.map((cause) => {
      return { cause, messages: mean(`past/${cause}`, (theft) => pastOf(theft, cause)) };
    }),
    future: mean('future', ({ untilRevoked }) => untilRevoked),
    afterLogOut: mean('after', ({ untilAccepted, afterwards }) => untilAccepted + afterwards),
    agreeing: thefts.filter(({ judgesAgree }) => judgesAgree).length,
    seeds: thefts.length,
  };
}

/** What was taken, of whom and when: the same words on both sides. */
function theftText({ device, scope, timeUs }: Theft): string {
  return `${scope.join(' and ')} of ${device} at ${formatDuration(timeUs)}`;
}
