/**
 * `libsignal@6.0.0` (pure JavaScript, the library under common WhatsApp clients) behind the
 * interoperability port. Development only. Its API: specification 14.4. It writes private keys to
 * the console when it fails, so tests silence that.
 */

import * as libsignal from 'libsignal';
import {
  ProtocolAddress,
  SessionBuilder,
  SessionCipher,
  type SessionRecord,
  type SignalStorage,
} from 'libsignal';
import { serialiseKey } from '../keys.ts';
import type { InteropPeer } from './interop-peer.ts';

interface JavascriptKeyPair {
  readonly privKey: Buffer;
  readonly pubKey: Buffer;
}

/** Exported by the package, missing in its typings. */
interface KeyHelper {
  generateIdentityKeyPair(): JavascriptKeyPair;
  generateSignedPreKey(
    identity: JavascriptKeyPair,
    id: number,
  ): { keyPair: JavascriptKeyPair; signature: Buffer };
  generatePreKey(id: number): { keyPair: JavascriptKeyPair };
}

const helper = (libsignal as unknown as { keyhelper: KeyHelper }).keyhelper;

const buffer = (raw: Uint8Array): Buffer => Buffer.from(serialiseKey(raw));
const rawOf = (key: Buffer): Uint8Array => new Uint8Array(key.subarray(1));

/** A libsignal-node device with fresh random keys. It knows one signed prekey only: the newest. */
export function javascriptPeer(registrationId: number): InteropPeer {
  const address = new ProtocolAddress('15551230009', 1);
  const identity = helper.generateIdentityKeyPair();
  const signed = helper.generateSignedPreKey(identity, 1);
  const prekeys = new Map<number, JavascriptKeyPair>();
  let record: SessionRecord | undefined;
  let nextId = 1;
  const storage: SignalStorage = {
    loadSession: async () => record,
    storeSession: async (_id, session) => {
      record = session;
    },
    isTrustedIdentity: () => true,
    loadPreKey: async (id) => prekeys.get(Number(id)),
    removePreKey: (id) => void prekeys.delete(id),
    loadSignedPreKey: () => signed.keyPair,
    getOurRegistrationId: () => registrationId,
    getOurIdentity: () => identity,
  };

  return {
    bundle: async (withPrekey) => {
      const id = nextId++;
      const prekey = withPrekey ? helper.generatePreKey(id).keyPair : undefined;
      if (prekey !== undefined) prekeys.set(id, prekey);
      return {
        registrationId,
        identityKey: rawOf(identity.pubKey),
        signedPrekey: {
          id: 1,
          publicKey: rawOf(signed.keyPair.pubKey),
          signature: new Uint8Array(signed.signature),
        },
        prekey: prekey && { id, publicKey: rawOf(prekey.pubKey) },
      };
    },
    start: async (bundle) => {
      const { signedPrekey, prekey } = bundle;
      const device = {
        registrationId: bundle.registrationId,
        identityKey: buffer(bundle.identityKey),
        signedPreKey: {
          keyId: signedPrekey.id,
          publicKey: buffer(signedPrekey.publicKey),
          signature: Buffer.from(signedPrekey.signature),
        },
        ...(prekey && { preKey: { keyId: prekey.id, publicKey: buffer(prekey.publicKey) } }),
      };
      // The typings demand a one-time prekey; the code does without.
      await new SessionBuilder(storage, address).initOutgoing(
        device as Parameters<SessionBuilder['initOutgoing']>[0],
      );
    },
    encrypt: async (plaintext) => {
      const cipher = new SessionCipher(storage, address);
      const { type, body } = await cipher.encrypt(Buffer.from(plaintext));
      return { type: type === 3 ? 'pkmsg' : 'msg', bytes: bytesOfBody(body) };
    },
    decrypt: ({ type, bytes }) => {
      const cipher = new SessionCipher(storage, address);
      const sealed = Buffer.from(bytes);
      return type === 'pkmsg'
        ? cipher.decryptPreKeyWhisperMessage(sealed)
        : cipher.decryptWhisperMessage(sealed);
    },
  };
}

/** The body is typed as text and is a Buffer in this version. */
function bytesOfBody(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return new Uint8Array(Buffer.from(body as string, 'binary'));
}
