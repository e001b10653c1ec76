/** What another library's sessions owe the port, and what they are known not to do. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepContext } from '../../protocol/contract.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { isRejected } from '../../protocol/errors.ts';
import { SIGNAL_COLLECTIONS } from '../../protocol/signal/records.ts';
import { archiveCurrent, deleteSession, hasSession } from '../../protocol/signal/sessions.ts';
import { SignalDevice } from '../../protocol/signal/testing/device.ts';
import { Library } from './testing/foreign/library.ts';
import { librarySessions, noCounts } from './testing/foreign/library-sessions.ts';

let library: Library;
beforeAll(() => {
  library = new Library();
});
afterAll(() => library.close());

const crypto = opensslProvider();
const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002:3@s.whatsapp.net';
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));
const hello = text('Hello, is this another library?');

/** A device whose sessions the library keeps. */
class LibraryDevice extends SignalDevice {
  override context(): StepContext {
    const context = super.context();
    return { ...context, sessions: librarySessions(library, context, noCounts()) };
  }
}

function pair(): [ours: SignalDevice, theirs: LibraryDevice] {
  const ours = new SignalDevice(ALICE, crypto).install(3);
  return [ours, new LibraryDevice(BOB, crypto).install(3)];
}

describe('sessions kept by libsignal 6.0.0', () => {
  it.each([true, false])('it begins and is answered, one-time prekey: %s', (withPrekey) => {
    const [ours, theirs] = pair();
    expect(theirs.start(ALICE, ours.bundle(withPrekey))).toBeUndefined();
    expect(ours.open(BOB, theirs.encrypt(ALICE, hello))).toEqual(hello);
    expect(theirs.open(ALICE, ours.encrypt(BOB, hello))).toEqual(hello);
    expect(theirs.encrypt(ALICE, hello).type).toBe('msg');
  });

  it('it answers, out of order, and its prekey is used up', () => {
    const [ours, theirs] = pair();
    const bundle = theirs.bundle(true);
    ours.start(BOB, bundle);
    const sealed = [1, 2, 3].map((at) => ours.encrypt(BOB, text(`number ${at}`)));
    for (const at of [2, 0, 1]) {
      const opened = theirs.decrypt(ALICE, sealed[at]!);
      expect(isRejected(opened) ? opened : opened.plaintext).toEqual(text(`number ${at + 1}`));
      expect(!isRejected(opened) && opened.isNewSession).toBe(at === 2);
    }
    const id = String(bundle.prekey?.id);
    expect(theirs.store.get(SIGNAL_COLLECTIONS.prekey, id)).toBeUndefined();
    expect(theirs.open(ALICE, sealed[0]!)).toBe('duplicate-message');
  });

  it('its sessions are put aside and deleted as ours are', () => {
    const [ours, theirs] = pair();
    theirs.start(ALICE, ours.bundle(true));
    ours.open(BOB, theirs.encrypt(ALICE, hello));
    const late = ours.encrypt(BOB, hello);
    theirs.act((tx) => archiveCurrent(tx, ALICE));
    expect(theirs.read((tx) => hasSession(tx, ALICE))).toBe(false);
    expect(theirs.open(ALICE, late)).toEqual(hello);
    expect(theirs.read((tx) => hasSession(tx, ALICE))).toBe(false);
    theirs.start(ALICE, ours.bundle(true));
    expect(ours.open(BOB, theirs.encrypt(ALICE, hello))).toEqual(hello);
    theirs.act((tx) => deleteSession(tx, ALICE));
    expect(theirs.open(ALICE, ours.encrypt(BOB, hello))).toBe('no-session');
  });

  it('a changed identity is refused unless the policy accepts it', () => {
    const [ours, theirs] = pair();
    theirs.start(ALICE, ours.bundle(true));
    const other = new SignalDevice('15551230001:0@s.whatsapp.net', crypto).install(3);
    expect(theirs.start(ALICE, other.bundle(true))).toMatchObject({ code: 'untrusted-identity' });
    const bundle = theirs.bundle(true);
    other.start(BOB, bundle);
    const sealed = other.encrypt(BOB, hello);
    expect(theirs.open(ALICE, sealed)).toBe('untrusted-identity');
    expect(theirs.decrypt(ALICE, sealed, { acceptNewIdentity: true })).toMatchObject({
      plaintext: hello,
      isNewSession: true,
    });
  });

  it.each(['pkmsg', 'msg'] as const)('a damaged %s is refused and changes nothing', (type) => {
    const [ours, theirs] = pair();
    ours.start(BOB, theirs.bundle(true));
    if (type === 'msg') {
      theirs.open(ALICE, ours.encrypt(BOB, hello));
      ours.open(BOB, theirs.encrypt(ALICE, hello));
    }
    const sealed = ours.encrypt(BOB, hello);
    expect(sealed.type).toBe(type);
    for (let at = 0; at < sealed.bytes.length; at += 5) {
      const bytes = sealed.bytes.slice();
      bytes[at] = bytes[at]! ^ 0x10;
      // The device asserts that a refusal has written nothing.
      expect(theirs.decrypt(ALICE, { type, bytes })).toMatchObject({ kind: 'rejected' });
      const cut = sealed.bytes.slice(0, at);
      expect(theirs.decrypt(ALICE, { type, bytes: cut })).toMatchObject({ kind: 'rejected' });
    }
    expect(theirs.open(ALICE, sealed)).toEqual(hello);
  });

  it('it starts on a signed prekey whose signature is false, as we do not', () => {
    const [ours, theirs] = pair();
    const bundle = ours.bundle(true);
    const signature = bundle.signedPrekey.signature.slice();
    signature[0] = signature[0]! ^ 1;
    const forged = { ...bundle, signedPrekey: { ...bundle.signedPrekey, signature } };
    expect(theirs.start(ALICE, forged)).toBeUndefined();
    const careful = new SignalDevice(BOB, crypto).install(3);
    expect(careful.start(ALICE, forged)).toMatchObject({ code: 'bad-signature' });
  });

  it('the same Store and step give the same bytes', () => {
    const sealedBy = (): Uint8Array => {
      const [ours, theirs] = pair();
      theirs.start(ALICE, ours.bundle(true));
      return theirs.encrypt(ALICE, hello).bytes;
    };
    expect(sealedBy()).toEqual(sealedBy());
  });
});
