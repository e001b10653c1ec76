/**
 * What the server stores, and how it numbers time. It holds public keys, signed lists and
 * ciphertext only. Collections: `server-account` (user), `linked` (device, public record), `bundle`
 * (device), `prekeys/DEVICE` (FIFO), `queue/DEVICE` (FIFO), `transport-index` (transport key),
 * `accepted`, `contact/USER`, `stamp`, `pairing`, `key-ids` (device), `membership` (group, public),
 * `groups-of/USER`.
 */

import type { DeviceJid, LinkedRecord, StanzaLabel, UserJid } from '../../contract.ts';
import type { StoredRecord } from '../../store.ts';
import type { Step } from '../step.ts';

/** A registered account. */
export interface ServerAccountRecord extends StoredRecord {
  readonly kind: 'server-account';
  readonly user: UserJid;
  /** Device ids and key indexes, the primary (0, 0) first. */
  readonly devices: readonly { readonly id: number; readonly keyIndex: number }[];
  /** ADVSignedKeyIndexList as uploaded by the primary; undefined before its first companion. */
  readonly signedList: Uint8Array | undefined;
  readonly listTimestampS: number;
  readonly nextDeviceId: number;
  /** Server time at which the primary was last seen connected. */
  readonly primarySeenUs: number;
}

/** A device's public keys as uploaded; key of the collection: device address. */
export interface BundleRecord extends StoredRecord {
  readonly kind: 'bundle';
  readonly registrationId: number;
  /** 32 raw bytes. */
  readonly identityKey: Uint8Array;
  readonly signedPrekeyId: number;
  readonly signedPrekey: Uint8Array;
  readonly signedPrekeySignature: Uint8Array;
  /** A companion's ADVSignedDeviceIdentity as it signed it when linked; undefined for primaries. */
  readonly deviceIdentity: Uint8Array | undefined;
}

/** One one-time prekey waiting to be served. Key: its id. */
export interface ServedPrekeyRecord extends StoredRecord {
  readonly kind: 'served-prekey';
  readonly id: number;
  readonly publicKey: Uint8Array;
}

/** One undelivered stanza of a device's queue. */
export interface QueuedRecord extends StoredRecord {
  readonly kind: 'queued';
  readonly label: StanzaLabel;
  /** Of a group's message: the device that wrote it. */
  readonly from: string;
  /** The chat of an own device's copy, and of every group message; empty for all others. */
  readonly recipient: string;
  readonly bytes: Uint8Array;
  readonly stampUs: number;
}

/** Marks a message stanza as taken, so that the same stanza sent again gets the same answer. */
export interface AcceptedRecord extends StoredRecord {
  readonly kind: 'accepted';
  readonly stampUs: number;
  /** The server's participant hash when it differed; empty otherwise. */
  readonly participantHash: string;
}

/** Per device: highest login counter and stanza counter seen, last message it acknowledged. */
export interface SeenRecord extends StoredRecord {
  readonly kind: 'seen';
  readonly login: number;
  readonly sent: number;
  readonly last:
    | {
        readonly id: string;
        readonly from: DeviceJid;
        readonly recipient: string;
        readonly stampUs: number;
      }
    | undefined;
}

/** Per device: the latest ids of its keys that passed the server; 0 before any. */
export interface KeyIdsRecord extends StoredRecord {
  readonly kind: 'key-ids';
  readonly prekeyId: number;
  readonly signedPrekeyId: number;
}

export interface StampRecord extends StoredRecord {
  readonly kind: 'stamp';
  readonly lastUs: number;
}

/** The device's public record, if it is linked. */
export function linkedDevice(step: Step, device: DeviceJid): LinkedRecord | undefined {
  return step.get<LinkedRecord>('linked', device);
}

export function accountOf(step: Step, user: UserJid): ServerAccountRecord | undefined {
  return step.get<ServerAccountRecord>('server-account', user);
}

/** Whether the account's app knows of no devices (specification 12): `old-app`/USER. */
export function isOldAccount(step: Step, user: UserJid): boolean {
  return step.tx.get('old-app', user) !== undefined;
}

/** The next server time stamp: microseconds since the epoch, strictly increasing (contract 4). */
export function nextStampUs(step: Step): number {
  const last = step.get<StampRecord>('stamp', 'self')?.lastUs ?? 0;
  const stampUs = Math.max(step.nowUs, last + 1);
  const record: StampRecord = { kind: 'stamp', lastUs: stampUs };
  step.tx.put('stamp', 'self', record);
  return stampUs;
}
