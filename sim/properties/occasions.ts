/**
 * What never happens in an architecture by its nature, as product statements: properties that have
 * nothing to judge there, and marks that nothing leaves there. A scenario may demand them (`must-
 * check`, `must-fire`); of such an architecture it is not demanded, and the run says so. A property
 * that has no occasion is still judged: if it was checked after all, it counts.
 *
 * It speaks of accounts on the phone relay. Where somebody joins the multi-device beta, devices of
 * two kinds meet, and nothing of it can be said beforehand.
 */

import type { Architecture } from '../../protocol/contract.ts';

type Row = readonly [why: string, names: string];

const RELAY: readonly Row[] = [
  [
    'a browser has no place in any device list, and nobody encrypts for it',
    'C6 D2 D4 D5 D6 D7 stale-list-answer backfill list-expected list-expired list-refreshed',
  ],
  [
    'an account has one device with keys, which has nobody to be consistent with',
    'consistency-alarm peer-message simultaneous-start unavailable',
  ],
  [
    'what devices of an account agree on is what its phone has',
    'A1 L8 app-state-conflict app-state-key-request app-state-key-rotation app-state-late ' +
      'app-state-patch',
  ],
  [
    'a browser gets the past page by page, in no parts and over no file store',
    'history-chunk placeholder-request',
  ],
];

/** What the answer hangs on. `isMixed`: somebody joins the beta, or may. */
export interface Occasion extends Pick<Architecture, 'name'> {
  readonly isMixed: boolean;
}

/** Why there is no occasion for a property or a mark; undefined where there is one. */
export function whyWithoutOccasion(
  { name: architecture, isMixed }: Occasion,
  name: string,
): string | undefined {
  if (architecture !== 'relay' || isMixed) return undefined;
  return RELAY.find(([, names]) => names.split(' ').includes(name))?.[0];
}
