/**
 * C2, in its form without an attacker: the closure of what a curious server or network can read is
 * empty. No text of 12 bytes or more and no secret key occurs in any byte a node hands to the
 * network; shorter texts are counted as unchecked (`C2-unchecked` among the ledger's counters).
 * Catalogue section 2, contract 9.
 */

import type { Judge, JudgeView, Property } from './property.ts';
import { wireScan } from './wire-scan.ts';

/** C2: the definition a run judges by; the rules are at the top of this file. */
export const c2: Property = {
  id: 'C2',
  name: 'nothing readable on the wire',
  summary: 'No text and no private key occurs in any byte the server or the network sees.',
  judge: judgeReadable,
};

function judgeReadable(view: JudgeView): Judge {
  const scan = wireScan(view);
  return {
    kinds: ['send'],
    observe(event) {
      if (event.kind !== 'send' || scan.leaks === undefined) return;
      const leak = scan.leaks[0];
      view.check(leak === undefined, leak?.name ?? '', () => {
        const what = leak?.what === 'text' ? 'the text of a message' : 'a secret key';
        const where = `byte ${leak?.offset} of ${event.label.kind}`;
        return `${event.source} sent ${what} readable, at ${where}`;
      });
    },
  };
}
