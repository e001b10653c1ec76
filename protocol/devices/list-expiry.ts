/**
 * How long a signed device list counts (specification 5.11): from day 28 it is asked for anew, at
 * day 35 its companions are dropped and the primary alone is left. A newer list that somebody spoke
 * of has to come within a grace period, or the same happens. Pure functions; the clock is the
 * caller's.
 */

import {
  LIST_ANSWER_WAIT_US,
  LIST_REFRESH_AGE_US,
  LIST_RESET_AGE_US,
  LIST_TTL_US,
} from '../limits.ts';
import type { DeviceListRecord } from './device-list.ts';

/** What is to be done about a list now. */
export type ListDuty =
  | 'none'
  /** Ask the server for a fresh one. */
  | 'ask'
  /** Drop the companions: the list is too old. */
  | 'expire'
  /** Drop the companions: the newer list did not come in time. */
  | 'give-up';

function ageUs(record: DeviceListRecord, nowUs: number): number {
  return nowUs - record.timestampS * 1_000_000;
}

/** Whether the list is older than 35 days; a record without companions has nothing to expire. */
export function isExpired(record: DeviceListRecord, nowUs: number): boolean {
  return record.devices.length > 1 && ageUs(record, nowUs) >= LIST_TTL_US;
}

/**
 * The duty at `nowUs`. A newer list that is overdue is asked for once more when the grace is over,
 * so that a device that was away has its chance (`isOnline`), and given up a minute later; without
 * companions there is nothing to give up.
 */
export function listDuty(
  record: DeviceListRecord,
  nowUs: number,
  graceUs: number,
  isOnline: boolean,
): ListDuty {
  if (isExpired(record, nowUs)) return 'expire';
  const { expected } = record;
  const isOverdue = expected !== undefined && nowUs - expected.learnedUs >= graceUs;
  if (isOverdue && isOnline) {
    const isAsked = expected.askedUs - expected.learnedUs >= graceUs;
    if (!isAsked) return 'ask';
    if (record.devices.length === 1) return 'ask';
    return nowUs - expected.askedUs >= LIST_ANSWER_WAIT_US ? 'give-up' : 'none';
  }
  const isOld = record.devices.length > 1 && ageUs(record, nowUs) >= LIST_REFRESH_AGE_US;
  return isOld || expected !== undefined ? 'ask' : 'none';
}

/** The next moment at which the duty changes by itself; Infinity when there is none. */
export function nextListDutyUs(record: DeviceListRecord, nowUs: number, graceUs: number): number {
  const { expected, timestampS } = record;
  if (record.devices.length === 1) return Number.POSITIVE_INFINITY;
  const momentsUs = [timestampS * 1_000_000 + LIST_TTL_US];
  if (expected !== undefined) {
    const { learnedUs, askedUs } = expected;
    momentsUs.push(learnedUs + graceUs);
    if (askedUs - learnedUs >= graceUs) momentsUs.push(askedUs + LIST_ANSWER_WAIT_US);
  }
  return Math.min(...momentsUs.filter((momentUs) => momentUs > nowUs));
}

/** Whether the phone has to sign its list anew, though nothing has changed. */
export function needsSigning(record: DeviceListRecord, nowUs: number): boolean {
  return record.devices.length > 1 && ageUs(record, nowUs) >= LIST_REFRESH_AGE_US;
}

/** Time stamp of a list of which only one device's own signature tells: a day is left to it. */
export function resetTimestampS(timestampS: number, nowUs: number): number {
  return Math.max(timestampS, Math.floor((nowUs - LIST_RESET_AGE_US) / 1_000_000));
}
