/**
 * Device lists as clients keep them (specification 5.7 and 5.8; expiry is in `list-expiry.ts`):
 * pure functions from the record held and what the server says to the record to hold. The server
 * only names devices; which of them count is what the account's primary signed. Sessions and
 * identities of removed devices are the caller's to delete.
 */

import type { DeviceJid, UserJid } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import type { StoredRecord } from '../store.ts';
import { decodeKeyIndexList, decodeSignedKeyIndexList, type KeyIndexList } from '../wire/adv.ts';
import { deviceJid } from '../wire/jid.ts';
import { verifyList } from './identity-signatures.ts';
import { participantHash } from './participant-hash.ts';

/**
 * A device of a list: `id` in its address, `keyIndex` in the signed list; the primary is 0 and 0.
 */
export interface ListedDevice {
  readonly id: number;
  readonly keyIndex: number;
}

/** Key: the account. The primary is always the first of `devices`. */
export interface DeviceListRecord extends StoredRecord {
  readonly kind: 'device-list';
  readonly user: UserJid;
  /** 0 while no signed list was seen. */
  readonly rawId: number;
  readonly timestampS: number;
  readonly currentIndex: number;
  readonly validIndexes: readonly number[];
  readonly devices: readonly ListedDevice[];
  /** Set while a newer list is known to exist and has not been shown to us. */
  readonly expected?: ExpectedList;
}

/** What somebody said of an account's newer list (specification 5.11, 5.12). */
export interface ExpectedList {
  /** Its time stamp, in seconds: expectedTs. */
  readonly timestampS: number;
  /** This device's clock when it was learned: expectedTsUpdateTs. */
  readonly learnedUs: number;
  /**
   * When the server was first asked for it, being connected; 0 before: expectedTsLastDeviceJobTs.
   */
  readonly askedUs: number;
}

/**
 * A signed list as it travels: bytes of the ADVSignedKeyIndexList, and the stanza's `ts` attribute.
 */
export interface CarriedList {
  readonly signedList: Uint8Array;
  readonly timestampS: number;
}

/**
 * A query's answer for one account (5.7): the devices the server names, and the signed list if any.
 */
export interface ListAnswer {
  readonly user: UserJid;
  readonly devices: readonly ListedDevice[];
  readonly list: CarriedList | undefined;
}

/**
 * A notification about one device (5.8). `deviceHash`: the server's hash of the account's devices.
 */
export interface DeviceChange {
  readonly change: 'add' | 'remove';
  readonly user: UserJid;
  readonly device: ListedDevice;
  readonly deviceHash: string | undefined;
  readonly list: CarriedList | undefined;
}

/** The record to hold now. */
export interface ListApplied {
  readonly kind: 'list-applied';
  readonly record: DeviceListRecord;
  readonly added: readonly DeviceJid[];
  readonly removed: readonly DeviceJid[];
  /** The account registered again: every companion held before is in `removed`. */
  readonly isReset: boolean;
  /** The server's hash differs from ours: ask for the whole list. */
  readonly needsSync: boolean;
}

/** The notification cannot be applied; ask for the whole list. */
export interface NeedsSync {
  readonly kind: 'needs-sync';
  readonly user: UserJid;
  readonly reason: string;
}

/** The list cannot be checked before the primary's identity key is known: fetch its bundle. */
export interface NeedsIdentity {
  readonly kind: 'needs-identity';
  readonly user: UserJid;
}

/** The identity key pinned for the account's device 0 (32 bytes), if any. */
export type PinnedKey = Uint8Array | undefined;

const PRIMARY: ListedDevice = { id: 0, keyIndex: 0 };

/** The record of an account of which only the primary is known. */
export function primaryOnly(user: UserJid): DeviceListRecord {
  return {
    kind: 'device-list',
    user,
    rawId: 0,
    timestampS: 0,
    currentIndex: 0,
    validIndexes: [0],
    devices: [PRIMARY],
  };
}

/**
 * Addresses of the devices to send to: those of the record, or the primary alone when there is
 * none.
 */
export function listedDevices(user: UserJid, record: DeviceListRecord | undefined): DeviceJid[] {
  return (record?.devices ?? [PRIMARY]).map(({ id }) => deviceJid(user, id));
}

/** Whether the record (or the rule for none) contains the device id. */
export function isListed(record: DeviceListRecord | undefined, id: number): boolean {
  return id === 0 || (record?.devices.some((device) => device.id === id) ?? false);
}

/** Checks the signature and the time stamp attribute of a signed list (5.7, rules 2 and 3). */
export function openList(
  user: UserJid,
  carried: CarriedList,
  pinned: Uint8Array,
  provider: CryptoProvider,
): KeyIndexList | Rejection {
  const signed = decodeSignedKeyIndexList(carried.signedList);
  if (isRejected(signed)) return signed;
  if (!verifyList(pinned, signed.details, signed.accountSignature, provider)) {
    return reject('bad-signature', `The device list of ${user} is not signed by its primary.`, {
      user,
    });
  }
  const list = decodeKeyIndexList(signed.details);
  if (isRejected(list)) return list;
  if (list.timestampS !== carried.timestampS) {
    return reject('stale-list', `The device list of ${user} has another time stamp than said.`, {
      user,
      signedS: list.timestampS,
      saidS: carried.timestampS,
    });
  }
  return list;
}

/** 5.7 rule 5, and each device id and each key index once: who of `named` counts. */
function devicesToKeep(
  named: readonly ListedDevice[],
  held: readonly ListedDevice[],
  list: KeyIndexList,
): ListedDevice[] {
  const kept: ListedDevice[] = [PRIMARY];
  for (const { id, keyIndex } of named) {
    const isTaken = kept.some((other) => other.id === id || other.keyIndex === keyIndex);
    if (isTaken) continue;
    const isHeld = held.some((other) => other.id === id && other.keyIndex === keyIndex);
    const isAhead = isHeld && keyIndex > list.currentIndex;
    if (list.validIndexes.includes(keyIndex) || isAhead) kept.push({ id, keyIndex });
  }
  return kept;
}

function without(all: readonly ListedDevice[], those: readonly ListedDevice[]): ListedDevice[] {
  return all.filter(
    ({ id, keyIndex }) => !those.some((other) => other.id === id && other.keyIndex === keyIndex),
  );
}

function applied(
  held: DeviceListRecord | undefined,
  record: DeviceListRecord,
  isReset: boolean,
  needsSync: boolean,
): ListApplied {
  const before = held?.devices ?? [PRIMARY];
  const lost = isReset ? before.slice(1) : without(before, record.devices);
  const gained = isReset ? record.devices.slice(1) : without(record.devices, before);
  const address = ({ id }: ListedDevice) => deviceJid(record.user, id);
  return {
    kind: 'list-applied',
    record: isReset ? record : stillExpecting(held, record),
    added: gained.map(address),
    removed: lost.map(address),
    isReset,
    needsSync,
  };
}

/** What was expected of the list held is expected until a list as new as that is held (rule 7). */
function stillExpecting(
  held: DeviceListRecord | undefined,
  record: DeviceListRecord,
): DeviceListRecord {
  const expected = held?.expected;
  if (expected === undefined || record.expected !== undefined) return record;
  return record.timestampS < expected.timestampS ? { ...record, expected } : record;
}

/** The account has no companions, as of this list's time stamp or a later one (rule a of 5.12). */
export function withoutCompanions(
  held: DeviceListRecord,
  timestampS: number = held.timestampS,
): ListApplied {
  const { expected, ...rest } = held;
  const record: DeviceListRecord = { ...rest, timestampS, validIndexes: [0], devices: [PRIMARY] };
  const isOpen = expected !== undefined && timestampS < expected.timestampS;
  return applied(held, isOpen ? { ...record, expected } : record, false, false);
}

function recordOf(user: UserJid, list: KeyIndexList, devices: ListedDevice[]): DeviceListRecord {
  const { rawId, timestampS, currentIndex, validIndexes } = list;
  return { kind: 'device-list', user, rawId, timestampS, currentIndex, validIndexes, devices };
}

function stale(held: DeviceListRecord, list: KeyIndexList): Rejection {
  return reject('stale-list', `The device list of ${held.user} is older than the one held.`, {
    user: held.user,
    heldS: held.timestampS,
    offeredS: list.timestampS,
  });
}

/**
 * Applies a query's answer (5.7). Rejections leave the record as it is: `adv-failure` (companions
 * without a signed list), `bad-signature`, `stale-list`, `malformed`. Without a signed list the
 * account has only its primary. Assumption: time stamp and indexes held are then kept, so that no
 * older list comes back.
 */
export function applyListAnswer(
  held: DeviceListRecord | undefined,
  pinned: PinnedKey,
  answer: ListAnswer,
  provider: CryptoProvider,
): ListApplied | NeedsIdentity | Rejection {
  const { user, devices } = answer;
  if (answer.list === undefined) {
    if (devices.some(({ id }) => id !== 0)) {
      return reject('adv-failure', `Companions of ${user} came without a signed list.`, { user });
    }
    const base = held ?? primaryOnly(user);
    return applied(held, { ...base, validIndexes: [0], devices: [PRIMARY] }, false, false);
  }
  if (pinned === undefined) return { kind: 'needs-identity', user };
  const list = openList(user, answer.list, pinned, provider);
  if (isRejected(list)) return list;
  if (held !== undefined && list.timestampS < held.timestampS) return stale(held, list);
  const isReset = held !== undefined && held.rawId !== 0 && held.rawId !== list.rawId;
  const known = isReset ? [] : (held?.devices ?? []);
  return applied(held, recordOf(user, list, devicesToKeep(devices, known, list)), isReset, false);
}

/** Applies `add` or `remove` (5.8); what does not fit the record held asks for a sync instead. */
export function applyDeviceChange(
  held: DeviceListRecord | undefined,
  pinned: PinnedKey,
  change: DeviceChange,
  provider: CryptoProvider,
): ListApplied | NeedsSync {
  const { user, device } = change;
  const needsSync = (reason: string): NeedsSync => ({ kind: 'needs-sync', user, reason });
  if (held === undefined) return needsSync('no list is held');
  const list =
    change.list === undefined || pinned === undefined
      ? undefined
      : openList(user, change.list, pinned, provider);
  const isUsable =
    list !== undefined &&
    !isRejected(list) &&
    list.rawId === held.rawId &&
    list.timestampS >= held.timestampS;
  const others = without(held.devices, [device]);
  if (!isUsable) {
    if (change.change === 'add') return needsSync('the signed list does not continue the one held');
    // A removal needs no proof: a server that lies here withholds what it could withhold anyway.
    const isPrimary = device.id === 0;
    return applied(held, isPrimary ? held : { ...held, devices: others }, false, true);
  }
  const named = change.change === 'add' ? [...held.devices, device] : others;
  const record = recordOf(user, list, devicesToKeep(named, held.devices, list));
  const hash = participantHash(listedDevices(user, record), provider);
  return applied(
    held,
    record,
    false,
    change.deviceHash !== undefined && change.deviceHash !== hash,
  );
}
