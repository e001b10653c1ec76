import { describe, expect, test } from 'vitest';
import { nobleProvider } from '../crypto/noble.ts';
import type { KeyIndexList } from '../wire/adv.ts';
import {
  applyDeviceChange,
  applyListAnswer,
  type DeviceListRecord,
  isListed,
  type ListedDevice,
  listedDevices,
  primaryOnly,
} from './device-list.ts';
import { signKeyIndexList } from './linking.ts';
import { participantHash } from './participant-hash.ts';

const provider = nobleProvider;
const USER = '15551230001@s.whatsapp.net';
const at = (id: number) => `15551230001:${id}@s.whatsapp.net`;
const phone = provider.keyPair(new Uint8Array(32).fill(1));
const mallory = provider.keyPair(new Uint8Array(32).fill(2));
const PIN = phone.publicKey;
const PRIMARY = { id: 0, keyIndex: 0 };
const LAPTOP = { id: 1, keyIndex: 1 };
const TABLET = { id: 2, keyIndex: 2 };

const held: DeviceListRecord = {
  kind: 'device-list',
  user: USER,
  rawId: 7,
  timestampS: 100,
  currentIndex: 2,
  validIndexes: [0, 1, 2],
  devices: [PRIMARY, LAPTOP, TABLET],
};

function signed(change: Partial<KeyIndexList> = {}, by = phone) {
  const list = { rawId: 7, timestampS: 200, currentIndex: 2, validIndexes: [0, 1, 2], ...change };
  const signedList = signKeyIndexList(by.privateKey, list, new Uint8Array(64), provider);
  return { signedList, timestampS: list.timestampS };
}

function answer(devices: readonly ListedDevice[], list: ReturnType<typeof signed> | undefined) {
  return { user: USER, devices, list };
}

describe('a query answer', () => {
  test('adds companions that the primary signed for', () => {
    const outcome = applyListAnswer(
      undefined,
      PIN,
      answer([PRIMARY, LAPTOP, TABLET], signed()),
      provider,
    );
    expect(outcome).toMatchObject({
      kind: 'list-applied',
      record: { ...held, timestampS: 200 },
      added: [at(1), at(2)],
      removed: [],
      isReset: false,
    });
  });

  test('leaves out a ghost device that no signed index covers', () => {
    const ghost = { id: 9, keyIndex: 9 };
    const outcome = applyListAnswer(
      held,
      PIN,
      answer([PRIMARY, LAPTOP, TABLET, ghost], signed()),
      provider,
    );
    expect(outcome).toMatchObject({ record: { devices: held.devices }, added: [], removed: [] });
  });

  test('leaves out a second device under the index of a first', () => {
    const twin = { id: 9, keyIndex: 1 };
    const outcome = applyListAnswer(held, PIN, answer([LAPTOP, twin, TABLET], signed()), provider);
    expect(outcome).toMatchObject({ record: { devices: held.devices } });
  });

  test('removes a device whose index is gone, and one the server no longer names', () => {
    const unlinked = signed({ validIndexes: [0, 2] });
    expect(
      applyListAnswer(held, PIN, answer([PRIMARY, LAPTOP, TABLET], unlinked), provider),
    ).toMatchObject({ removed: [at(1)], record: { devices: [PRIMARY, TABLET] } });
    expect(applyListAnswer(held, PIN, answer([PRIMARY, LAPTOP], signed()), provider)).toMatchObject(
      {
        removed: [at(2)],
      },
    );
  });

  test('keeps a device it knows whose index is ahead of the list', () => {
    const phoneTablet = { id: 3, keyIndex: 3 };
    const ahead = { ...held, devices: [...held.devices, phoneTablet] };
    const all = [PRIMARY, LAPTOP, TABLET, phoneTablet];
    expect(applyListAnswer(ahead, PIN, answer(all, signed()), provider)).toMatchObject({
      record: { devices: all },
      removed: [],
    });
    const passed = signed({ currentIndex: 3 });
    expect(applyListAnswer(ahead, PIN, answer(all, passed), provider)).toMatchObject({
      removed: [at(3)],
    });
  });

  test('is refused when older, wrongly stamped, wrongly signed or unsigned', () => {
    const refuse = (given: ReturnType<typeof answer>) =>
      applyListAnswer(held, PIN, given, provider);
    expect(refuse(answer([LAPTOP], signed({ timestampS: 99 })))).toMatchObject({
      code: 'stale-list',
    });
    expect(refuse(answer([LAPTOP], { ...signed(), timestampS: 201 }))).toMatchObject({
      code: 'stale-list',
    });
    expect(refuse(answer([LAPTOP], signed({}, mallory)))).toMatchObject({ code: 'bad-signature' });
    expect(refuse(answer([LAPTOP], undefined))).toMatchObject({ code: 'adv-failure' });
    const broken = { signedList: new Uint8Array([255]), timestampS: 200 };
    expect(refuse(answer([LAPTOP], broken))).toMatchObject({ code: 'malformed' });
  });

  test('the same list again changes nothing', () => {
    const again = answer(held.devices, signed({ timestampS: 100 }));
    expect(applyListAnswer(held, PIN, again, provider)).toMatchObject({
      record: held,
      added: [],
      removed: [],
    });
  });

  test('with the primary alone and no list empties the record but not its age', () => {
    expect(applyListAnswer(held, PIN, answer([PRIMARY], undefined), provider)).toMatchObject({
      record: { devices: [PRIMARY], timestampS: 100, rawId: 7 },
      removed: [at(1), at(2)],
    });
  });

  test('of an account registered again drops every companion held', () => {
    const fresh = { rawId: 8, currentIndex: 1, validIndexes: [0, 1] };
    const given = answer([PRIMARY, LAPTOP], signed(fresh));
    expect(applyListAnswer(held, PIN, given, provider)).toMatchObject({
      isReset: true,
      removed: [at(1), at(2)],
      added: [at(1)],
      record: { rawId: 8, devices: [PRIMARY, LAPTOP] },
    });
  });

  test('waits for the primary identity when none is pinned', () => {
    expect(applyListAnswer(undefined, undefined, answer([LAPTOP], signed()), provider)).toEqual({
      kind: 'needs-identity',
      user: USER,
    });
  });
});

describe('a notification', () => {
  const base = { user: USER, deviceHash: undefined };
  const three = { id: 3, keyIndex: 3 };
  const grown = signed({ currentIndex: 3, validIndexes: [0, 1, 2, 3] });

  test('adds the device when its list continues the one held', () => {
    const change = { ...base, change: 'add' as const, device: three, list: grown };
    expect(applyDeviceChange(held, PIN, change, provider)).toMatchObject({
      added: [at(3)],
      needsSync: false,
      record: { timestampS: 200, currentIndex: 3 },
    });
  });

  test('asks for a sync when the resulting hash differs from the server', () => {
    const change = { ...base, change: 'add' as const, device: three, list: grown };
    const hash = participantHash([USER, at(1), at(2), at(3)], provider);
    expect(applyDeviceChange(held, PIN, { ...change, deviceHash: hash }, provider)).toMatchObject({
      needsSync: false,
    });
    expect(applyDeviceChange(held, PIN, { ...change, deviceHash: '2:x' }, provider)).toMatchObject({
      kind: 'list-applied',
      needsSync: true,
    });
  });

  test('asks for a sync without a record, or when an added list does not fit', () => {
    const add = { ...base, change: 'add' as const, device: three };
    const cases = [
      applyDeviceChange(undefined, PIN, { ...add, list: grown }, provider),
      applyDeviceChange(held, undefined, { ...add, list: grown }, provider),
      applyDeviceChange(held, PIN, { ...add, list: undefined }, provider),
      applyDeviceChange(held, PIN, { ...add, list: signed({}, mallory) }, provider),
      applyDeviceChange(held, PIN, { ...add, list: signed({ rawId: 8 }) }, provider),
      applyDeviceChange(held, PIN, { ...add, list: signed({ timestampS: 99 }) }, provider),
    ];
    for (const outcome of cases) expect(outcome).toMatchObject({ kind: 'needs-sync', user: USER });
  });

  test('removes a device only under its own key index', () => {
    const remove = { ...base, change: 'remove' as const, list: undefined };
    expect(applyDeviceChange(held, PIN, { ...remove, device: LAPTOP }, provider)).toMatchObject({
      removed: [at(1)],
      needsSync: true,
    });
    const wrong = { id: 1, keyIndex: 2 };
    expect(applyDeviceChange(held, PIN, { ...remove, device: wrong }, provider)).toMatchObject({
      removed: [],
    });
    expect(applyDeviceChange(held, PIN, { ...remove, device: PRIMARY }, provider)).toMatchObject({
      removed: [],
      record: { devices: held.devices },
    });
  });

  test('removal with a fitting list takes over its time stamp', () => {
    const list = signed({ validIndexes: [0, 2] });
    const change = { ...base, change: 'remove' as const, device: LAPTOP, list };
    expect(applyDeviceChange(held, PIN, change, provider)).toMatchObject({
      removed: [at(1)],
      needsSync: false,
      record: { timestampS: 200, validIndexes: [0, 2] },
    });
  });
});

test('without a record an account is its primary', () => {
  expect(listedDevices(USER, undefined)).toEqual([USER]);
  expect(listedDevices(USER, held)).toEqual([USER, at(1), at(2)]);
  expect([isListed(undefined, 0), isListed(undefined, 1), isListed(held, 1)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(primaryOnly(USER).devices).toEqual([PRIMARY]);
});
