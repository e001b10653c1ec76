/**
 * Opening a pairwise ciphertext (specification 5.10, 6.5): prove the sender, decrypt, keep what the
 * proof taught, unpad and decode. What comes of it, and what is answered when it fails, is the
 * caller's: chat messages, peer messages and calls differ there.
 */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { type AdvAccepted, type AdvRefused, checkAdv } from '../../devices/adv-check.ts';
import { isListed } from '../../devices/device-list.ts';
import { resetTimestampS } from '../../devices/list-expiry.ts';
import { isRejected, type Rejection, type RejectionCode } from '../../errors.ts';
import { NACK_CODES } from '../../messages/acks.ts';
import { type Content, readContent } from '../../messages/content.ts';
import { unpad } from '../../messages/padding.ts';
import {
  currentSession,
  type PeerIdentityRecord,
  pinnedIdentity,
  SIGNAL_COLLECTIONS,
} from '../../signal/records.ts';
import {
  type CiphertextType,
  decryptFrom,
  deleteSession,
  readPrekeyMessage,
} from '../../signal/sessions.ts';
import { deviceIdOf, userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { devicesOf } from './audience.ts';
import { primaryKeyOf, provenPolicy } from './bundles.ts';
import { forgetDeviceInGroups } from './group-keys.ts';
import { followIdentity, pinnedKey } from './identity-change.ts';
import { askForLists } from './known-lists.ts';
import { linkStateOf } from './link-state.ts';
import { deviceListOf } from './records.ts';

/** A pairwise ciphertext as it came. */
export interface PairwiseCiphertext {
  readonly author: DeviceJid;
  readonly type: CiphertextType;
  readonly bytes: Uint8Array;
  readonly deviceIdentity: Uint8Array | undefined;
}

/**
 * What became of it. `failed`: a retry may help, except for `duplicate-message`; `unreadable`: none
 * does. Refusals have been told already.
 */
export type Opened =
  | { readonly kind: 'opened'; readonly content: Content }
  | { readonly kind: 'failed'; readonly code: RejectionCode }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly nackCode: number };

/** Decrypts and decodes. Session and proof are kept in the step's transaction. */
export function openPairwise(step: Step, copy: PairwiseCiphertext): Opened {
  const { author, type, bytes } = copy;
  const proof = proveSender(step, copy);
  if (proof?.kind === 'refused') {
    step.refuse(proof.rejection);
    if (proof.rejection.code !== 'malformed') return { kind: 'failed', code: 'adv-failure' };
    return unreadable('its sender is not proven', NACK_CODES.parsingError);
  }
  const before = currentSession(step.tx, author)?.senderRatchet;
  const pinned = pinnedKey(step, author);
  const policy = provenPolicy(step, author);
  const decrypted = decryptFrom(step.tx, author, type, bytes, step.context, policy);
  if (isRejected(decrypted)) {
    step.refuse(decrypted);
    return { kind: 'failed', code: decrypted.code };
  }
  followIdentity(step, author, pinned);
  if (proof !== undefined) adoptProof(step, userOf(author), proof);
  // A ratchet key made just now: nothing can have been sent on its chain.
  if (currentSession(step.tx, author)?.senderRatchet !== before) {
    linkStateOf(step.store).knownChains.add(author);
  }
  if (!isListed(deviceListOf(step, userOf(author)), deviceIdOf(author))) {
    step.refuseAs('unlisted-device', `${author} is not in its account's device list`);
    askForLists(step, [userOf(author)]);
    return { kind: 'failed', code: 'unlisted-device' };
  }
  const content = readPlaintext(decrypted.plaintext);
  if (!isRejected(content)) return { kind: 'opened', content };
  step.refuse(content);
  return unreadable('its content cannot be read', NACK_CODES.invalidProtobuf);
}

function unreadable(reason: string, nackCode: number): Opened {
  return { kind: 'unreadable', reason, nackCode };
}

/** Unpads and decodes. */
export function readPlaintext(plaintext: Uint8Array): Content | Rejection {
  const bytes = unpad(plaintext);
  return isRejected(bytes) ? bytes : readContent(bytes);
}

/** Companions prove membership with their first message (5.10); undefined where none is needed. */
function proveSender(step: Step, copy: PairwiseCiphertext): AdvAccepted | AdvRefused | undefined {
  if (copy.type !== 'pkmsg' || deviceIdOf(copy.author) === 0) return undefined;
  const head = readPrekeyMessage(copy.bytes);
  if (isRejected(head)) return undefined; // decryption will say what is wrong with it
  const user = userOf(copy.author);
  const outcome = checkAdv(
    {
      device: copy.author,
      deviceIdentity: copy.deviceIdentity,
      identityKey: head.identityKey,
      primaryIdentity: primaryKeyOf(step, user),
      knownIdentity: pinnedIdentity(step.tx, copy.author)?.publicKey,
      list: deviceListOf(step, user),
    },
    step.context.crypto,
  );
  if (outcome.needsSync) askForLists(step, [user]);
  return outcome;
}

/** What the proof teaches is kept only once the message has opened (I5). */
function adoptProof(step: Step, user: UserJid, proof: AdvAccepted): void {
  if (proof.pin !== undefined) {
    const pin: PeerIdentityRecord = { kind: 'peer-identity', publicKey: proof.pin };
    step.tx.put(SIGNAL_COLLECTIONS.peerIdentity, user, pin);
  }
  if (proof.record === undefined) return;
  if (proof.isReset) forgetCompanions(step, user);
  const held = deviceListOf(step, user);
  const isFirst = proof.isReset || held === undefined || held.rawId === 0;
  const timestampS = resetTimestampS(proof.record.timestampS, step.nowUs);
  const record = isFirst ? { ...proof.record, timestampS } : proof.record;
  step.tx.put('device-list', user, record);
}

function forgetCompanions(step: Step, user: UserJid): void {
  for (const [peer] of step.tx.entries('session')) {
    if (userOf(peer) === user && deviceIdOf(peer) !== 0) deleteSession(step.tx, peer);
  }
  for (const device of devicesOf(step, user)) {
    if (device !== user) forgetDeviceInGroups(step, device);
  }
}
