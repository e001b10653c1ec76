/**
 * What a verification QR code carries (specification 10.2): the keys of both accounts as the device
 * that shows the code sees them. Later fields (hosting) are stepped over.
 */

import { isRejected, type Rejection, reject } from '../errors.ts';
import { decode, encode, type Schema } from './protobuf.ts';

/** FingerprintData: one account. */
export const FINGERPRINT_DATA = [
  { name: 'publicKey', number: 1, type: 'bytes' },
  { name: 'pnIdentifier', number: 2, type: 'bytes' },
  { name: 'hashedPublicKey', number: 6, type: 'bytes' },
] as const satisfies Schema;

/** CombinedFingerprint: the code. */
export const COMBINED_FINGERPRINT = [
  { name: 'version', number: 1, type: 'uint32' },
  { name: 'local', number: 2, type: 'message', schema: FINGERPRINT_DATA },
  { name: 'remote', number: 3, type: 'message', schema: FINGERPRINT_DATA },
] as const satisfies Schema;

/** Version 0 carries the keys themselves, version 1 their hash. */
export type FingerprintVersion = 0 | 1;

/** One account in a code. `identifier`: its number. `keys`: the blob or the hash, by version. */
export interface Fingerprint {
  readonly identifier: Uint8Array;
  readonly keys: Uint8Array;
}

/** `local` is the account whose device shows the code. */
export interface CombinedFingerprint {
  readonly kind: 'combined-fingerprint';
  readonly version: FingerprintVersion;
  readonly local: Fingerprint;
  readonly remote: Fingerprint;
}

/** The bytes shown as a QR code. */
export function encodeFingerprints(code: Omit<CombinedFingerprint, 'kind'>): Uint8Array {
  const { version, local, remote } = code;
  const fieldsOf = ({ identifier, keys }: Fingerprint) =>
    version === 0
      ? { publicKey: keys, pnIdentifier: identifier }
      : { pnIdentifier: identifier, hashedPublicKey: keys };
  return encode(COMBINED_FINGERPRINT, {
    version,
    local: fieldsOf(local),
    remote: fieldsOf(remote),
  });
}

/**
 * Reads a scanned code: `unknown-version` when it is neither 0 nor 1, `malformed` when it does not
 * decode or lacks an identifier or the keys that its version asks for.
 */
export function decodeFingerprints(bytes: Uint8Array): CombinedFingerprint | Rejection {
  const code = decode(COMBINED_FINGERPRINT, bytes);
  if (isRejected(code)) return code;
  const version = code.version ?? 0;
  if (version !== 0 && version !== 1) {
    return reject('unknown-version', `The scanned code has version ${version}.`, { version });
  }
  const [local, remote] = [code.local, code.remote].map((fields): Fingerprint | undefined => {
    const identifier = fields?.pnIdentifier;
    const keys = version === 0 ? fields?.publicKey : fields?.hashedPublicKey;
    return identifier === undefined || keys === undefined ? undefined : { identifier, keys };
  });
  if (local === undefined || remote === undefined) {
    return reject('malformed', 'The scanned code does not name two accounts and their keys.');
  }
  return { kind: 'combined-fingerprint', version, local, remote };
}
