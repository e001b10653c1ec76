/**
 * `@signalapp/libsignal-client@0.23.1` (Rust, the last version that writes version byte 0x33)
 * behind the interoperability port, with the plainest stores in memory. Development only. Its API:
 * specification 14.4.
 */

import {
  CiphertextMessageType,
  IdentityKeyStore,
  PreKeyBundle,
  PreKeyRecord,
  PreKeySignalMessage,
  PreKeyStore,
  PrivateKey,
  ProtocolAddress,
  PublicKey,
  processPreKeyBundle,
  type SessionRecord,
  SessionStore,
  SignalMessage,
  SignedPreKeyRecord,
  SignedPreKeyStore,
  signalDecrypt,
  signalDecryptPreKey,
  signalEncrypt,
} from '@signalapp/libsignal-client';
import { serialiseKey } from '../keys.ts';
import type { PrekeyBundle } from '../sessions.ts';
import type { InteropMessage, InteropPeer } from './interop-peer.ts';

const publicOf = (raw: Uint8Array): PublicKey =>
  PublicKey.deserialize(Buffer.from(serialiseKey(raw)));
/** The bytes as the Buffer its API wants, without a copy when they are one. */
const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
const rawOf = (key: PublicKey): Uint8Array => new Uint8Array(key.serialize().subarray(1));

/** Keeps the record objects themselves, without serialising them: the fastest it can be. */
class Sessions extends SessionStore {
  record: SessionRecord | null = null;

  async saveSession(_name: ProtocolAddress, record: SessionRecord): Promise<void> {
    this.record = record;
  }
  async getSession(): Promise<SessionRecord | null> {
    return this.record;
  }
  async getExistingSessions(): Promise<SessionRecord[]> {
    return this.record === null ? [] : [this.record];
  }
}

class Identities extends IdentityKeyStore {
  readonly key = PrivateKey.generate();
  readonly registrationId: number;
  #peer: PublicKey | null = null;

  constructor(registrationId: number) {
    super();
    this.registrationId = registrationId;
  }
  async getIdentityKey(): Promise<PrivateKey> {
    return this.key;
  }
  async getLocalRegistrationId(): Promise<number> {
    return this.registrationId;
  }
  async saveIdentity(_name: ProtocolAddress, key: PublicKey): Promise<boolean> {
    this.#peer = key;
    return false;
  }
  async isTrustedIdentity(): Promise<boolean> {
    return true;
  }
  async getIdentity(): Promise<PublicKey | null> {
    return this.#peer;
  }
}

class Prekeys extends PreKeyStore {
  readonly records = new Map<number, PreKeyRecord>();

  async savePreKey(id: number, record: PreKeyRecord): Promise<void> {
    this.records.set(id, record);
  }
  async getPreKey(id: number): Promise<PreKeyRecord> {
    const record = this.records.get(id);
    if (record === undefined) throw new Error(`no prekey ${id}`);
    return record;
  }
  async removePreKey(id: number): Promise<void> {
    this.records.delete(id);
  }
}

class SignedPrekeys extends SignedPreKeyStore {
  readonly records = new Map<number, SignedPreKeyRecord>();

  async saveSignedPreKey(id: number, record: SignedPreKeyRecord): Promise<void> {
    this.records.set(id, record);
  }
  async getSignedPreKey(id: number): Promise<SignedPreKeyRecord> {
    const record = this.records.get(id);
    if (record === undefined) throw new Error(`no signed prekey ${id}`);
    return record;
  }
}

/** A libsignal-client device with fresh random keys. `registrationId`: 1..16380. */
export function nativePeer(registrationId: number): InteropPeer {
  const address = ProtocolAddress.new('15551230009', 1);
  const sessions = new Sessions();
  const identities = new Identities(registrationId);
  const prekeys = new Prekeys();
  const signedPrekeys = new SignedPrekeys();
  let nextId = 1;

  return {
    bundle: async (withPrekey) => {
      const id = nextId++;
      const signed = PrivateKey.generate();
      const signature = identities.key.sign(signed.getPublicKey().serialize());
      signedPrekeys.records.set(
        id,
        SignedPreKeyRecord.new(id, 1, signed.getPublicKey(), signed, signature),
      );
      const prekey = withPrekey ? PrivateKey.generate() : undefined;
      if (prekey !== undefined) {
        prekeys.records.set(id, PreKeyRecord.new(id, prekey.getPublicKey(), prekey));
      }
      return {
        registrationId,
        identityKey: rawOf(identities.key.getPublicKey()),
        signedPrekey: { id, publicKey: rawOf(signed.getPublicKey()), signature },
        prekey: prekey && { id, publicKey: rawOf(prekey.getPublicKey()) },
      };
    },
    start: (bundle) => processPreKeyBundle(nativeBundle(bundle), address, sessions, identities),
    encrypt: async (plaintext): Promise<InteropMessage> => {
      const sealed = await signalEncrypt(bufferOf(plaintext), address, sessions, identities);
      const isFirst = sealed.type() === CiphertextMessageType.PreKey;
      return { type: isFirst ? 'pkmsg' : 'msg', bytes: sealed.serialize() };
    },
    decrypt: async ({ type, bytes }) => {
      const buffer = bufferOf(bytes);
      if (type === 'msg') {
        const message = SignalMessage.deserialize(buffer);
        return signalDecrypt(message, address, sessions, identities);
      }
      const message = PreKeySignalMessage.deserialize(buffer);
      return signalDecryptPreKey(message, address, sessions, identities, prekeys, signedPrekeys);
    },
  };
}

function nativeBundle(bundle: PrekeyBundle): PreKeyBundle {
  const { signedPrekey, prekey } = bundle;
  return PreKeyBundle.new(
    bundle.registrationId,
    1,
    prekey?.id ?? null,
    prekey === undefined ? null : publicOf(prekey.publicKey),
    signedPrekey.id,
    publicOf(signedPrekey.publicKey),
    Buffer.from(signedPrekey.signature),
    publicOf(bundle.identityKey),
  );
}
