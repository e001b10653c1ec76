/**
 * What thefts exposed, in numbers: of everything the account took part in, how much lay open of the
 * past and why, how much until the revocation, and how much after it, before and after each writer
 * had accepted the list without the device. Probes of the heal phase are left out.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { StealScope } from '../../scenarios/scenario.ts';
import { CAUSES, type Cause } from '../adversary/thief.ts';
import { type MessageStatus, messageKey } from '../ledger/ledger.ts';
import { type Exposure, exposure, type TheftFindings, writtenAt } from './exposure.ts';
import type { JudgeView } from './property.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** What one theft exposed. */
export interface TheftExposure {
  /** Host of the device that was robbed. */
  readonly device: string;
  readonly scope: readonly StealScope[];
  readonly timeUs: number;
  /** When the device was unlinked or set up anew after it; -1 if it never was. */
  readonly revokedUs: number;
  /** Messages of the account in all, before and after. */
  readonly messages: number;
  /** Exposed of what was written before the theft, by the first cause that applies; no zeros. */
  readonly past: readonly (readonly [cause: Cause, messages: number])[];
  /** Of the same, how many the stolen keys open without the database of messages. */
  readonly pastByKeys: number;
  /** Exposed of what was written from the theft to the revocation. */
  readonly untilRevoked: number;
  /** Exposed of what was sealed after it by who had not accepted the list without the device. */
  readonly untilAccepted: number;
  /** Exposed of what was sealed after that. */
  readonly afterwards: number;
  /** Whether both judges name the same messages, and every plaintext is what was said. */
  readonly judgesAgree: boolean;
  /** `author|message id`, where they do not. */
  readonly onlyDecrypted: readonly string[];
  readonly onlyFollowed: readonly string[];
  readonly misread: readonly string[];
}

/** Watches a run for its thefts; asked once, at its end. Nothing is watched where there is none. */
export function theftReporter(view: JudgeView): () => readonly TheftExposure[] {
  const thefts: Exposure | undefined = exposure(view);
  if (thefts === undefined) return () => [];
  const lists = deviceViews(view);
  return () => thefts.findings().map((found) => reportOf(view, lists, found));
}

function reportOf(view: JudgeView, lists: DeviceViews, found: TheftFindings): TheftExposure {
  const { theft, exposed, onlyDecrypted, onlyFollowed, misread } = found;
  const { ledger } = view;
  const past = new Map<Cause, number>();
  const counts = { messages: 0, pastByKeys: 0, untilRevoked: 0, untilAccepted: 0, afterwards: 0 };
  for (const status of ledger.messages()) {
    if (status.isProbe) continue;
    if (ledger.isParty(status, theft.account)) counts.messages += 1;
    const { said } = status;
    const causes = exposed.get(messageKey(said.author, said.messageId))?.causes;
    if (causes === undefined) continue;
    if (writtenAt(status) < theft.sequence) {
      const cause = CAUSES.find((one) => causes.has(one)) as Cause;
      past.set(cause, (past.get(cause) ?? 0) + 1);
      if (cause !== 'message database' || causes.size > 1) counts.pastByKeys += 1;
    } else counts[phaseOf(view, lists, theft.device, status)] += 1;
  }
  const { host: device, scope, timeUs } = theft;
  const stretch = ledger.linkage
    .stretchesOf(theft.device)
    .find(({ fromSequence, untilSequence }) => {
      return (
        fromSequence <= theft.sequence && (untilSequence < 0 || untilSequence > theft.sequence)
      );
    });
  return {
    device,
    scope,
    timeUs,
    revokedUs: stretch?.untilUs ?? -1,
    messages: counts.messages,
    past: CAUSES.flatMap((cause) => {
      const messages = past.get(cause);
      return messages === undefined ? [] : [[cause, messages] as const];
    }),
    pastByKeys: counts.pastByKeys,
    untilRevoked: counts.untilRevoked,
    untilAccepted: counts.untilAccepted,
    afterwards: counts.afterwards,
    judgesAgree: onlyDecrypted.length + onlyFollowed.length + misread.length === 0,
    onlyDecrypted,
    onlyFollowed,
    misread,
  };
}

function phaseOf(
  { ledger }: JudgeView,
  lists: DeviceViews,
  device: DeviceJid,
  status: MessageStatus,
): 'untilRevoked' | 'untilAccepted' | 'afterwards' {
  if (ledger.linkage.isLinkedAt(device, writtenAt(status))) return 'untilRevoked';
  const { said } = status;
  const isOwn = said.author === device;
  return isOwn || lists.intended(said)?.has(device) === true ? 'untilAccepted' : 'afterwards';
}
