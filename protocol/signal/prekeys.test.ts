/** Prekey pools: ids, states, rotation. */

import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '../store.ts';
import {
  currentSignedPrekey,
  findSignedPrekey,
  makePrekeys,
  makeSignedPrekey,
  markUploaded,
  prekeysToUpload,
} from './prekeys.ts';
import { describeSignalRecord, isSignalRecord, keysInSignalRecord } from './records.ts';
import { PROVIDERS, SignalDevice } from './testing/device.ts';

const ALICE = '15551230001@s.whatsapp.net';
const DAY_US = 86_400_000_000;

describe.each(PROVIDERS)('with $name', (provider) => {
  const fresh = (): SignalDevice => new SignalDevice(ALICE, provider).install();
  const ids = (device: SignalDevice, count: number): number[] =>
    device.act((tx, ctx) => makePrekeys(tx, count, ctx)).map((prekey) => prekey.id);

  it('ids count from 1 and go on', () => {
    const alice = fresh();
    expect(ids(alice, 3)).toEqual([1, 2, 3]);
    expect(ids(alice, 2)).toEqual([4, 5]);
  });

  it('ids wrap after 16777214 to 1, never 0, and pass over ids in use', () => {
    const alice = fresh();
    expect(ids(alice, 1)).toEqual([1]);
    const record = { kind: 'prekey-counter', nextPrekeyId: 16_777_213, nextSignedPrekeyId: 2 };
    alice.store.apply([{ collection: 'prekey-counter', key: 'self', record }]);
    expect(ids(alice, 4)).toEqual([16_777_213, 16_777_214, 2, 3]);
  });

  it('prekeys are to be uploaded until the server confirmed them', () => {
    const alice = fresh();
    ids(alice, 3);
    alice.act((tx) => markUploaded(tx, [1, 3, 77]));
    expect(alice.read(prekeysToUpload).map((prekey) => prekey.id)).toEqual([2]);
  });

  it('a rotated signed prekey stays for its 30 days of grace and no longer', () => {
    const alice = fresh();
    const rotate = (): number => alice.act((tx, ctx) => makeSignedPrekey(tx, ctx)).id;
    alice.wallUs += DAY_US;
    expect(rotate()).toBe(2);
    expect(alice.read(currentSignedPrekey)?.id).toBe(2);
    alice.wallUs += 30 * DAY_US;
    rotate();
    expect(alice.read((tx) => findSignedPrekey(tx, 1))).toBeDefined();
    alice.wallUs += 1;
    rotate();
    expect(alice.read((tx) => findSignedPrekey(tx, 1))).toBeUndefined();
    expect(alice.read((tx) => findSignedPrekey(tx, 2))).toBeDefined();
    expect(alice.read(currentSignedPrekey)?.id).toBe(4);
  });

  it('the signature of a signed prekey verifies under the identity', () => {
    const bundle = fresh().bundle(false);
    const { publicKey, signature } = bundle.signedPrekey;
    const signed = Uint8Array.of(5, ...publicKey);
    expect(provider.verify(bundle.identityKey, signed, signature)).toBe(true);
    expect(provider.verify(bundle.identityKey, publicKey, signature)).toBe(false);
  });

  it('views hold no bytes and every private key is listed', () => {
    const alice = fresh();
    const bob = new SignalDevice('bob', provider).install();
    alice.start('bob', bob.bundle(true));
    bob.decrypt(ALICE, alice.encrypt('bob', new Uint8Array(3)));
    alice.encrypt('bob', new Uint8Array(3));
    bob.decrypt(ALICE, alice.encrypt('bob', new Uint8Array(3)));
    const counts = new Map<string, number>();
    for (const device of [alice, bob]) {
      for (const name of device.store.collectionNames()) {
        for (const [, record] of device.store.collection(name)) seen(record, counts);
      }
    }
    expect([...counts.keys()].sort()).toEqual([
      'identity',
      'peer-identity',
      'prekey-counter',
      'session',
      'signed-prekey',
      'skipped-key',
    ]);
    // Root, sending chain, ratchet pair, one receiving chain: four at each end.
    expect(counts.get('session')).toBe(8);
    expect(counts.get('identity')).toBe(2);
    expect(counts.get('peer-identity')).toBe(0);
    expect(counts.get('skipped-key')).toBe(1);
  });

  function seen(record: StoredRecord, counts: Map<string, number>): void {
    if (!isSignalRecord(record)) throw new Error(`unexpected record ${record.kind}`);
    for (const value of Object.values(describeSignalRecord(record))) {
      expect(['string', 'number', 'boolean']).toContain(typeof value);
    }
    const keys = keysInSignalRecord(record);
    for (const key of keys) expect(key).toHaveLength(32);
    counts.set(record.kind, (counts.get(record.kind) ?? 0) + keys.length);
  }
});
