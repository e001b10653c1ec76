/**
 * The engine of sending (specification D.1; contract 4): after every step it looks at what waits
 * for lists, bundles or a session, asks for what is missing and seals what can be sealed. First in,
 * first out per chat.
 */

import type { ChatJid } from '../../contract.ts';
import { isGroupJid } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { advanceAppState } from './app-state-sync.ts';
import { audienceOf, isReadyFor, usersOf } from './audience.ts';
import { advanceBackfills } from './backfill.ts';
import { advanceCalls } from './call-keys-out.ts';
import { oldMemberOf } from './capability.ts';
import { devicesWithoutKey } from './group-keys.ts';
import { sealGroupMessage } from './group-seal.ts';
import { groupOf, mayLearnGroup } from './groups.ts';
import { advanceHistory } from './history-send.ts';
import { advanceIdentityChecks } from './identities.ts';
import { askForLists } from './known-lists.ts';
import { linkStateOf } from './link-state.ts';
import { applyHeldAnswers } from './lists.ts';
import { isUploading } from './media-send.ts';
import { advancePeers } from './peer.ts';
import { loseCopy } from './placeholders.ts';
import { accountOf, deviceListOf, maySealMore, outboxOf, type WantingRecord } from './records.ts';
import { advanceResends } from './resend.ts';
import { sealMessage } from './seal.ts';
import { advanceCodes } from './verify.ts';

/** Seals what can be sealed, asks for what is missing, and goes on with resends and backfills. */
export function advance(step: Step): void {
  applyHeldAnswers(step);
  advanceAppState(step);
  advanceIdentityChecks(step);
  advanceHistory(step);
  advancePeers(step);
  advanceCalls(step);
  const blocked = new Set<ChatJid>();
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
  if (account === undefined || isUploading(step, wanting.messageId)) return false;
  const { unlisted } = linkStateOf(step.store);
  if (isGroupJid(wanting.chat) && groupOf(step, wanting.chat) === undefined) {
    return waitForGroup(step, wanting);
  }
  const unknown = usersOf(step, wanting.chat, account.user).filter(
    (user) => deviceListOf(step, user) === undefined && !unlisted.has(user),
  );
  if (unknown.length > 0) {
    askForLists(step, unknown);
    return false;
  }
  if (oldMemberOf(step, wanting.chat) !== undefined) {
    return giveUp(step, wanting, 'the contact has to update its app');
  }
  const targets = audienceOf(step, wanting.chat);
  if (isGroupJid(wanting.chat)) {
    const lacking = devicesWithoutKey(step, wanting.chat, targets);
    if (!isReadyFor(step, lacking)) return false;
    sealGroupMessage(step, wanting.messageId, targets, lacking);
  } else {
    if (!isReadyFor(step, targets)) return false;
    sealMessage(step, wanting.messageId, targets);
  }
  step.tx.delete('wanting', wanting.messageId);
  return true;
}

/** Nothing is known of the group yet; or this account is no member, and the message is lost. */
function waitForGroup(step: Step, wanting: WantingRecord): boolean {
  if (mayLearnGroup(step, wanting.chat)) return false;
  return giveUp(step, wanting, 'its author is no member of the group');
}

/** What was written cannot be sent after all: its author learns that it is lost. */
function giveUp(step: Step, { messageId }: WantingRecord, reason: string): true {
  const outbox = outboxOf(step, messageId);
  step.tx.delete('wanting', messageId);
  step.tx.delete('outbox', messageId);
  if (outbox !== undefined) loseCopy(step, outbox, reason);
  return true;
}
