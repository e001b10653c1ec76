/**
 * X2: atomic send. A frame with a ciphertext leaves a device only after the commit that moved its
 * sending chain past that message, and a message's first stanza only after the commit that sealed
 * it; otherwise a crash would make the chain stand still and K1 break. Catalogue section 9;
 * contract 1 and 2.
 */

import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { signalState } from './signal-state.ts';
import { type MessageStanza, readCiphertextHead, readSharedHead, stanzas } from './stanzas.ts';

/** X2: the definition a run judges by; the rules are at the top of this file. */
export const x2: Property = {
  id: 'X2',
  name: 'atomic send',
  summary: 'A ciphertext leaves only after the commit that advanced its chain.',
  judge: judgeSend,
};

function judgeSend(view: JudgeView): Judge {
  const frames = stanzas(view.ledger);
  const state = signalState(view.ledger);
  const judgeStanza = (event: RunEvent & { kind: 'send' }, stanza: MessageStanza): void => {
    if (stanza.kind === 'message' && !stanza.isRepeat) {
      const status = view.ledger.messageOfHost(event.source, stanza.id);
      const isSealed = status !== undefined && status.said.sealedSequence >= 0;
      view.check(isSealed, stanza.id, () => `${event.source} sent a message before sealing it`);
    }
    const shared = stanza.shared === undefined ? undefined : readSharedHead(stanza.shared);
    if (shared !== undefined) {
      const next = state.nextIteration(event.source, shared.chainId);
      view.check(next > shared.iteration, stanza.id, () => {
        return `${event.source} sent message ${shared.iteration} of a sender key at ${next}`;
      });
    }
    for (const { type, bytes } of stanza.enclosed) {
      const head = readCiphertextHead(type, bytes);
      if (head === undefined) continue;
      const next = state.nextCounter(event.source, head.ratchetKey);
      view.check(next > head.counter, stanza.id, () => {
        return `${event.source} sent message ${head.counter} of a chain its Store has at ${next}`;
      });
    }
  };
  return {
    kinds: ['device-send'],
    observe(event) {
      if (event.kind !== 'send' || event.source === 'server' || event.attempt > 1) return;
      const stanza = frames.message(event.bytes);
      if (stanza !== undefined) judgeStanza(event, stanza);
    },
  };
}
