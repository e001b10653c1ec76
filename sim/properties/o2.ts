/**
 * O2: replay. A ciphertext that a device has opened before, handed to it again, changes neither
 * sessions nor keys nor what is displayed, and draws no retry receipt: that would tell the author
 * that the message was not readable. A plain receipt may be repeated. Catalogue section 4; contract
 * 9.
 */

import type { Change } from '../trace/events.ts';
import { type Opening, openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { isKeyState } from './signal-state.ts';

/** O2: the definition a run judges by; the rules are at the top of this file. */
export const o2: Property = {
  id: 'O2',
  name: 'replay changes nothing',
  summary: 'A ciphertext opened before changes no state and draws no retry when it comes again.',
  judge: judgeReplay,
};

function judgeReplay(view: JudgeView): Judge {
  const opening = openings(view);
  const opened = new Map<string, Set<string>>();
  const latest = new Map<string, string>();
  return {
    kinds: ['writeless-step', 'commit'],
    observe(event) {
      if (view.ledger.isUndo) {
        const undone = latest.get(event.node);
        if (undone !== undefined) opened.get(event.node)?.delete(undone);
      } else if (event.kind === 'commit') latest.delete(event.node);
      const handled = opening();
      if (handled === undefined) return;
      const { step, name, stanza } = handled;
      const names = opened.get(step.node) ?? new Set<string>();
      opened.set(step.node, names);
      if (!names.has(name)) {
        if (handled.isOpened && step.changes.some(isState)) {
          names.add(name);
          latest.set(step.node, name);
        }
        return;
      }
      const changed = step.changes.find(isState);
      view.check(changed === undefined && !asksAgain(handled), stanza.id, () =>
        changed === undefined
          ? `${step.node} asked again for a message it had opened`
          : `${step.node} changed ${changed.collection} on a ciphertext it had opened before`,
      );
    },
  };
}

function isState(change: Change): boolean {
  return isKeyState(change.collection) || change.collection === 'shown';
}

function asksAgain({ step, stanza }: Opening): boolean {
  return step.effects.some(
    (effect) =>
      effect.kind === 'send' &&
      effect.label.kind === 'receipt:retry' &&
      effect.label.id === stanza.id,
  );
}
