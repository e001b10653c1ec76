/**
 * K7: entropy. All long-term keys of the world are pairwise distinct: identity and transport keys
 * of every installation, and those of a phone that was set up anew are none that any device had
 * before. A clone has its original's keys by definition, and a disk that went back has its own.
 * Catalogue section 5.
 */

import type { TransportRecord } from '../../protocol/contract.ts';
import type { SelfIdentityRecord } from '../../protocol/signal/records.ts';
import { hexOf, isClone } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** K7: the definition a run judges by; the rules are at the top of this file. */
export const k7: Property = {
  id: 'K7',
  name: 'every key its own',
  summary: 'No two installations have a long-term key in common.',
  judge: judgeEntropy,
};

function judgeEntropy(view: JudgeView): Judge {
  /** Key to the installation that made it: host and the number of its transport key. */
  const makers = new Map<string, string>();
  const installations = new Map<string, number>();
  /** Hosts that have an identity: browsers have none. */
  const identified = new Set<string>();
  const judge = (host: string, key: string): void => {
    const maker = `${host}#${installations.get(host) ?? 0}`;
    const first = makers.get(key) ?? maker;
    makers.set(key, first);
    view.check(first === maker, host, () => `${host} has a long-term key of ${first}`);
  };
  return {
    kinds: ['commit'],
    collections: ['transport', 'identity'],
    observe(event: RunEvent) {
      if (event.kind !== 'commit' || isClone(event.node) || view.ledger.isUndo) return;
      const host = event.node;
      const transport = event.changes.find(({ collection }) => collection === 'transport');
      const identity = event.changes.find(({ collection }) => collection === 'identity');
      if (transport?.after !== undefined) {
        installations.set(host, (installations.get(host) ?? 0) + 1);
        judge(host, hexOf((transport.after as TransportRecord).publicKey));
        // A new installation that keeps its identity has not made one.
        const isKept =
          transport.before !== undefined && identity === undefined && identified.has(host);
        view.check(!isKept, host, () => `${host} was set up anew and kept its identity key`);
      }
      if (identity !== undefined && identity.after === undefined) identified.delete(host);
      if (identity?.after !== undefined) {
        identified.add(host);
        judge(host, hexOf((identity.after as SelfIdentityRecord).keyPair.publicKey));
      }
    },
  };
}
