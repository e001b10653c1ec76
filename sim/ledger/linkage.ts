/**
 * Which devices were linked to which account, and when (contract 8, `Linked`): from the server's
 * commit of a `linked` record until it goes, or until the account's phone commits a list of its own
 * that drops the device, whichever is first; and which host stands behind which device, by the
 * transport key both sides stored. A device list is kept by generation: a change costs one new set,
 * and everything between two changes shares it. It does not judge lists or signatures. Source:
 * contract 8.
 *
 * Assumption: a phone keeps its own list in `device-list`, under its account's address. One that
 * does not is followed by the server's log-outs alone.
 *
 * A phone that is set up anew has another transport key under the same address: the server's record
 * with the new key ends the old stretch and begins another.
 */

import type {
  DeviceJid,
  LinkedRecord,
  PairedBrowserRecord,
  TransportRecord,
  UserJid,
} from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { Change } from '../trace/events.ts';
import { deviceJidOf, hexOf, isClone } from './names.ts';

/** A stretch during which a device was linked; `untilSequence` -1 while it still is. */
export interface LinkedStretch {
  readonly user: UserJid;
  readonly keyIndex: number;
  readonly fromSequence: number;
  readonly fromUs: number;
  readonly untilSequence: number;
  readonly untilUs: number;
}

/** What is read of a phone's list of its own devices. */
interface OwnListRecord extends StoredRecord {
  readonly devices: readonly { readonly id: number; readonly keyIndex: number }[];
}

interface Generation {
  readonly sequence: number;
  readonly devices: ReadonlySet<DeviceJid>;
}

/** One link of a device to an account. */
type Link = Pick<LinkedRecord, 'device' | 'keyIndex' | 'user'>;

/** What the server stores of a device, or of a browser that mirrors one. */
type Stored = LinkedRecord | PairedBrowserRecord;

const NOBODY: ReadonlySet<DeviceJid> = new Set();

/**
 * The generation in force after the event `sequence`: the last one whose sequence is not greater.
 */
function generationAt(generations: readonly Generation[], sequence: number): number {
  let low = 0;
  let high = generations.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((generations[middle] as Generation).sequence <= sequence) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The history of linked devices, and the hosts behind them. */
export class Linkage {
  readonly #generations = new Map<UserJid, Generation[]>();
  readonly #stretches = new Map<DeviceJid, LinkedStretch[]>();
  readonly #hostOfKey = new Map<string, string>();
  readonly #keyOfDevice = new Map<DeviceJid, string>();
  readonly #deviceOfKey = new Map<string, DeviceJid>();
  readonly #keyOfHost = new Map<string, string>();
  /** What a host was last, while its present key is known to nobody yet. */
  readonly #lastDevice = new Map<string, DeviceJid>();
  /** The server's `linked` records that stand, which may outlive their stretch. */
  readonly #standing = new Map<DeviceJid, Stored>();
  readonly #browsers = new Set<DeviceJid>();

  /** Takes one change of the server's `linked` or `paired-browser` collection. */
  serverChange(change: Change, sequence: number, timeUs: number): void {
    const before = change.before as Stored | undefined;
    const after = change.after as Stored | undefined;
    const isSameLink =
      before?.keyIndex === after?.keyIndex &&
      before?.user === after?.user &&
      before?.transportKey === after?.transportKey;
    if (before !== undefined && !isSameLink) {
      this.#standing.delete(before.device);
      this.#end(before, sequence, timeUs);
    }
    if (after === undefined) return;
    this.#standing.set(after.device, after);
    if (after.kind === 'paired-browser') this.#browsers.add(after.device);
    this.#keyOfDevice.set(after.device, after.transportKey);
    this.#deviceOfKey.set(after.transportKey, after.device);
    if (before === undefined || !isSameLink) this.#begin(after, sequence, timeUs);
  }

  /** Takes one change of a device's `transport` record. */
  transportChange(host: string, change: Change): void {
    const after = change.after as TransportRecord | undefined;
    if (after === undefined) return;
    const key = hexOf(after.publicKey);
    const device = this.deviceOf(host);
    if (device !== undefined) this.#lastDevice.set(host, device);
    // A clone is the same device on a second machine; the device's host is the first.
    if (!isClone(host)) this.#hostOfKey.set(key, host);
    this.#keyOfHost.set(host, key);
  }

  /**
   * Takes one change of a host's `device-list` record. A phone that drops a device from its own
   * list ends its link at once; one that takes this back (its commit was lost) restores the link,
   * unless the server has ended it by then. A list that never held a newcomer says nothing of it.
   */
  listChange(host: string, change: Change, sequence: number, timeUs: number): void {
    const user = change.key;
    if (this.deviceOf(host) !== user) return;
    const before = (change.before as OwnListRecord | undefined)?.devices ?? [];
    const after = (change.after as OwnListRecord | undefined)?.devices ?? [];
    const linksIn = (devices: OwnListRecord['devices'], others: OwnListRecord['devices']) =>
      devices
        .filter(({ keyIndex }) => !others.some((other) => other.keyIndex === keyIndex))
        .map(({ id, keyIndex }) => ({ device: deviceJidOf(user, id), keyIndex, user }));
    for (const gone of linksIn(before, after)) this.#end(gone, sequence, timeUs);
    for (const back of linksIn(after, before)) this.#restore(back, sequence);
  }

  #begin(linked: Stored, sequence: number, timeUs: number): void {
    const stretches = this.#stretches.get(linked.device) ?? [];
    const stretch: LinkedStretch = {
      user: linked.user,
      keyIndex: linked.keyIndex,
      fromSequence: sequence,
      fromUs: timeUs,
      untilSequence: -1,
      untilUs: -1,
    };
    this.#stretches.set(linked.device, [...stretches, stretch]);
    this.#turn(linked.user, sequence, (devices) => devices.add(linked.device));
  }

  #end(linked: Link, sequence: number, timeUs: number): void {
    const stretches = this.#stretches.get(linked.device) ?? [];
    const last = stretches.at(-1);
    if (last === undefined || last.untilSequence >= 0) return;
    if (last.keyIndex !== linked.keyIndex || last.user !== linked.user) return;
    const ended: LinkedStretch = { ...last, untilSequence: sequence, untilUs: timeUs };
    this.#stretches.set(linked.device, [...stretches.slice(0, -1), ended]);
    this.#turn(linked.user, sequence, (devices) => devices.delete(linked.device));
  }

  /** An end by the phone is taken back. */
  #restore(linked: Link, sequence: number): void {
    const stretches = this.#stretches.get(linked.device) ?? [];
    const last = stretches.at(-1);
    const standing = this.#standing.get(linked.device);
    if (last === undefined || last.untilSequence < 0) return;
    if (last.keyIndex !== linked.keyIndex || standing?.keyIndex !== linked.keyIndex) return;
    const restored: LinkedStretch = { ...last, untilSequence: -1, untilUs: -1 };
    this.#stretches.set(linked.device, [...stretches.slice(0, -1), restored]);
    this.#turn(linked.user, sequence, (devices) => devices.add(linked.device));
  }

  #turn(user: UserJid, sequence: number, change: (devices: Set<DeviceJid>) => void): void {
    const generations = this.#generations.get(user) ?? [];
    if (generations.length === 0) this.#generations.set(user, generations);
    const last = generations.at(-1);
    const devices = new Set(last?.devices);
    change(devices);
    if (last?.sequence === sequence) generations.pop();
    generations.push({ sequence, devices });
  }

  /** The device a host is now, or was last; undefined if it was never linked. */
  deviceOf(host: string): DeviceJid | undefined {
    const key = this.#keyOfHost.get(host);
    if (key === undefined) return undefined;
    return this.#deviceOfKey.get(key) ?? this.#lastDevice.get(host);
  }

  /** Whether a device is a browser that mirrors its account's phone. */
  isBrowser(device: DeviceJid): boolean {
    return this.#browsers.has(device);
  }

  /** The host behind a device. */
  hostOf(device: DeviceJid): string | undefined {
    const key = this.#keyOfDevice.get(device);
    return key === undefined ? undefined : this.#hostOfKey.get(key);
  }

  /** All stretches of a device, oldest first. */
  stretchesOf(device: DeviceJid): readonly LinkedStretch[] {
    return this.#stretches.get(device) ?? [];
  }

  /** Every account that ever had a linked device, in order of first linking. */
  users(): IterableIterator<UserJid> {
    return this.#generations.keys();
  }

  /**
   * The account's linked devices just after event `sequence`. The set is shared: it is never
   * changed.
   */
  linkedAt(user: UserJid, sequence: number): ReadonlySet<DeviceJid> {
    const generations = this.#generations.get(user) ?? [];
    return generations[generationAt(generations, sequence)]?.devices ?? NOBODY;
  }

  /** The account's linked devices now. */
  linkedNow(user: UserJid): ReadonlySet<DeviceJid> {
    return this.#generations.get(user)?.at(-1)?.devices ?? NOBODY;
  }

  /** Devices linked just after `fromSequence` or at any later point up to `untilSequence`. */
  linkedBetween(
    user: UserJid,
    fromSequence: number,
    untilSequence: number,
  ): ReadonlySet<DeviceJid> {
    const generations = this.#generations.get(user) ?? [];
    const first = Math.max(0, generationAt(generations, fromSequence));
    const last = generationAt(generations, untilSequence);
    if (last <= first) return generations[first]?.devices ?? NOBODY;
    const all = new Set<DeviceJid>();
    for (let index = first; index <= last; index += 1) {
      for (const device of (generations[index] as Generation).devices) all.add(device);
    }
    return all;
  }

  /** Whether a device of `user` is linked just after event `sequence`. */
  isLinkedAt(device: DeviceJid, sequence: number): boolean {
    return this.stretchesOf(device).some(
      (stretch) =>
        stretch.fromSequence <= sequence &&
        (stretch.untilSequence < 0 || stretch.untilSequence > sequence),
    );
  }

  /** Whether a device that was linked just after event `sequence` has been linked ever since. */
  isLinkedSince(device: DeviceJid, sequence: number): boolean {
    const last = this.#stretches.get(device)?.at(-1);
    return last !== undefined && last.untilSequence < 0 && last.fromSequence <= sequence;
  }

  /** Whether a device is linked now. */
  isLinkedNow(device: DeviceJid): boolean {
    return this.stretchesOf(device).at(-1)?.untilSequence === -1;
  }
}
