/**
 * Damaged records of a browser (contract 2). What it shows, its phone has, so that it is fetched
 * again once the browser is live: the list of chats says what is missing. What the phone has not,
 * or cannot know: who this browser is, the keys of the pairing, what a person wrote here and was
 * not handed over. Without that it is unpaired, says so, and deletes its data.
 */

import type { DamagedRecord } from '../../contract.ts';
import { eraseStore } from '../../fanout/device/erase.ts';
import type { Step } from '../../fanout/step.ts';

const DAMAGED = 'damaged';
/** Collections whose loss ends the pairing. */
const NEEDED = ['account', 'channel', 'web-session', 'transport', 'outbox', 'deed', 'leaving'];

/** Carries out what damage found at this boot asks for; call before anything else is done. */
export function takeDamage(step: Step): void {
  const found = step.tx.entries(DAMAGED).map(([, record]) => record as DamagedRecord);
  for (const { collection, key } of found) {
    step.tx.delete(DAMAGED, `${collection} ${key}`);
    const outcome = NEEDED.includes(collection) ? 'unusable' : 'renewed';
    const sentence = `a stored record (${collection}) was damaged and is gone: ${outcome}`;
    step.emit('record-damaged', sentence, { collection, key, outcome });
    if (outcome === 'renewed') continue;
    const why = 'this browser has lost what it cannot do without; pair it anew';
    step.emit('unusable', why, { collection });
    return eraseStore(step);
  }
}
