/**
 * One account's devices as somebody may see them, and the rules by which signed lists change that
 * view. Pure functions over immutable values. Source: specification 5.7 rules 1 to 5, 5.8, 5.10
 * rule 4.
 */

import type { UserJid } from '../../protocol/contract.ts';
import type { DeviceListRecord } from '../../protocol/devices/device-list.ts';
import type { KeyIndexList } from '../../protocol/wire/adv.ts';
import type { ProvenIdentity } from './signatures.ts';

/** Devices by number, with their key index; the primary (0, 0) is always there. */
export interface AccountView {
  readonly user: UserJid;
  /** 0 while no signed list was seen. */
  readonly rawId: number;
  readonly timestampS: number;
  readonly currentIndex: number;
  readonly validIndexes: readonly number[];
  readonly devices: ReadonlyMap<number, number>;
}

/** A device as the server names it. */
export interface Named {
  readonly id: number;
  readonly keyIndex: number;
}

const PRIMARY_ONLY: ReadonlyMap<number, number> = new Map([[0, 0]]);

/** The view of somebody who was told nothing. */
export function primaryOnly(user: UserJid): AccountView {
  const none = { rawId: 0, timestampS: 0, currentIndex: 0, validIndexes: [0] };
  return { user, ...none, devices: PRIMARY_ONLY };
}

/** The view a device begins with, from its Store at time zero. */
export function fromRecord(record: DeviceListRecord): AccountView {
  const { user, rawId, timestampS, currentIndex, validIndexes } = record;
  const devices = new Map(record.devices.map(({ id, keyIndex }) => [id, keyIndex]));
  return { user, rawId, timestampS, currentIndex, validIndexes, devices };
}

/** Rule 5: of the named devices, those the list contains, and known ones that are ahead of it. */
function keep(
  named: readonly Named[],
  held: ReadonlyMap<number, number>,
  list: KeyIndexList,
): ReadonlyMap<number, number> {
  const kept = new Map<number, number>([[0, 0]]);
  const taken = new Set<number>([0]);
  for (const { id, keyIndex } of named) {
    if (kept.has(id) || taken.has(keyIndex)) continue;
    const isAhead = held.get(id) === keyIndex && keyIndex > list.currentIndex;
    if (!list.validIndexes.includes(keyIndex) && !isAhead) continue;
    kept.set(id, keyIndex);
    taken.add(keyIndex);
  }
  return kept;
}

function under(
  user: UserJid,
  list: KeyIndexList,
  devices: ReadonlyMap<number, number>,
): AccountView {
  const { rawId, timestampS, currentIndex, validIndexes } = list;
  return { user, rawId, timestampS, currentIndex, validIndexes, devices };
}

/**
 * A whole answer; `list` undefined means that the account has its primary only. Older lists change
 * nothing.
 */
export function withAnswer(
  held: AccountView,
  named: readonly Named[],
  list: KeyIndexList | undefined,
): AccountView {
  if (list === undefined) return { ...held, validIndexes: [0], devices: PRIMARY_ONLY };
  if (list.timestampS < held.timestampS) return held;
  const isReset = held.rawId !== 0 && held.rawId !== list.rawId;
  return under(held.user, list, keep(named, isReset ? PRIMARY_ONLY : held.devices, list));
}

/**
 * A notification about one device; without a list that continues the one held, only a removal
 * counts.
 */
export function withChange(
  held: AccountView,
  isAdded: boolean,
  device: Named,
  list: KeyIndexList | undefined,
): AccountView {
  const named: Named[] = [];
  for (const [id, keyIndex] of held.devices) {
    if (id !== device.id || keyIndex !== device.keyIndex) named.push({ id, keyIndex });
  }
  const continues =
    list !== undefined && list.rawId === held.rawId && list.timestampS >= held.timestampS;
  if (!continues) {
    if (isAdded || device.id === 0) return held;
    return { ...held, devices: new Map(named.map(({ id, keyIndex }) => [id, keyIndex])) };
  }
  if (isAdded) named.push(device);
  return under(held.user, list, keep(named, held.devices, list));
}

/**
 * A companion proved its identity: it belongs to the view if its index is listed or ahead of the
 * list.
 */
export function withProven(
  held: AccountView,
  number: number,
  identity: ProvenIdentity,
): AccountView {
  const { rawId, timestampS, keyIndex } = identity;
  if (held.devices.get(number) === keyIndex) return held;
  const isReset = held.rawId !== 0 && held.rawId !== rawId;
  if (isReset && timestampS <= held.timestampS) return held;
  if (held.rawId === 0 || isReset) {
    return {
      user: held.user,
      rawId,
      timestampS: Math.max(timestampS, held.timestampS),
      currentIndex: 0,
      validIndexes: [0],
      devices: new Map([
        [0, 0],
        [number, keyIndex],
      ]),
    };
  }
  if (!held.validIndexes.includes(keyIndex) && keyIndex <= held.currentIndex) return held;
  const devices = new Map<number, number>();
  for (const [id, index] of held.devices) {
    if (id === 0 || (id !== number && index !== keyIndex)) devices.set(id, index);
  }
  devices.set(number, keyIndex);
  return { ...held, devices };
}
