/**
 * K8: no secret key byte on the wire. Every key any Store ever held (the architecture's `keysIn`,
 * named by the record) is searched for, in blocks of 8 bytes, in every frame sent after it was
 * stored; a part of a key is a find too. Catalogue section 5, contract 9.
 */

import type { Judge, JudgeView, Property } from './property.ts';
import { wireScan } from './wire-scan.ts';

/** K8: the definition a run judges by; the rules are at the top of this file. */
export const k8: Property = {
  id: 'K8',
  name: 'no key material on the wire',
  summary: 'No bytes of a stored secret key ever leave a node in clear.',
  judge: judgeKeyMaterial,
};

function judgeKeyMaterial(view: JudgeView): Judge {
  const scan = wireScan(view);
  return {
    kinds: ['send'],
    observe(event) {
      if (event.kind !== 'send' || scan.leaks === undefined) return;
      const leak = scan.leaks.find(({ what }) => what === 'key');
      view.check(leak === undefined, leak?.name ?? '', () => {
        return `${event.source} sent bytes of the key in ${leak?.name} within ${event.label.kind}`;
      });
    },
  };
}
