/** Sees whether every stanza of a run can be named in a scenario. */

import { STANZA_KINDS } from '../../../scenarios/stanza-kinds.ts';
import type { Observer } from '../../trace/observer.ts';

/** An observer, and the kinds it saw that the scenario language does not know. */
export function stanzaWatch(): { readonly watch: Observer; readonly unnamed: ReadonlySet<string> } {
  const known = new Set(STANZA_KINDS);
  const unnamed = new Set<string>();
  const watch: Observer = {
    kinds: ['send'],
    observe(event) {
      if (event.kind === 'send' && !known.has(event.label.kind)) unnamed.add(event.label.kind);
    },
  };
  return { watch, unnamed };
}
