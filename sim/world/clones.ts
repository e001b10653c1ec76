/** Which second machines a scenario calls for. */

import type { TimelineEntry } from '../../scenarios/scenario.ts';
import { hostOfClone, isClone } from '../ledger/names.ts';

/**
 * The clones a timeline needs machines for, those that only write (their clone was left out) too.
 */
export function clonesOf(entries: readonly TimelineEntry[]): string[] {
  const clones = new Set<string>();
  for (const { action } of entries) {
    if (action.kind === 'clone') clones.add(hostOfClone(action.device));
    if (action.kind === 'send' && isClone(action.from)) clones.add(action.from);
  }
  return [...clones];
}
