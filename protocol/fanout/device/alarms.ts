/**
 * Security notices for the person at this device: a key that changed, lists that do not fit. They
 * are records, since a notice that a crash swallows was never given; they block nothing.
 */

import type { AlarmRecord, UserJid } from '../../contract.ts';
import type { Step } from '../step.ts';

/** Why a person is told. */
export type AlarmReason =
  /** The primary of an account has other keys than before. */
  | 'identity-changed'
  /** A message says other identity keys for the same signed list. */
  | 'consistency'
  /** Two people compared their codes, and they differ. */
  | 'code-mismatch';

/** Tells the person about an account, in the commit of this step. */
export function raiseAlarm(step: Step, user: UserJid, reason: AlarmReason): void {
  const count = step.tx.entries('alarm').filter(([key]) => key.startsWith(`${user}|`)).length;
  const record: AlarmRecord = { kind: 'alarm', user, reason, atUs: step.nowUs };
  step.tx.put('alarm', `${user}|${count + 1}`, record);
  step.emit('alarm', `a security notice about ${user}: ${reason}`, { user, reason });
}
