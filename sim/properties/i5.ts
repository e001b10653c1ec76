/**
 * I5: a failed decryption changes nothing. A step that was handed a ciphertext and opened nothing
 * (no MAC held, or the copy was refused before), or a frame that does not decode, leaves sessions,
 * skipped keys, prekeys, identities and device lists as they were; placeholders, counters and
 * outbox may change, and new prekeys may be made for the retry receipt. Catalogue section 3;
 * contract 9.
 */

import { isRejected } from '../../protocol/errors.ts';
import { readServerWord } from '../../protocol/relay/wire/admin.ts';
import { readFromServer } from '../../protocol/relay/wire/frames.ts';
import type { Change } from '../trace/events.ts';
import { openings } from './openings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { isKeyState } from './signal-state.ts';
import { stanzas } from './stanzas.ts';
import { type SurvivedStep, survivedSteps } from './steps.ts';

/** I5: the definition a run judges by; the rules are at the top of this file. */
export const i5: Property = {
  id: 'I5',
  name: 'failed decryption changes nothing',
  summary: 'A step that rejects leaves sessions, prekeys, identities and lists unchanged.',
  judge: judgeUnchanged,
};

function judgeUnchanged(view: JudgeView): Judge {
  const steps = survivedSteps(view.ledger);
  const frames = stanzas(view.ledger);
  const opening = openings(view);
  const isRejecting = (step: SurvivedStep): boolean => {
    if (step.node === 'server' || step.input.kind !== 'frame') return false;
    if (frames.read(step.input.bytes) === undefined) return !isReload(step.input.bytes);
    return opening()?.isRefused === true;
  };
  return {
    kinds: ['writeless-step', 'commit'],
    observe() {
      const step = steps.current;
      if (step === undefined || !isRejecting(step)) return;
      const changed = step.changes.find(isForbidden);
      view.check(changed === undefined, step.input.id, () => {
        return `${step.node} changed ${changed?.collection}/${changed?.key} on a frame it rejected`;
      });
    },
  };
}

/** The server's word to a page that it is to load the other client (specification 11.8). */
function isReload(bytes: Uint8Array): boolean {
  const frame = readFromServer(bytes);
  if (isRejected(frame) || frame.kind === 'sealed-frame') return false;
  const word = readServerWord(frame.text);
  return !isRejected(word) && word.kind === 'upgrade';
}

function isForbidden(change: Change): boolean {
  if (change.collection === 'prekey' && change.before === undefined) return false;
  return isKeyState(change.collection) || change.collection === 'device-list';
}
