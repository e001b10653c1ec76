/**
 * What is said of device lists with each message, what it teaches and when it raises an alarm.
 * Vector A.6.
 */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { backEnds, bytes, hexOf } from '../crypto/testing/back-ends.ts';
import {
  type AccountView,
  accountMetadata,
  accountView,
  compareHashes,
  keyHash,
  learnFromOwnDevice,
  learnFromSender,
  metadataFor,
} from './consistency.ts';

const provider = opensslProvider();
const NOW_S = 1_626_220_800;
const NOW_US = NOW_S * 1_000_000;
const key = (byte: number) => new Uint8Array(32).fill(byte);

/** An account whose devices have key indexes 0, 1, 2... and the keys given. */
function account(keys: readonly (Uint8Array | undefined)[], timestampS = NOW_S - 100): AccountView {
  return {
    timestampS,
    validIndexes: keys.map((_, index) => index),
    devices: keys.map((identityKey, keyIndex) => ({ keyIndex, identityKey })),
  };
}

test.each(backEnds)('A.6: the hash of two identity keys over $name, in any order', (backEnd) => {
  const bob = bytes('e13f8244f481a791ec818342cd2f806f36f0742ec0140b5c090c4e1d1816e232');
  const secret = bytes('809ab12e8b27314344b0527754d41e8041d5e7f3ca3674b555fcd24451208f51');
  const companion = backEnd.keyPair(secret).publicKey;
  expect(hexOf(keyHash([bob, companion], backEnd))).toBe('46b9f3ad829c08958d1a');
  expect(hexOf(keyHash([companion, bob], backEnd))).toBe('46b9f3ad829c08958d1a');
});

describe('what is said of an account', () => {
  const say = (view: AccountView) => accountMetadata(view, NOW_US, provider);

  test('with companions: hash and time stamp, however old the list is', () => {
    for (const timestampS of [NOW_S, NOW_S - 365 * 86_400]) {
      expect(say(account([key(1), key(2)], timestampS))).toEqual({
        keyHash: keyHash([key(1), key(2)], provider),
        timestampS,
        keyIndexes: undefined,
      });
    }
  });

  test('without companions: the time stamp alone, for 720 hours', () => {
    const young = NOW_S - 720 * 3_600 + 1;
    const said = { keyHash: undefined, timestampS: young, keyIndexes: undefined };
    expect(say(account([key(1)], young))).toEqual(said);
    expect(say(account([key(1)], young - 1))).toBeUndefined();
    expect(say(account([key(1)], 0))).toBeUndefined();
  });

  test('with an unknown identity: the hash of the known ones and their indexes', () => {
    expect(say(account([key(1), undefined, key(3)]))).toMatchObject({
      keyHash: keyHash([key(1), key(3)], provider),
      keyIndexes: [0, 2],
    });
    expect(say(account([undefined, undefined]))).toEqual({
      keyHash: undefined,
      timestampS: NOW_S - 100,
      keyIndexes: undefined,
    });
  });

  test('leaves out a device that the signed list does not name yet', () => {
    const view = account([key(1), key(2), key(3)]);
    const early = { ...view, validIndexes: [0, 1] };
    expect(say(early)).toEqual(say({ ...early, devices: view.devices.slice(0, 2) }));
  });

  test('counts a valid index without a device as unknown', () => {
    const view = account([key(1), key(2)]);
    expect(say({ ...view, devices: view.devices.slice(0, 1) })).toMatchObject({ keyIndexes: [0] });
  });

  test('covers both accounts, and one alone in a message to oneself', () => {
    const [own, other] = [account([key(1), key(2)]), account([key(4)])];
    expect(metadataFor(own, other, NOW_US, provider)).toEqual({
      sender: say(own),
      recipient: say(other),
    });
    expect(metadataFor(own, undefined, NOW_US, provider).recipient).toBeUndefined();
  });

  test('is built from a list record and the identities known by device id', () => {
    const list = { timestampS: 5, validIndexes: [0, 3], devices: [] };
    const devices = [
      { id: 0, keyIndex: 0 },
      { id: 7, keyIndex: 3 },
    ];
    const view = accountView({ ...list, devices }, (id) => (id === 7 ? key(7) : undefined));
    expect(view.devices).toEqual([
      { keyIndex: 0, identityKey: undefined },
      { keyIndex: 3, identityKey: key(7) },
    ]);
  });
});

describe('what a message teaches', () => {
  const held = { timestampS: 1_000, expectedTimestampS: undefined };
  const hashed = (timestampS: number) => ({
    keyHash: new Uint8Array(10),
    timestampS,
    keyIndexes: undefined,
  });
  const bare = (timestampS: number) => ({ ...hashed(timestampS), keyHash: undefined });

  test('a newer time stamp is expected, from any device', () => {
    const lesson = { kind: 'expected', expectedTimestampS: 1_001, learnedUs: NOW_US };
    expect(learnFromSender(hashed(1_001), 0, held, NOW_US)).toEqual(lesson);
    expect(learnFromSender(hashed(1_001), 4, held, NOW_US)).toEqual(lesson);
    expect(learnFromSender(bare(1_001), 4, held, NOW_US)).toEqual(lesson);
    expect(learnFromOwnDevice(bare(1_001), held, NOW_US)).toEqual(lesson);
  });

  test('an equal or older one, or one expected already, changes nothing', () => {
    const nothing = { kind: 'nothing' };
    expect(learnFromSender(hashed(1_000), 0, held, NOW_US)).toEqual(nothing);
    const waiting = { timestampS: 1_000, expectedTimestampS: 2_000 };
    expect(learnFromSender(hashed(2_000), 0, waiting, NOW_US)).toEqual(nothing);
    expect(learnFromOwnDevice(hashed(1_500), waiting, NOW_US)).toEqual(nothing);
    expect(learnFromSender(hashed(2_001), 0, waiting, NOW_US)).toMatchObject({ kind: 'expected' });
    expect(learnFromSender(undefined, 0, held, NOW_US)).toEqual(nothing);
    expect(learnFromSender({ ...bare(1), timestampS: undefined }, 0, held, NOW_US)).toEqual(
      nothing,
    );
  });

  test('a primary without a hash has no companions, one second after its list', () => {
    const dropped = { kind: 'primary-only', timestampS: 1_001 };
    expect(learnFromSender(bare(1_000), 0, held, NOW_US)).toEqual(dropped);
    expect(learnFromSender(bare(999), 0, held, NOW_US)).toEqual({ kind: 'nothing' });
    expect(learnFromSender(bare(1_000), 1, held, NOW_US)).toEqual({ kind: 'nothing' });
  });
});

describe('two views of one account', () => {
  const view = account([key(1), key(2), key(3)]);
  const said = accountMetadata(view, NOW_US, provider);

  test('agree when lists and keys are the same', () => {
    expect(compareHashes(said, view, provider)).toEqual({ kind: 'agree' });
  });

  test('differ when a key is another under the same signed list', () => {
    const forged = account([key(1), key(9), key(3)]);
    expect(compareHashes(said, forged, provider)).toEqual({ kind: 'differ' });
  });

  test('agree on the devices the sender knew, whatever we know beside them', () => {
    const partial = accountMetadata(account([key(1), undefined, key(3)]), NOW_US, provider);
    expect(compareHashes(partial, view, provider)).toEqual({ kind: 'agree' });
    const ours = account([key(1), undefined, key(3)]);
    expect(compareHashes(partial, ours, provider)).toEqual({ kind: 'agree' });
    const forged = account([key(1), key(2), key(9)]);
    expect(compareHashes(partial, forged, provider)).toEqual({ kind: 'differ' });
  });

  test('cannot be compared under another list, without a hash or without a key', () => {
    const cannot = (reason: string) => ({ kind: 'cannot-tell', reason });
    const newer = { ...view, timestampS: NOW_S };
    expect(compareHashes(said, newer, provider)).toEqual(cannot('other-list'));
    expect(compareHashes(said, undefined, provider)).toEqual(cannot('other-list'));
    expect(compareHashes(undefined, view, provider)).toEqual(cannot('nothing-said'));
    const bare = said && { ...said, keyHash: undefined };
    expect(compareHashes(bare, view, provider)).toEqual(cannot('nothing-said'));
    const ours = account([key(1), undefined, key(3)]);
    expect(compareHashes(said, ours, provider)).toEqual(cannot('unknown-identity'));
  });

  test('are compared as far as a shorter or longer hash goes', () => {
    for (const length of [8, 32]) {
      const hash = keyHash([key(1), key(2), key(3)], provider, length);
      const other = said && { ...said, keyHash: hash };
      expect(compareHashes(other, view, provider)).toEqual({ kind: 'agree' });
    }
  });

  test('a million repeated indexes cost nothing', () => {
    const keyIndexes = new Array<number>(1_000_000).fill(0);
    const hostile = said && { ...said, keyIndexes };
    expect(compareHashes(hostile, view, provider)).toMatchObject({ kind: 'cannot-tell' });
    const none = said && { ...said, keyIndexes: [] };
    expect(compareHashes(none, view, provider)).toMatchObject({ kind: 'cannot-tell' });
  });
});
