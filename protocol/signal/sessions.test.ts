/**
 * The session rules one by one: prekey messages, repeats, promotion, crossing starts, identities,
 * and that nothing changes on a refusal (the device of the tests asserts that on every act).
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { isRejected } from '../errors.ts';
import { Transaction } from '../store.ts';
import {
  decodePreKeySignalMessage,
  decodeSignalMessage,
  encodePreKeySignalMessage,
} from '../wire/signal-messages.ts';
import { messageKeysOf, messageSeedOf } from './ratchet.ts';
import type { PeerIdentityRecord, SelfIdentityRecord, SessionRecord } from './records.ts';
import {
  archiveCurrent,
  decryptFrom,
  deleteSession,
  hasSession,
  pinIdentity,
  readPrekeyMessage,
  sessionBaseKey,
  sessionRemoteRegistrationId,
} from './sessions.ts';
import { PROVIDERS, type Sealed, SignalDevice } from './testing/device.ts';

const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002:3@s.whatsapp.net';
const text = (value: number): Uint8Array => new Uint8Array(20).fill(value);

function flipped(sealed: Sealed, index: number): Sealed {
  const bytes = sealed.bytes.slice();
  const at = index < 0 ? bytes.length + index : index;
  bytes[at] = (bytes[at] as number) ^ 1;
  return { type: sealed.type, bytes };
}

describe.each(PROVIDERS)('with $name', (provider) => {
  let alice: SignalDevice;
  let bob: SignalDevice;

  beforeEach(() => {
    alice = new SignalDevice(ALICE, provider).install();
    bob = new SignalDevice(BOB, provider).install();
  });

  function begin(withPrekey = true): void {
    expect(alice.start(BOB, bob.bundle(withPrekey))).toBeUndefined();
  }

  /** A session that both sides have used. */
  function settle(): void {
    begin();
    bob.decrypt(ALICE, alice.encrypt(BOB, text(0)));
    alice.decrypt(BOB, bob.encrypt(ALICE, text(0)));
  }

  it('messages are prekey messages until the first answer, then plain ones', () => {
    begin();
    const first = alice.encrypt(BOB, text(1));
    const second = alice.encrypt(BOB, text(2));
    expect([first.type, second.type]).toEqual(['pkmsg', 'pkmsg']);
    expect(bob.decrypt(ALICE, second)).toMatchObject({ isNewSession: true, plaintext: text(2) });
    expect(bob.decrypt(ALICE, first)).toMatchObject({ isNewSession: false, plaintext: text(1) });
    expect(alice.open(BOB, bob.encrypt(ALICE, text(3)))).toEqual(text(3));
    const third = alice.encrypt(BOB, text(4));
    expect(third.type).toBe('msg');
    expect(bob.open(ALICE, third)).toEqual(text(4));
  });

  it('a one-time prekey is deleted by the first success only, the signed prekey stays', () => {
    const bundle = bob.bundle(true);
    alice.start(BOB, bundle);
    const sealed = alice.encrypt(BOB, text(1));
    expect(bob.open(ALICE, flipped(sealed, -20))).not.toEqual(text(1));
    const prekey = String(bundle.prekey?.id);
    expect(bob.store.get('prekey', prekey)).toBeDefined();
    expect(bob.open(ALICE, sealed)).toEqual(text(1));
    expect(bob.store.get('prekey', prekey)).toBeUndefined();
    expect(bob.store.get('signed-prekey', String(bundle.signedPrekey.id))).toBeDefined();
  });

  it('a new ratchet pair is drawn only after the MAC has held', () => {
    begin();
    const sealed = alice.encrypt(BOB, text(1));
    bob.drawn.length = 0;
    const inner = bob.open(ALICE, flipped(sealed, -8));
    expect(inner).toBe('bad-mac');
    expect(bob.drawn).toEqual([]);
    expect(bob.open(ALICE, sealed)).toEqual(text(1));
    expect(bob.drawn).toEqual(['ratchet']);
  });

  it('a prekey message delivered twice is a duplicate and builds nothing', () => {
    begin();
    const sealed = alice.encrypt(BOB, text(1));
    bob.decrypt(ALICE, sealed);
    expect(bob.open(ALICE, sealed)).toBe('duplicate-message');
    expect(bob.store.collection(`archived-session/${ALICE}`).size).toBe(0);
  });

  it('a late prekey message of an archived session is opened there and promotes it', () => {
    begin();
    const early = alice.encrypt(BOB, text(1));
    const late = alice.encrypt(BOB, text(2));
    bob.decrypt(ALICE, early);
    const firstBase = bob.read((tx) => sessionBaseKey(tx, ALICE));
    begin();
    bob.decrypt(ALICE, alice.encrypt(BOB, text(3)));
    expect(bob.read((tx) => sessionBaseKey(tx, ALICE))).not.toEqual(firstBase);
    expect(bob.decrypt(ALICE, late)).toMatchObject({ isNewSession: false, plaintext: text(2) });
    expect(bob.read((tx) => sessionBaseKey(tx, ALICE))).toEqual(firstBase);
  });

  it('the inner message of a prekey message is tried on its own session only', () => {
    settle();
    const plain = alice.encrypt(BOB, text(5));
    begin();
    const outer = alice.encrypt(BOB, text(6));
    const inner = alice.store.get('session', BOB) as SessionRecord;
    // The plain message of the older session is put into the wrapping of the newer one.
    const wrapped = outer.bytes.slice();
    const at = wrapped.length - plain.bytes.length - suffixLength(outer.bytes);
    wrapped.set(plain.bytes, at);
    expect(inner.pending).toBeDefined();
    expect(bob.open(ALICE, { type: 'pkmsg', bytes: wrapped })).toBe('bad-mac');
    expect(bob.open(ALICE, plain)).toEqual(text(5));
  });

  /**
   * Bytes after the inner message: registration id and signed prekey id, both as field and varint.
   */
  function suffixLength(bytes: Uint8Array): number {
    const head = readPrekeyMessage(bytes);
    if (isRejected(head)) throw new Error(head.sentence);
    const size = (value: number): number => (value < 128 ? 1 : value < 16_384 ? 2 : 3);
    return 2 + size(head.registrationId) + size(head.signedPreKeyId);
  }

  it('a duplicate ends the trials at once', () => {
    settle();
    const sealed = bob.encrypt(ALICE, text(1));
    alice.decrypt(BOB, sealed);
    expect(alice.open(BOB, sealed)).toBe('duplicate-message');
    alice.act((tx) => archiveCurrent(tx, BOB));
    expect(alice.open(BOB, sealed)).toBe('duplicate-message');
  });

  it('a duplicate on the current session is not tried on archived ones', () => {
    settle();
    begin();
    bob.decrypt(ALICE, alice.encrypt(BOB, text(1)));
    alice.decrypt(BOB, bob.encrypt(ALICE, text(2)));
    const sealed = alice.encrypt(BOB, text(3));
    bob.decrypt(ALICE, sealed);
    expect(bob.store.collection(`archived-session/${ALICE}`).size).toBe(1);
    let agreements = 0;
    const agree: typeof provider.agree = (own, theirs) => {
      agreements += 1;
      return provider.agree(own, theirs);
    };
    const tx = new Transaction(bob.store);
    const ctx = { ...bob.context(), crypto: { ...provider, agree } };
    const again = decryptFrom(tx, ALICE, sealed.type, sealed.bytes, ctx);
    expect(again).toMatchObject({ code: 'duplicate-message' });
    expect(agreements).toBe(0);
  });

  it('previousCounter is one less than the messages sent before, never below 0', () => {
    settle();
    const previousOf = (sealed: Sealed): unknown =>
      decodeSignalMessage(sealed.bytes.subarray(1, sealed.bytes.length - 8));
    const turn = (sent: number): unknown => {
      for (let index = 0; index < sent; index += 1) {
        bob.decrypt(ALICE, alice.encrypt(BOB, text(index)));
      }
      alice.decrypt(BOB, bob.encrypt(ALICE, text(9)));
      const next = alice.encrypt(BOB, text(8));
      bob.decrypt(ALICE, next);
      return previousOf(next);
    };
    expect(turn(3)).toMatchObject({ counter: 0, previousCounter: 2 });
    // One message was sent on this chain by the turn above, then none more.
    expect(turn(0)).toMatchObject({ counter: 0, previousCounter: 0 });
  });

  it('prekey id 0 in a prekey message means none', () => {
    begin(false);
    const sealed = alice.encrypt(BOB, text(1));
    const fields = decodePreKeySignalMessage(sealed.bytes.subarray(1));
    if (isRejected(fields)) throw new Error(fields.sentence);
    expect(fields.preKeyId).toBeUndefined();
    const body = encodePreKeySignalMessage({ ...fields, preKeyId: 0 });
    const bytes = Uint8Array.of(0x33, ...body);
    expect(bytes.length).toBe(sealed.bytes.length + 2);
    expect(bob.open(ALICE, { type: 'pkmsg', bytes })).toEqual(text(1));
  });

  it('crossing starts converge: later messages of both sides open, without prekeys', () => {
    alice.start(BOB, bob.bundle(true));
    bob.start(ALICE, alice.bundle(true));
    const fromAlice = alice.encrypt(BOB, text(1));
    const fromBob = bob.encrypt(ALICE, text(2));
    expect(bob.open(ALICE, fromAlice)).toEqual(text(1));
    expect(alice.open(BOB, fromBob)).toEqual(text(2));
    for (let turn = 3; turn < 9; turn += 1) {
      const crossA = alice.encrypt(BOB, text(turn));
      const crossB = bob.encrypt(ALICE, text(turn + 100));
      expect(bob.open(ALICE, crossA)).toEqual(text(turn));
      expect(alice.open(BOB, crossB)).toEqual(text(turn + 100));
    }
    const last = alice.encrypt(BOB, text(9));
    expect(bob.open(ALICE, last)).toEqual(text(9));
    expect(alice.open(BOB, bob.encrypt(ALICE, text(10)))).toEqual(text(10));
    expect(alice.encrypt(BOB, text(11)).type).toBe('msg');
    const base = alice.read((tx) => sessionBaseKey(tx, BOB));
    expect(bob.read((tx) => sessionBaseKey(tx, ALICE))).toEqual(base);
  });

  it('a late message on an old chain opens after the ratchet has moved on', () => {
    settle();
    const late = alice.encrypt(BOB, text(1));
    const next = alice.encrypt(BOB, text(2));
    bob.decrypt(ALICE, next);
    for (let turn = 0; turn < 3; turn += 1) {
      alice.decrypt(BOB, bob.encrypt(ALICE, text(3)));
      bob.decrypt(ALICE, alice.encrypt(BOB, text(4)));
    }
    expect(bob.open(ALICE, late)).toEqual(text(1));
    expect(bob.open(ALICE, late)).toBe('duplicate-message');
  });

  it('a bundle whose signed prekey is not signed starts nothing and draws nothing', () => {
    const bundle = bob.bundle(true);
    const signature = bundle.signedPrekey.signature.slice();
    signature[3] = (signature[3] as number) ^ 4;
    alice.drawn.length = 0;
    const forged = { ...bundle, signedPrekey: { ...bundle.signedPrekey, signature } };
    expect(alice.start(BOB, forged)).toMatchObject({ code: 'bad-signature' });
    expect(alice.drawn).toEqual([]);
    expect(alice.read((tx) => hasSession(tx, BOB))).toBe(false);
  });

  it('a bundle with a one-time prekey of low order is refused', () => {
    const bundle = bob.bundle(true);
    const forged = { ...bundle, prekey: { id: 9, publicKey: new Uint8Array(32) } };
    expect(alice.start(BOB, forged)).toMatchObject({ code: 'bad-key' });
  });

  it('a changed identity is refused unless accepted, and then ends the old sessions', () => {
    settle();
    const other = new SignalDevice('other', provider).install();
    const bundle = other.bundle(true);
    expect(alice.start(BOB, bundle)).toMatchObject({ code: 'untrusted-identity' });
    other.start(ALICE, alice.bundle(true));
    const sealed = other.encrypt(ALICE, text(1));
    expect(alice.open(BOB, sealed)).toBe('untrusted-identity');
    const opened = alice.decrypt(BOB, sealed, { acceptNewIdentity: true });
    expect(opened).toMatchObject({ plaintext: text(1), isNewSession: true });
    expect(alice.store.collection(`archived-session/${BOB}`).size).toBe(0);
    expect(alice.open(BOB, bob.encrypt(ALICE, text(2)))).toBe('bad-mac');
  });

  it('pinning another identity deletes the sessions; the same one again changes nothing', () => {
    settle();
    const pinned = alice.store.get('peer-identity', BOB) as PeerIdentityRecord;
    alice.act((tx) => pinIdentity(tx, BOB, pinned.publicKey.slice()));
    expect(alice.read((tx) => hasSession(tx, BOB))).toBe(true);
    alice.act((tx) => pinIdentity(tx, BOB, new Uint8Array(32).fill(9)));
    expect(alice.read((tx) => hasSession(tx, BOB))).toBe(false);
  });

  it('used or unknown prekeys are named, and without a session nothing opens', () => {
    const bundle = bob.bundle(true);
    alice.start(BOB, bundle);
    bob.decrypt(ALICE, alice.encrypt(BOB, text(1)));
    const carol = new SignalDevice('carol', provider).install();
    carol.start(BOB, bundle);
    expect(bob.open('carol', carol.encrypt(BOB, text(2)))).toBe('unknown-prekey');
    const strange = { ...bundle, signedPrekey: { ...bundle.signedPrekey, id: 4_000 } };
    carol.start(BOB, { ...strange, prekey: undefined });
    expect(bob.open('carol', carol.encrypt(BOB, text(2)))).toBe('unknown-prekey');
    alice.decrypt(BOB, bob.encrypt(ALICE, text(3)));
    expect(carol.open(BOB, alice.encrypt(BOB, text(4)))).not.toEqual(text(4));
    expect(
      new SignalDevice('dave', provider).install().open(ALICE, alice.encrypt(BOB, text(4))),
    ).toBe('no-session');
  });

  it('deleting leaves neither session nor skipped keys, and keeps the pin', () => {
    settle();
    alice.encrypt(BOB, text(1));
    bob.decrypt(ALICE, alice.encrypt(BOB, text(2)));
    bob.act((tx) => archiveCurrent(tx, ALICE));
    bob.act((tx) => deleteSession(tx, ALICE));
    const names = [...bob.store.collectionNames()].filter((name) => name.includes(ALICE));
    expect(names).toEqual([]);
    expect(bob.store.get('peer-identity', ALICE)).toBeDefined();
  });

  it('version byte 0x34 opens when the MAC covers it, and only then', () => {
    settle();
    const before = alice.store.get('session', BOB) as SessionRecord;
    const { bytes } = alice.encrypt(BOB, text(1));
    const newer = patched(bytes, 0, 0x34);
    expect(bob.open(ALICE, { type: 'msg', bytes: newer })).toBe('bad-mac');
    const { macKey } = messageKeysOf(provider, messageSeedOf(provider, before.senderChainKey));
    const { localIdentity, remoteIdentity } = before;
    const body = newer.subarray(0, newer.length - 8);
    const covered = Uint8Array.of(5, ...localIdentity, 5, ...remoteIdentity, ...body);
    newer.set(provider.mac(macKey, covered, 8), newer.length - 8);
    expect(bob.open(ALICE, { type: 'msg', bytes: newer })).toEqual(text(1));
  });

  it('another major version is refused', () => {
    settle();
    const { bytes } = alice.encrypt(BOB, text(1));
    expect(bob.open(ALICE, { type: 'msg', bytes: patched(bytes, 0, 0x43) })).toBe(
      'unknown-version',
    );
  });

  function patched(bytes: Uint8Array, at: number, value: number): Uint8Array {
    const out = bytes.slice();
    out[at] = value;
    return out;
  }

  it('the registration id of the peer is known on both sides', () => {
    settle();
    const ofBob = bob.store.get('identity', 'self') as SelfIdentityRecord;
    const ofAlice = alice.store.get('identity', 'self') as SelfIdentityRecord;
    expect(alice.read((tx) => sessionRemoteRegistrationId(tx, BOB))).toBe(ofBob.registrationId);
    expect(bob.read((tx) => sessionRemoteRegistrationId(tx, ALICE))).toBe(ofAlice.registrationId);
  });
});
