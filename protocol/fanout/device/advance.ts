/**
 * The engine of sending (specification D.1; contract 4): after every step it looks at what waits
 * for lists, bundles or a session, asks for what is missing and seals what can be sealed. First in,
 * first out per chat.
 */

import type { UserJid } from '../../contract.ts';
import type { Step } from '../step.ts';
import { audienceOf, isReadyFor } from './audience.ts';
import { advanceBackfills } from './backfill.ts';
import { linkStateOf } from './link-state.ts';
import { applyHeldAnswers, askForLists } from './lists.ts';
import { advancePeers } from './peer.ts';
import { accountOf, deviceListOf, maySealMore, type WantingRecord } from './records.ts';
import { advanceResends } from './resend.ts';
import { sealMessage } from './seal.ts';
import { advanceCodes } from './verify.ts';

/** Seals what can be sealed, asks for what is missing, and goes on with resends and backfills. */
export function advance(step: Step): void {
  applyHeldAnswers(step);
  advancePeers(step);
  const blocked = new Set<UserJid>();
  for (const [, entry] of step.tx.entries('wanting')) {
    const wanting = entry as WantingRecord;
    if (!maySealMore(step)) return; // the answers to these bring the next step
    if (blocked.has(wanting.chat)) continue;
    if (!sealWhenReady(step, wanting)) blocked.add(wanting.chat);
  }
  advanceResends(step);
  advanceBackfills(step);
  advanceCodes(step);
}

function sealWhenReady(step: Step, wanting: WantingRecord): boolean {
  const account = accountOf(step);
  if (account === undefined) return false;
  const { unlisted } = linkStateOf(step.store);
  const unknown = [wanting.chat, account.user].filter(
    (user) => deviceListOf(step, user) === undefined && !unlisted.has(user),
  );
  if (unknown.length > 0) {
    askForLists(step, unknown);
    return false;
  }
  const targets = audienceOf(step, wanting.chat);
  if (!isReadyFor(step, targets)) return false;
  sealMessage(step, wanting.messageId, targets);
  step.tx.delete('wanting', wanting.messageId);
  return true;
}
