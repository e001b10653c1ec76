/**
 * Identity and device consistency metadata (specification 5.12): with each one-to-one message the
 * sender says which device lists and identity keys it believes in, under the message's own
 * encryption, so that a server that shows people different lists is found out. Pure functions over
 * plain values: what to say, what to learn from what was said, and whether it agrees.
 *
 * Assumption: hashed are the devices that the signed list vouches for (its valid indexes). A device
 * known before the list that names it is left out, because the time stamp said beside the hash is
 * that of the signed list: two honest devices with the same list then say the same hash.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { CryptoProvider } from '../crypto/provider.ts';
import { CONSISTENCY_HASH_BYTES, CONSISTENCY_TIMESTAMP_MAX_AGE_US } from '../limits.ts';
import { equalBytes } from '../signal/keys.ts';
import { compareBytes } from '../wire/byte-order.ts';
import type { AccountMetadata, DeviceListMetadata } from '../wire/consistency.ts';
import type { DeviceListRecord } from './device-list.ts';

/** One device of an account, with its identity key (32 raw bytes) if we know it. */
export interface SeenDevice {
  readonly keyIndex: number;
  readonly identityKey: Uint8Array | undefined;
}

/** An account as one device sees it. */
export interface AccountView {
  /** Seconds; 0 while no signed list was seen. */
  readonly timestampS: number;
  readonly validIndexes: readonly number[];
  readonly devices: readonly SeenDevice[];
}

/** A list record with the identity keys known of its devices (by device id). */
export function accountView(
  list: Pick<DeviceListRecord, 'timestampS' | 'validIndexes' | 'devices'>,
  identityOf: (deviceId: number) => Uint8Array | undefined,
): AccountView {
  return {
    timestampS: list.timestampS,
    validIndexes: list.validIndexes,
    devices: list.devices.map(({ id, keyIndex }) => ({ keyIndex, identityKey: identityOf(id) })),
  };
}

/**
 * SHA-256 over sorted raw identity keys (at least one), cut to `length` bytes (10 when written).
 */
export function keyHash(
  identityKeys: readonly Uint8Array[],
  provider: CryptoProvider,
  length: number = CONSISTENCY_HASH_BYTES,
): Uint8Array {
  const sorted = [...identityKeys].sort(compareBytes);
  return provider.sha256(concatBytes(...sorted)).slice(0, length);
}

function hasCompanions(view: AccountView): boolean {
  return (
    view.validIndexes.some((index) => index !== 0) ||
    view.devices.some(({ keyIndex }) => keyIndex !== 0)
  );
}

function keyOf(view: AccountView, keyIndex: number): Uint8Array | undefined {
  return view.devices.find((device) => device.keyIndex === keyIndex)?.identityKey;
}

/**
 * What to say of one account at `nowUs`: nothing (`undefined`) for an account without companions
 * whose list is 720 h old or was never signed. Assumption: when no identity key is known at all,
 * the hash is left out.
 */
export function accountMetadata(
  view: AccountView,
  nowUs: number,
  provider: CryptoProvider,
): AccountMetadata | undefined {
  const isLinked = hasCompanions(view);
  const isFresh = nowUs - view.timestampS * 1_000_000 < CONSISTENCY_TIMESTAMP_MAX_AGE_US;
  if (!isLinked) {
    if (!isFresh || view.timestampS === 0) return undefined;
    return { keyHash: undefined, timestampS: view.timestampS, keyIndexes: undefined };
  }
  const known: number[] = [];
  const keys: Uint8Array[] = [];
  for (const index of view.validIndexes) {
    const key = keyOf(view, index);
    if (key === undefined) continue;
    known.push(index);
    keys.push(key);
  }
  const isWhole = known.length === view.validIndexes.length;
  return {
    keyHash: keys.length === 0 ? undefined : keyHash(keys, provider),
    timestampS: view.timestampS === 0 ? undefined : view.timestampS,
    keyIndexes: isWhole || keys.length === 0 ? undefined : known,
  };
}

/**
 * The metadata of a one-to-one message. `recipient` is `undefined` for a message to oneself, and
 * when no list of the recipient is held.
 */
export function metadataFor(
  sender: AccountView,
  recipient: AccountView | undefined,
  nowUs: number,
  provider: CryptoProvider,
): DeviceListMetadata {
  return {
    sender: accountMetadata(sender, nowUs, provider),
    recipient: recipient === undefined ? undefined : accountMetadata(recipient, nowUs, provider),
  };
}

/** What is held of a list when a message arrives; seconds. */
export interface HeldList {
  /** 0 when no signed list is held. */
  readonly timestampS: number;
  /** The time stamp that a newer list is expected to have, if one was learned of. */
  readonly expectedTimestampS: number | undefined;
}

/** What metadata changes in a list held. */
export type ListLesson =
  | { readonly kind: 'nothing' }
  /** The primary itself says that it has no companions: drop them, with this time stamp. */
  | { readonly kind: 'primary-only'; readonly timestampS: number }
  /** A newer list exists: it must come within the grace period, counted from `learnedUs`. */
  | {
      readonly kind: 'expected';
      readonly expectedTimestampS: number;
      readonly learnedUs: number;
    };

const NOTHING: ListLesson = { kind: 'nothing' };

/**
 * What the sender's half teaches about the sender's list. `senderDeviceId` 0 is its primary, whose
 * "no companions" counts as signed (rule a); anyone's newer time stamp is expected to be shown to
 * us too (rule b).
 */
export function learnFromSender(
  said: AccountMetadata | undefined,
  senderDeviceId: number,
  held: HeldList,
  nowUs: number,
): ListLesson {
  if (said?.timestampS === undefined) return NOTHING;
  if (senderDeviceId !== 0 || said.keyHash !== undefined) return learnNewer(said, held, nowUs);
  const timestampS = said.timestampS + 1;
  return timestampS > held.timestampS ? { kind: 'primary-only', timestampS } : NOTHING;
}

/**
 * What the recipient's half of a message from one's own other device teaches about the recipient's
 * list (rule b). Of a message from anyone else that half is about ourselves and teaches nothing.
 */
export function learnFromOwnDevice(
  said: AccountMetadata | undefined,
  held: HeldList,
  nowUs: number,
): ListLesson {
  return learnNewer(said, held, nowUs);
}

function learnNewer(said: AccountMetadata | undefined, held: HeldList, nowUs: number): ListLesson {
  const timestampS = said?.timestampS ?? 0;
  if (timestampS <= held.timestampS || timestampS <= (held.expectedTimestampS ?? 0)) {
    return NOTHING;
  }
  return { kind: 'expected', expectedTimestampS: timestampS, learnedUs: nowUs };
}

/** Why two hashes cannot be compared. */
export type NoComparison =
  /** No hash or no time stamp was said. */
  | 'nothing-said'
  /** The lists have different time stamps, or we hold none. */
  | 'other-list'
  /** We lack the identity key of a device that was hashed. */
  | 'unknown-identity';

/** Whether what was said of an account agrees with what we know of it. */
export type HashAgreement =
  | { readonly kind: 'agree' }
  /** The same signed list, but other identity keys: somebody is shown a false key. */
  | { readonly kind: 'differ' }
  | { readonly kind: 'cannot-tell'; readonly reason: NoComparison };

/**
 * Compares one half with our own view of the same account. Assumption: real clients send the hash
 * and do not compare; a difference between equal lists raises a security notice here. A hash said
 * with 8 to 32 bytes is compared as far as it goes.
 */
export function compareHashes(
  said: AccountMetadata | undefined,
  view: AccountView | undefined,
  provider: CryptoProvider,
): HashAgreement {
  const cannotTell = (reason: NoComparison): HashAgreement => ({ kind: 'cannot-tell', reason });
  if (said?.keyHash === undefined || said.timestampS === undefined) {
    return cannotTell('nothing-said');
  }
  if (view === undefined || view.timestampS !== said.timestampS) return cannotTell('other-list');
  const indexes = said.keyIndexes ?? view.validIndexes;
  if (indexes.length === 0) return cannotTell('nothing-said');
  // More indexes than devices: some are unknown, or a hostile sender repeats one a million times.
  if (indexes.length > view.devices.length) return cannotTell('unknown-identity');
  const keys: Uint8Array[] = [];
  for (const index of indexes) {
    const key = keyOf(view, index);
    if (key === undefined) return cannotTell('unknown-identity');
    keys.push(key);
  }
  const ours = keyHash(keys, provider, said.keyHash.length);
  return { kind: equalBytes(ours, said.keyHash) ? 'agree' : 'differ' };
}
