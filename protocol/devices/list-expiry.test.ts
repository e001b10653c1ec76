import { expect, test } from 'vitest';
import { type DeviceListRecord, primaryOnly } from './device-list.ts';
import { isExpired, listDuty, nextListDutyUs, resetTimestampS } from './list-expiry.ts';

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
const MINUTE_US = 60_000_000;
const SIGNED_S = 1_626_220_800;
const SIGNED_US = SIGNED_S * 1_000_000;
const USER = '15551234567@s.whatsapp.net';

const list: DeviceListRecord = {
  ...primaryOnly(USER),
  rawId: 7,
  timestampS: SIGNED_S,
  currentIndex: 1,
  validIndexes: [0, 1],
  devices: [
    { id: 0, keyIndex: 0 },
    { id: 1, keyIndex: 1 },
  ],
};
const alone: DeviceListRecord = { ...list, validIndexes: [0], devices: [{ id: 0, keyIndex: 0 }] };

function dutyAfter(record: DeviceListRecord, ageUs: number, graceHours = 48, isOnline = true) {
  return listDuty(record, SIGNED_US + ageUs, graceHours * HOUR_US, isOnline);
}

test('a list is asked for from day 28 on, and its companions go at day 35', () => {
  expect(dutyAfter(list, 28 * DAY_US - 1)).toBe('none');
  expect(dutyAfter(list, 28 * DAY_US)).toBe('ask');
  expect(dutyAfter(list, 35 * DAY_US - 1)).toBe('ask');
  expect(dutyAfter(list, 35 * DAY_US)).toBe('expire');
  expect(dutyAfter(list, 35 * DAY_US, 48, false)).toBe('expire');
});

test('a list of a primary alone never expires, nor does one from the future', () => {
  expect(dutyAfter(alone, 400 * DAY_US)).toBe('none');
  expect(isExpired(alone, SIGNED_US + 400 * DAY_US)).toBe(false);
  expect(dutyAfter(list, -400 * DAY_US)).toBe('none');
});

function expecting(askedUs: number, base = list): DeviceListRecord {
  return { ...base, expected: { timestampS: SIGNED_S + 60, learnedUs: SIGNED_US, askedUs } };
}

test.each([25, 48])('a newer list has %i hours to come, then one more minute', (hours) => {
  const graceUs = hours * HOUR_US;
  const early = expecting(SIGNED_US);
  expect(dutyAfter(early, graceUs - 1, hours)).toBe('ask');
  expect(dutyAfter(early, graceUs, hours)).toBe('ask');
  const late = expecting(SIGNED_US + graceUs);
  expect(dutyAfter(late, graceUs + MINUTE_US - 1, hours)).toBe('none');
  expect(dutyAfter(late, graceUs + MINUTE_US, hours)).toBe('give-up');
});

test('a device that was away asks first when it is back, however late', () => {
  const held = expecting(SIGNED_US);
  expect(dutyAfter(held, 20 * DAY_US, 48, false)).toBe('ask');
  expect(dutyAfter(held, 20 * DAY_US)).toBe('ask');
  const asked = expecting(SIGNED_US + 20 * DAY_US);
  expect(dutyAfter(asked, 20 * DAY_US + MINUTE_US, 48, false)).toBe('ask');
  expect(dutyAfter(asked, 20 * DAY_US + MINUTE_US)).toBe('give-up');
});

test('what was given up is asked for all the same', () => {
  expect(dutyAfter(expecting(SIGNED_US + 3 * DAY_US, alone), 4 * DAY_US)).toBe('ask');
});

test('the next moment is the nearest deadline ahead', () => {
  const nextUs = (record: DeviceListRecord, ageUs: number): number =>
    nextListDutyUs(record, SIGNED_US + ageUs, 48 * HOUR_US) - SIGNED_US;
  expect(nextUs(list, 0)).toBe(35 * DAY_US);
  expect(nextUs(alone, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(nextUs(expecting(SIGNED_US), 0)).toBe(48 * HOUR_US);
  const asked = expecting(SIGNED_US + 48 * HOUR_US);
  expect(nextUs(asked, 48 * HOUR_US)).toBe(48 * HOUR_US + MINUTE_US);
  expect(nextUs(asked, 49 * HOUR_US)).toBe(35 * DAY_US);
});

test('a reset without a list leaves a day to ask for one', () => {
  const nowUs = SIGNED_US + 100 * DAY_US;
  expect(resetTimestampS(SIGNED_S, nowUs)).toBe(SIGNED_S + 66 * 86_400);
  expect(resetTimestampS(SIGNED_S + 90 * 86_400, nowUs)).toBe(SIGNED_S + 90 * 86_400);
});
