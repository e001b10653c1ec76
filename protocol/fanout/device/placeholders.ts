/**
 * "Waiting for this message" (specification 6.9; contract 4): a copy that could not be opened
 * leaves a placeholder and asks its author again, at most four times; at its deadline it is
 * reported lost.
 */

import type { DeviceJid, LostRecord, UserJid } from '../../contract.ts';
import type { RejectionCode } from '../../errors.ts';
import { PLACEHOLDER_ASK_US, RETRY_COUNT_MAX, RETRY_KEYS_FROM_COUNT } from '../../limits.ts';
import { NACK_CODES } from '../../messages/acks.ts';
import { RETRY_ERRORS } from '../../messages/retry-receipt.ts';
import { findPrekey } from '../../signal/prekeys.ts';
import type { Step } from '../step.ts';
import { makeRetryPrekey, nack, sendReceipt, sendRetryReceipt } from './receipts.ts';
import { messageKey, type PlaceholderRecord, SELF } from './records.ts';

/** What names a copy. */
export interface CopyName {
  readonly author: DeviceJid;
  readonly chat: UserJid;
  readonly messageId: string;
  readonly stampUs: number;
}

/** The code a retry receipt gives for each reason; anything else is `unknown`. */
export const ERROR_CODES: ReadonlyMap<RejectionCode, number> = new Map<RejectionCode, number>([
  ['no-session', RETRY_ERRORS.noSession],
  ['bad-key', RETRY_ERRORS.invalidKey],
  ['unknown-prekey', RETRY_ERRORS.invalidKeyId],
  ['malformed', RETRY_ERRORS.invalidMessage],
  ['unknown-version', RETRY_ERRORS.invalidMessage],
  ['bad-signature', RETRY_ERRORS.invalidSignature],
  ['too-far-ahead', RETRY_ERRORS.futureMessage],
  ['bad-mac', RETRY_ERRORS.badMac],
  ['untrusted-identity', RETRY_ERRORS.invalidSession],
  ['unlisted-device', RETRY_ERRORS.unlistedCompanion],
  ['adv-failure', RETRY_ERRORS.advFailure],
]);

function placeholderTimer(key: string): string {
  return `placeholder|${key}`;
}

/** The timer at which a companion asks its phone for the message. */
export function askTimer(key: string): string {
  return `placeholder-ask|${key}`;
}

/** A ciphertext failed: keep a placeholder and ask again, or admit the loss after four tries. */
export function failCopy(
  step: Step,
  copy: CopyName & { readonly count: number },
  error: RejectionCode,
): void {
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  if (step.tx.get('shown', key) !== undefined) return sendReceipt(step, copy);
  const count = copy.count + 1;
  if (count > RETRY_COUNT_MAX) {
    loseCopy(step, copy, `${RETRY_COUNT_MAX} retries did not help`);
    return nack(step, copy, NACK_CODES.unhandledError);
  }
  const errorCode = ERROR_CODES.get(error) ?? RETRY_ERRORS.unknown;
  const prekeyId = wait(step, key, copy, count, errorCode, count >= RETRY_KEYS_FROM_COUNT);
  sendRetryReceipt(step, copy, count, errorCode, prekeyId);
}

/**
 * The server has no copy for us, or our Store has lost it: ask the author at once, with keys (6.4).
 */
export function missCopy(step: Step, copy: CopyName): void {
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  if (step.tx.get('shown', key) !== undefined) return sendReceipt(step, copy);
  // A plain receipt would call a lost message delivered (6.5).
  if (step.tx.get('lost', key) !== undefined) return nack(step, copy, NACK_CODES.unhandledError);
  const prekeyId = wait(step, key, copy, 1, RETRY_ERRORS.unknown, true);
  sendRetryReceipt(step, copy, 1, RETRY_ERRORS.unknown, prekeyId);
}

/**
 * Keeps the placeholder; answers the prekey for its receipt, the same one every time, or 0. The key
 * stays when the placeholder goes: its peer may still use it (K4).
 */
function wait(
  step: Step,
  key: string,
  copy: CopyName,
  count: number,
  errorCode: number,
  withKeys: boolean,
): number {
  const known = step.get<PlaceholderRecord>('placeholder', key)?.prekeyId ?? 0;
  const isThere = known !== 0 && findPrekey(step.tx, known) !== undefined;
  const prekeyId = withKeys && !isThere ? makeRetryPrekey(step) : isThere ? known : 0;
  const record: PlaceholderRecord = {
    kind: 'placeholder',
    chat: copy.chat,
    messageId: copy.messageId,
    author: copy.author,
    positionUs: copy.stampUs,
    count,
    errorCode,
    prekeyId,
  };
  step.tx.put('placeholder', key, record);
  const deadlineUs = step.nowUs + step.settings.placeholderDeadlineUs;
  if (!step.hasTimer(placeholderTimer(key))) {
    step.setTimer(placeholderTimer(key), deadlineUs);
    const isCompanion = step.tx.get('companion', SELF) !== undefined;
    if (isCompanion) step.setTimer(askTimer(key), step.nowUs + PLACEHOLDER_ASK_US);
  }
  return withKeys ? prekeyId : 0;
}

/** The message is here after all. */
export function settlePlaceholder(step: Step, key: string): void {
  step.tx.delete('placeholder', key);
  step.tx.delete('lost', key);
  step.cancelTimer(placeholderTimer(key));
  step.cancelTimer(askTimer(key));
}

/** Admits that a copy will not be shown. */
export function loseCopy(step: Step, copy: Omit<CopyName, 'stampUs'>, reason: string): void {
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  if (step.tx.get('shown', key) !== undefined) return;
  settlePlaceholder(step, key);
  const { chat, messageId, author } = copy;
  const record: LostRecord = { kind: 'lost', chat, messageId, author, reason };
  step.tx.put('lost', key, record);
  step.emit('lost', `message ${messageId} from ${author} is lost: ${reason}`, { messageId });
}

/** Gives every placeholder a deadline that has none: a timer was damaged. */
export function resumePlaceholders(step: Step): void {
  const deadlineUs = step.nowUs + step.settings.placeholderDeadlineUs;
  for (const [key] of step.tx.entries('placeholder')) {
    if (!step.hasTimer(placeholderTimer(key))) step.setTimer(placeholderTimer(key), deadlineUs);
  }
}

/** A placeholder's time is up; false when the timer is not one. */
export function takePlaceholderTimer(step: Step, name: string): boolean {
  if (!name.startsWith('placeholder|')) return false;
  const key = name.slice('placeholder|'.length);
  step.cancelTimer(name);
  const waiting = step.get<PlaceholderRecord>('placeholder', key);
  if (waiting !== undefined) loseCopy(step, waiting, 'nobody sent it again in time');
  return true;
}
