/**
 * Whether a companion's first message proves that it belongs to its account (specification 5.10).
 * Pure: the caller stores the pin and the record, asks for a list, and sends the retry receipt
 * (error 12).
 */

import type { DeviceJid } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import { equalBytes } from '../signal/keys.ts';
import {
  type DeviceIdentity,
  decodeDeviceIdentity,
  decodeSignedDeviceIdentity,
  type SignedDeviceIdentity,
} from '../wire/adv.ts';
import { deviceIdOf, userOf } from '../wire/jid.ts';
import type { DeviceListRecord, ListedDevice } from './device-list.ts';
import { verifyAccount, verifyDevice } from './identity-signatures.ts';

/** What is known when a companion's prekey message arrives. */
export interface AdvQuestion {
  readonly device: DeviceJid;
  /** Content of `<device-identity>`, if the stanza has one. */
  readonly deviceIdentity: Uint8Array | undefined;
  /** The identity key in the prekey message: 32 raw bytes. */
  readonly identityKey: Uint8Array;
  /** The identity key pinned for the account's device 0, if any. */
  readonly primaryIdentity: Uint8Array | undefined;
  /** The identity key stored for this device, if any. */
  readonly knownIdentity: Uint8Array | undefined;
  /** The account's list as held, if any. */
  readonly list: DeviceListRecord | undefined;
}

/** The device belongs to the account; `pin` and `record` are set when they must be stored. */
export interface AdvAccepted {
  readonly kind: 'accepted';
  /** To be pinned as the identity key of device 0. */
  readonly pin: Uint8Array | undefined;
  readonly record: DeviceListRecord | undefined;
  /**
   * The account registered again: every companion held before is gone, their sessions with them.
   */
  readonly isReset: boolean;
  readonly needsSync: boolean;
}

/** It is not proven: the message is not shown. `malformed` is nacked, `adv-failure` asks again. */
export interface AdvRefused {
  readonly kind: 'refused';
  readonly rejection: Rejection;
  readonly needsSync: boolean;
}

function refused(rejection: Rejection, needsSync = false): AdvRefused {
  return { kind: 'refused', rejection, needsSync };
}

function failure(device: DeviceJid, what: string, needsSync = false): AdvRefused {
  return refused(reject('adv-failure', `${device}: ${what}.`, { device }), needsSync);
}

/** Checks the message of a companion (device id not 0) in the order of 5.10. */
export function checkAdv(
  question: AdvQuestion,
  provider: CryptoProvider,
): AdvAccepted | AdvRefused {
  const { device, deviceIdentity, identityKey, primaryIdentity, knownIdentity } = question;
  if (deviceIdentity === undefined) {
    return refused(reject('malformed', `${device} sent no device identity.`, { device }));
  }
  const signed = decodeSignedDeviceIdentity(deviceIdentity);
  if (isRejected(signed)) return refused(signed);
  const accountKey = signed.accountSignatureKey ?? primaryIdentity;
  if (accountKey === undefined) {
    return failure(device, 'no key is known that could have signed for it', true);
  }
  if (primaryIdentity !== undefined && !equalBytes(accountKey, primaryIdentity)) {
    return failure(device, 'another account key signed for it than the pinned one', true);
  }
  const isKnown = knownIdentity !== undefined && equalBytes(knownIdentity, identityKey);
  const isNewPin = primaryIdentity === undefined;
  if (isKnown && !isNewPin) return accepted(undefined, undefined, false, false);
  if (!signaturesHold(signed, accountKey, identityKey, provider)) {
    return failure(device, 'its signatures do not hold');
  }
  const identity = decodeDeviceIdentity(signed.details);
  if (isRejected(identity)) return refused(identity);
  return place(question, identity, isNewPin ? accountKey : undefined);
}

function accepted(
  pin: Uint8Array | undefined,
  record: DeviceListRecord | undefined,
  isReset: boolean,
  needsSync: boolean,
): AdvAccepted {
  return { kind: 'accepted', pin, record, isReset, needsSync };
}

function signaturesHold(
  signed: SignedDeviceIdentity,
  accountKey: Uint8Array,
  identityKey: Uint8Array,
  provider: CryptoProvider,
): boolean {
  const { details, accountSignature, deviceSignature } = signed;
  return (
    deviceSignature !== undefined &&
    verifyAccount(accountKey, details, identityKey, accountSignature, provider) &&
    verifyDevice(identityKey, details, accountKey, deviceSignature, provider)
  );
}

/** Rule 4: into the list held, or a new one when the account registered again or none is held. */
function place(
  question: AdvQuestion,
  identity: DeviceIdentity,
  pin: Uint8Array | undefined,
): AdvAccepted | AdvRefused {
  const { device, list: record } = question;
  const { rawId, timestampS, keyIndex } = identity;
  const listed: ListedDevice = { id: deviceIdOf(device), keyIndex };
  const isReset = record !== undefined && record.rawId !== 0 && record.rawId !== rawId;
  if (isReset && timestampS <= record.timestampS) {
    return failure(device, 'its identity is from an older registration of the account', true);
  }
  if (record === undefined || record.rawId === 0 || isReset) {
    const fresh: DeviceListRecord = {
      kind: 'device-list',
      user: userOf(device),
      rawId,
      timestampS: Math.max(timestampS, record?.timestampS ?? 0),
      // Index 0 alone, so that this device counts as ahead of the list until a signed one is seen.
      currentIndex: 0,
      validIndexes: [0],
      devices: [{ id: 0, keyIndex: 0 }, listed],
    };
    return accepted(pin, fresh, isReset, true);
  }
  const isCurrent = record.validIndexes.includes(keyIndex) || keyIndex > record.currentIndex;
  if (keyIndex === 0 || !isCurrent) {
    return failure(device, `its key index ${keyIndex} is not in the list`, true);
  }
  const isThere = record.devices.some(
    (other) => other.id === listed.id && other.keyIndex === keyIndex,
  );
  if (isThere) return accepted(pin, undefined, false, false);
  // Neither address nor index is reused while the account keeps its raw id: whoever offers one of
  // them with another partner stands in somebody else's place.
  const isElsewhere = record.devices.some(
    (other) => other.id === listed.id || other.keyIndex === keyIndex,
  );
  if (isElsewhere) return failure(device, `its key index ${keyIndex} belongs elsewhere`, true);
  return accepted(pin, { ...record, devices: [...record.devices, listed] }, false, false);
}
