import { describe, expect, test } from 'vitest';
import { bytes, hexOf } from '../../crypto/testing/back-ends.ts';
import {
  decodeKeyRequest,
  decodeKeyShare,
  encodeKeyRequest,
  encodeKeyShare,
} from './key-messages.ts';
import {
  activeKey,
  encodeKeyId,
  nextKeyId,
  readKeyId,
  rotationReason,
  type SyncKey,
} from './keys.ts';

const DAY_MS = 86_400_000;
const MADE_MS = 1_626_220_800_000;

function key(device: number, epoch: number, deviceIndexes = [0, 1], currentIndex = 1): SyncKey {
  return {
    keyId: encodeKeyId({ device, epoch }),
    keyData: new Uint8Array(32).fill(epoch),
    fingerprint: { rawId: 7, currentIndex, deviceIndexes },
    timestampMs: MADE_MS,
  };
}

const devices = { rawId: 7, currentIndex: 1, deviceIndexes: [0, 1] };
const calm = { devices, nowMs: MADE_MS, expiredEpoch: -1, useDaysMax: 30 };

describe('key ids', () => {
  test('are a device and an epoch, big-endian', () => {
    expect(hexOf(encodeKeyId({ device: 258, epoch: 0xfffefdfc }))).toBe('0102fffefdfc');
    expect(readKeyId(bytes('0102fffefdfc'))).toEqual({ device: 258, epoch: 0xfffefdfc });
    expect(readKeyId(bytes('0102fffefd'))).toBeUndefined();
  });

  test('the active key has the highest epoch, then the lowest device', () => {
    const keys = [key(0, 4), key(3, 5), key(1, 5), key(2, 5), key(9, 3)];
    expect(activeKey(keys)).toBe(keys[2]);
    expect(activeKey([...keys].reverse())).toBe(keys[2]);
    expect(activeKey([])).toBeUndefined();
  });

  test('a new key is one epoch after the newest, the first at a drawn one', () => {
    expect(hexOf(nextKeyId([key(0, 4), key(3, 5)], 2, 99))).toBe('000200000006');
    expect(hexOf(nextKeyId([], 2, 99))).toBe('000200000063');
    expect(hexOf(nextKeyId([key(0, 0xffff_ffff)], 1, 99))).toBe('0001ffffffff');
  });
});

describe('a new key is due', () => {
  test.each([
    ['no one has a key', undefined, calm, 'no-key'],
    ['the key was declared expired', key(0, 5), { ...calm, expiredEpoch: 5 }, 'expired'],
    [
      'it is older than 30 days',
      key(0, 5),
      { ...calm, nowMs: MADE_MS + 30 * DAY_MS + 1 },
      'too-old',
    ],
    [
      'a device is gone',
      key(0, 5, [0, 1, 2], 2),
      { ...calm, devices: { rawId: 7, currentIndex: 2, deviceIndexes: [0, 2] } },
      'device-removed',
    ],
    [
      'one joined and left since',
      key(0, 5),
      { ...calm, devices: { rawId: 7, currentIndex: 3, deviceIndexes: [0, 1, 3] } },
      'device-removed',
    ],
    [
      'the account was set up anew',
      key(0, 5),
      { ...calm, devices: { ...devices, rawId: 8 } },
      'device-removed',
    ],
    [
      'an index is too far away to count',
      key(0, 5),
      { ...calm, devices: { rawId: 7, currentIndex: 0xffff_ffff, deviceIndexes: [0, 1] } },
      'device-removed',
    ],
  ] as const)('when %s', (_, active, situation, reason) => {
    expect(rotationReason(active, situation)).toBe(reason);
  });

  test.each([
    ['30 days', key(0, 5), { ...calm, nowMs: MADE_MS + 30 * DAY_MS }],
    ['an older key expired', key(0, 5), { ...calm, expiredEpoch: 4 }],
    [
      'devices only joined',
      key(0, 5),
      { ...calm, devices: { rawId: 7, currentIndex: 3, deviceIndexes: [3, 2, 1, 0] } },
    ],
    [
      'a setting of a thousand days, up to day 90',
      key(0, 5),
      { ...calm, useDaysMax: 1_000, nowMs: MADE_MS + 90 * DAY_MS },
    ],
  ] as const)('not after %s', (_, active, situation) => {
    expect(rotationReason(active, situation)).toBeUndefined();
  });
});

describe('key shares and requests', () => {
  test('carry keys, and the ids of missing ones', () => {
    const share = { keys: [key(0, 4), key(1, 5, [0, 1, 2], 2)], missing: [bytes('000100000009')] };
    expect(decodeKeyShare(encodeKeyShare(share))).toEqual({ ...share, refusedCount: 0 });
    const ids = [bytes('000100000009'), bytes('000000000004')];
    expect(decodeKeyRequest(encodeKeyRequest(ids))).toEqual(ids);
  });

  test('one bad entry does not hide the others', () => {
    const bad = { ...key(0, 4), keyData: new Uint8Array(31).fill(1) };
    const nameless = { ...key(0, 4), keyId: new Uint8Array(5) };
    const share = { keys: [bad, key(1, 5), nameless], missing: [new Uint8Array(2)] };
    expect(decodeKeyShare(encodeKeyShare(share))).toEqual({
      keys: [key(1, 5)],
      missing: [],
      refusedCount: 3,
    });
    expect(decodeKeyRequest(encodeKeyRequest([new Uint8Array(2), bytes('000100000009')]))).toEqual([
      bytes('000100000009'),
    ]);
  });

  test('a share has the bytes of specification 8.10', () => {
    const share = { keys: [{ ...key(0, 4), timestampMs: 5 }], missing: [bytes('000100000009')] };
    const data = `0a20${'04'.repeat(32)}1208080710011a0200011805`;
    const entry = `0a080a06000000000004122e${data}`;
    const lack = '0a080a060001000000091200';
    expect(hexOf(encodeKeyShare(share))).toBe(`0a3a${entry}0a0c${lack}`);
  });
});
