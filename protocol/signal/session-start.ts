/**
 * The first session record at either end, before any message has passed. Pure: prekeys and
 * identities are handed in, checks of signatures and of trust are made by `sessions.ts`. Source:
 * specification 2.1, 2.2.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { StepContext } from '../contract.ts';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { assert } from '../errors.ts';
import type { PrekeyMessageHead } from './layout.ts';
import { rootStep } from './ratchet.ts';
import type { SelfIdentityRecord, SessionRecord } from './records.ts';
import { answerX3dh, type PrekeyBundle, startX3dh } from './x3dh.ts';

/**
 * Alice's session; `undefined` when a key of the bundle cannot be used.
 * Draws secrets `base-key` (32), then `ratchet` (32).
 */
export function startedSession(
  self: SelfIdentityRecord,
  bundle: PrekeyBundle,
  ctx: StepContext,
): SessionRecord | undefined {
  const provider = ctx.crypto;
  const { identityKey, signedPrekey, prekey } = bundle;
  const base = provider.keyPair(ctx.secrets.bytes('base-key', 32));
  const first = startX3dh(provider, {
    identity: self.keyPair,
    base,
    theirIdentity: identityKey,
    theirSignedPrekey: signedPrekey.publicKey,
    theirPrekey: prekey?.publicKey,
  });
  if (first === undefined) return undefined;
  const senderRatchet = provider.keyPair(ctx.secrets.bytes('ratchet', 32));
  const agreement = provider.agree(senderRatchet.privateKey, signedPrekey.publicKey);
  assert(agreement !== undefined, 'a point that agreed once agrees with every clamped key');
  const [rootKey, senderChainKey] = rootStep(provider, first.rootKey, agreement);
  const receiver = {
    ratchetKey: signedPrekey.publicKey,
    chainKey: first.chainKey,
    counter: 0,
    skippedCount: 0,
    skippedFrom: 0,
  };
  return {
    kind: 'session',
    sessionId: bytesToHex(base.publicKey),
    aliceBaseKey: base.publicKey,
    localRegistrationId: self.registrationId,
    remoteRegistrationId: bundle.registrationId,
    localIdentity: self.keyPair.publicKey,
    remoteIdentity: identityKey,
    rootKey,
    senderRatchet,
    senderChainKey,
    senderCounter: 0,
    previousCounter: 0,
    receivers: [receiver],
    pending: { preKeyId: prekey?.id, signedPreKeyId: signedPrekey.id },
  };
}

/**
 * Bob's session before Alice's first message, whose sending chain is that of his signed prekey;
 * `undefined` when a key of the message cannot be used. Draws nothing.
 */
export function answeredSession(
  provider: CryptoProvider,
  self: SelfIdentityRecord,
  head: PrekeyMessageHead,
  signedPrekey: KeyPair,
  prekey: KeyPair | undefined,
): SessionRecord | undefined {
  const { baseKey, identityKey } = head;
  const first = answerX3dh(provider, {
    identity: self.keyPair,
    signedPrekey,
    prekey,
    theirIdentity: identityKey,
    theirBase: baseKey,
  });
  if (first === undefined) return undefined;
  return {
    kind: 'session',
    sessionId: bytesToHex(baseKey),
    aliceBaseKey: baseKey,
    localRegistrationId: self.registrationId,
    remoteRegistrationId: head.registrationId,
    localIdentity: self.keyPair.publicKey,
    remoteIdentity: identityKey,
    rootKey: first.rootKey,
    senderRatchet: signedPrekey,
    senderChainKey: first.chainKey,
    senderCounter: 0,
    previousCounter: 0,
    receivers: [],
    pending: undefined,
  };
}
