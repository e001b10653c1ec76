/**
 * L5: prekey refill. At the end of the heal phase the server holds at least the refill threshold of
 * one-time prekeys (or a whole batch where that is smaller) for every linked device that ever
 * uploaded. Counted from the server's commits. Catalogue section 8; specification 1.5.
 */

import { PREKEY_REFILL_BELOW } from '../../protocol/limits.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** L5: the definition a run judges by; the rules are at the top of this file. */
export const l5: Property = {
  id: 'L5',
  name: 'prekey refill',
  summary: 'Every linked device has refilled its pool of one-time prekeys by the end.',
  judge: judgeRefill,
};

const POOL = 'prekeys/';

function judgeRefill(view: JudgeView): Judge {
  const pools = new Map<string, number>();
  const least = Math.min(PREKEY_REFILL_BELOW, view.scenario.settings.prekeys);
  return {
    kinds: ['commit'],
    collections: [POOL],
    observe(event) {
      if (event.kind !== 'commit' || event.node !== 'server') return;
      for (const { collection, before, after } of event.changes) {
        if (!collection.startsWith(POOL)) continue;
        const change = (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
        const device = collection.slice(POOL.length);
        pools.set(device, (pools.get(device) ?? 0) + change);
      }
    },
    finish() {
      for (const [device, count] of pools) {
        if (!view.ledger.isInUse(device)) continue;
        view.check(count >= least, device, () => {
          return `${device} has ${count} one-time prekeys left at the server and did not refill`;
        });
      }
    },
  };
}
