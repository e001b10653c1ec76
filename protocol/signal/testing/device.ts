/**
 * A device reduced to its Store and its Signal records, for tests: each act is one step with one
 * commit, and a rejected act must not have written anything. Not a protocol node.
 */

import type { DeviceJid, StepContext } from '../../contract.ts';
import { type KeyStream, keyStream, rootSecret, secretsFor } from '../../crypto/key-stream.ts';
import { nobleProvider } from '../../crypto/noble.ts';
import { opensslProvider } from '../../crypto/openssl.ts';
import type { CryptoProvider } from '../../crypto/provider.ts';
import { assert, isRejected, type Rejection } from '../../errors.ts';
import { Store, Transaction } from '../../store.ts';
import { installIdentity, makePrekeys, makeSignedPrekey } from '../prekeys.ts';
import { selfIdentity } from '../records.ts';
import {
  type CiphertextType,
  type Decrypted,
  decryptFrom,
  type Encrypted,
  encryptFor,
  type IdentityPolicy,
  type PrekeyBundle,
  startSession,
} from '../sessions.ts';

/** Both back ends: every suite runs over both. */
export const PROVIDERS: readonly CryptoProvider[] = [nobleProvider, opensslProvider()];

/** A message under way. */
export interface Sealed {
  readonly type: CiphertextType;
  readonly bytes: Uint8Array;
}

/**
 * Numbers of the test's own: a counter, so that two devices of one name agree and others need not.
 */
function countingNumbers(salt: number): StepContext['numbers'] {
  let next = salt;
  return {
    below: (_purpose, bound) => (next += 7_919) % bound,
    bytes: (_purpose, length) => new Uint8Array(length).fill((next += 1) & 0xff),
  };
}

/** One device of a test. */
export class SignalDevice {
  readonly name: DeviceJid;
  readonly provider: CryptoProvider;
  store = new Store();
  /** Microseconds since the Unix epoch; the test moves it. */
  wallUs = 1_626_220_800_000_000;
  /** Purposes of the secrets drawn, in order. */
  readonly drawn: string[] = [];
  readonly #stream: KeyStream;
  readonly #numbers: StepContext['numbers'];
  #steps = 0;

  constructor(name: DeviceJid, provider: CryptoProvider) {
    this.name = name;
    this.provider = provider;
    this.#stream = keyStream(rootSecret(name));
    this.#numbers = countingNumbers(name.length);
  }

  /** The context of a new step. */
  context(): StepContext {
    this.#steps += 1;
    const scope = { host: this.name, boot: 0, inputId: String(this.#steps) };
    const secrets = secretsFor(this.#stream, scope);
    return {
      wallUs: this.wallUs,
      crypto: this.provider,
      numbers: this.#numbers,
      secrets: {
        bytes: (purpose, length) => {
          this.drawn.push(purpose);
          return secrets.bytes(purpose, length);
        },
      },
    };
  }

  /** One step: what the act wrote is committed; asserts that a rejected act wrote nothing. */
  act<Result>(action: (tx: Transaction, ctx: StepContext) => Result): Result {
    const tx = new Transaction(this.store);
    const result = action(tx, this.context());
    const writes = tx.writes();
    assert(!isRejected(result) || writes.length === 0, 'a rejection leaves the records alone');
    this.store.apply(writes);
    return result;
  }

  /** Reads without a step. */
  read<Result>(action: (tx: Transaction) => Result): Result {
    return action(new Transaction(this.store));
  }

  /** Makes identity, signed prekey 1 and `prekeys` one-time prekeys. */
  install(prekeys = 0): this {
    this.act((tx, ctx) => {
      installIdentity(tx, ctx);
      makeSignedPrekey(tx, ctx);
      makePrekeys(tx, prekeys, ctx);
    });
    return this;
  }

  /** A bundle with a fresh one-time prekey, or with none. */
  bundle(withPrekey: boolean): PrekeyBundle {
    return this.act((tx, ctx) => {
      const identity = selfIdentity(tx);
      assert(identity !== undefined, 'the device is installed');
      const signed = makeSignedPrekey(tx, ctx);
      const prekey = withPrekey ? makePrekeys(tx, 1, ctx)[0] : undefined;
      return {
        registrationId: identity.registrationId,
        identityKey: identity.keyPair.publicKey,
        signedPrekey: {
          id: signed.id,
          publicKey: signed.keyPair.publicKey,
          signature: signed.signature,
        },
        prekey: prekey && { id: prekey.id, publicKey: prekey.keyPair.publicKey },
      };
    });
  }

  start(peer: DeviceJid, bundle: PrekeyBundle, policy: IdentityPolicy = {}): undefined | Rejection {
    return this.act((tx, ctx) => startSession(tx, peer, bundle, ctx, policy));
  }

  /** Encrypts one byte array; the test has seen to a session. */
  encrypt(peer: DeviceJid, plaintext: Uint8Array): Encrypted {
    const sealed = this.act((tx, ctx) => encryptFor(tx, peer, plaintext, ctx));
    assert(!isRejected(sealed), 'there is a session');
    return sealed;
  }

  decrypt(peer: DeviceJid, sealed: Sealed, policy: IdentityPolicy = {}): Decrypted | Rejection {
    return this.act((tx, ctx) => decryptFrom(tx, peer, sealed.type, sealed.bytes, ctx, policy));
  }

  /** Decrypts and gives the plaintext, or the code of the rejection. */
  open(peer: DeviceJid, sealed: Sealed): Uint8Array | string {
    const result = this.decrypt(peer, sealed);
    return isRejected(result) ? result.code : result.plaintext;
  }
}
