/**
 * Linking a companion by QR code (specification 5.3, D.4): the text of the code, the phone's
 * vouching and the companion's checks, as pure functions. Who sends what when, and where keys live,
 * is decided by the devices. The later code form with a URL prefix and client type is not written.
 */

import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../errors.ts';
import {
  decodeDeviceIdentity,
  decodeSignedDeviceIdentity,
  decodeSignedDeviceIdentityHmac,
  encodeDeviceIdentity,
  encodeKeyIndexList,
  encodeSignedDeviceIdentity,
  encodeSignedDeviceIdentityHmac,
  encodeSignedKeyIndexList,
  type KeyIndexList,
} from '../wire/adv.ts';
import { base64, fromBase64 } from './base64.ts';
import { signAccount, signDevice, signList, verifyAccount } from './identity-signatures.ts';

const KEY_BYTES = 32;

/** What a linking code tells the phone. Keys and secret: 32 raw bytes each. */
export interface QrContent {
  readonly kind: 'qr-content';
  /** The server's one-use reference; no comma in it. */
  readonly reference: string;
  /** The companion's static transport key. */
  readonly transportKey: Uint8Array;
  readonly identityKey: Uint8Array;
  /** Known to the companion and to whoever saw the code, never to the server. */
  readonly advSecret: Uint8Array;
}

/**
 * The text in the code: `reference,transport key,identity key,secret`, the last three in base64.
 */
export function qrText(content: Omit<QrContent, 'kind'>): string {
  assert(!content.reference.includes(','), 'a comma separates the parts of a code');
  const keys = [content.transportKey, content.identityKey, content.advSecret];
  return [content.reference, ...keys.map(base64)].join(',');
}

/** Reads a scanned code. `malformed` unless it has exactly those four parts. */
export function parseQr(text: string): QrContent | Rejection {
  const [reference = '', ...encoded] = text.split(',');
  const [transportKey, identityKey, advSecret] = encoded.map(fromBase64);
  const isWhole =
    reference.length > 0 &&
    encoded.length === 3 &&
    transportKey?.length === KEY_BYTES &&
    identityKey?.length === KEY_BYTES &&
    advSecret?.length === KEY_BYTES;
  if (!isWhole) {
    return reject('malformed', 'The scanned code is not a linking code.', {
      partCount: encoded.length + 1,
    });
  }
  return { kind: 'qr-content', reference, transportKey, identityKey, advSecret };
}

/** The time stamp of the next list: now, and later than the last one (D.4). Seconds. */
export function nextListTimestampS(lastS: number, nowUs: number): number {
  return Math.max(lastS + 1, Math.floor(nowUs / 1_000_000));
}

/** The bytes of an ADVSignedKeyIndexList over `list`. `z`: 64 secret bytes. */
export function signKeyIndexList(
  primaryPrivateKey: Uint8Array,
  list: KeyIndexList,
  z: Uint8Array,
  provider: CryptoProvider,
): Uint8Array {
  const details = encodeKeyIndexList(list);
  const accountSignature = signList(primaryPrivateKey, details, z, provider);
  return encodeSignedKeyIndexList({ details, accountSignature });
}

/** What the phone uploads for a new companion, and the list as it then stands. */
export interface Vouching {
  /** Bytes of the ADVSignedDeviceIdentityHMAC. */
  readonly deviceIdentity: Uint8Array;
  /** Bytes of the ADVSignedKeyIndexList, and its `ts` attribute is `list.timestampS`. */
  readonly keyIndexList: Uint8Array;
  readonly list: KeyIndexList;
  readonly keyIndex: number;
}

/** 64 secret bytes for each of the phone's two signatures. */
export interface VouchingRandomness {
  readonly account: Uint8Array;
  readonly list: Uint8Array;
}

/**
 * The phone vouches for the companion whose code it scanned: key index = current index + 1, and a
 * list with it. `timestampS` must be later than the last list's (`nextListTimestampS`).
 */
export function signCompanion(
  primary: KeyPair,
  last: KeyIndexList,
  companion: Pick<QrContent, 'identityKey' | 'advSecret'>,
  timestampS: number,
  z: VouchingRandomness,
  provider: CryptoProvider,
): Vouching {
  assert(timestampS > last.timestampS, 'every list is newer than the one before');
  const keyIndex = last.currentIndex + 1;
  const list: KeyIndexList = {
    rawId: last.rawId,
    timestampS,
    currentIndex: keyIndex,
    validIndexes: [...last.validIndexes, keyIndex],
  };
  const details = encodeDeviceIdentity({ rawId: last.rawId, timestampS, keyIndex });
  const signed = encodeSignedDeviceIdentity({
    details,
    accountSignatureKey: primary.publicKey,
    accountSignature: signAccount(
      primary.privateKey,
      details,
      companion.identityKey,
      z.account,
      provider,
    ),
  });
  const hmac = provider.mac(companion.advSecret, signed, 32);
  return {
    deviceIdentity: encodeSignedDeviceIdentityHmac({ details: signed, hmac }),
    keyIndexList: signKeyIndexList(primary.privateKey, list, z.list, provider),
    list,
    keyIndex,
  };
}

/** What a companion knows after it was vouched for. */
export interface PairingAccepted {
  readonly kind: 'pairing-accepted';
  /** Bytes of its whole ADVSignedDeviceIdentity: goes with every first message it sends. */
  readonly signedIdentity: Uint8Array;
  /** The same without the account's key: the answer to the server. */
  readonly reply: Uint8Array;
  readonly keyIndex: number;
  readonly rawId: number;
  readonly timestampS: number;
  /** 32 bytes: the primary's identity key, now pinned for device 0 of the own account. */
  readonly primaryKey: Uint8Array;
}

/** Why a companion refuses: `problem` and `code` are what it answers the server. */
export interface PairingRefused {
  readonly kind: 'pairing-refused';
  readonly problem: 'hmac-mismatch' | 'signature-mismatch' | 'malformed';
  /** 401 when a check failed, 500 otherwise. */
  readonly code: 401 | 500;
}

function refuse(problem: PairingRefused['problem']): PairingRefused {
  return { kind: 'pairing-refused', problem, code: problem === 'malformed' ? 500 : 401 };
}

/**
 * The companion's checks, in this order: HMAC, account signature, details; then it signs. `bytes`
 * is the ADVSignedDeviceIdentityHMAC of `pair-success`, `z` 64 secret bytes.
 */
export function acceptPairing(
  companion: KeyPair,
  advSecret: Uint8Array,
  bytes: Uint8Array,
  z: Uint8Array,
  provider: CryptoProvider,
): PairingAccepted | PairingRefused {
  const outer = decodeSignedDeviceIdentityHmac(bytes);
  if (isRejected(outer)) return refuse('malformed');
  if (!provider.macHolds(advSecret, outer.details, outer.hmac)) return refuse('hmac-mismatch');
  const signed = decodeSignedDeviceIdentity(outer.details);
  if (isRejected(signed) || signed.accountSignatureKey === undefined) return refuse('malformed');
  const { details, accountSignature, accountSignatureKey } = signed;
  const key = companion.publicKey;
  if (!verifyAccount(accountSignatureKey, details, key, accountSignature, provider)) {
    return refuse('signature-mismatch');
  }
  const identity = decodeDeviceIdentity(details);
  if (isRejected(identity)) return refuse('malformed');
  const deviceSignature = signDevice(companion, details, accountSignatureKey, z, provider);
  return {
    kind: 'pairing-accepted',
    signedIdentity: encodeSignedDeviceIdentity({ ...signed, deviceSignature }),
    reply: encodeSignedDeviceIdentity({ details, accountSignature, deviceSignature }),
    keyIndex: identity.keyIndex,
    rawId: identity.rawId,
    timestampS: identity.timestampS,
    primaryKey: accountSignatureKey,
  };
}
