/**
 * L7: linking ends, one way or the other. When all is at rest, a companion that somebody tried to
 * link is linked as a whole (it says so, the server says so, it is on its phone's list, and the
 * first part of its history and the critical settings are there) or not at all. The rest of the
 * history comes, or the companion says what does not. Nobody is on a list without being linked.
 * Catalogue section 8; specification 5.3, 8.2.
 */

import type { AccountRecord, DeviceJid, UserJid } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { deviceJid } from '../../protocol/wire/jid.ts';
import { deviceNumberOf } from '../ledger/ledger.ts';
import { isClone } from '../ledger/names.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** L7: the definition a run judges by; the rules are at the top of this file. */
export const l7: Property = {
  id: 'L7',
  name: 'linking ends',
  summary: 'At rest a companion is linked as a whole, history and settings too, or not at all.',
  judge: (view) => new Judging(view),
};

interface OwnListRecord extends StoredRecord {
  readonly devices: readonly { readonly id: number }[];
}

interface HistoryRecord extends StoredRecord {
  readonly isBegun: boolean;
  readonly hasCriticalState: boolean;
  readonly progress: number;
}

class Judging implements Judge {
  readonly kinds = ['commit', 'emit'] as const;
  readonly collections = [
    ...['qr', 'account', 'history-state', 'linked', 'device-list'],
    ...['paired-browser', 'browser'],
  ];
  readonly #view: JudgeView;
  /** Hosts that showed a code: somebody tried to link them. */
  readonly #tried = new Set<string>();
  readonly #accounts = new Map<string, AccountRecord>();
  readonly #histories = new Map<string, HistoryRecord>();
  /** Hosts that said they could not use a part of their history. */
  readonly #skipped = new Set<string>();
  /** Devices that the server holds linked. */
  readonly #linked = new Set<DeviceJid>();
  /** Browsers that a phone has keys for. */
  readonly #paired = new Set<DeviceJid>();
  /** Of each account the devices on its list, as its phone keeps it. */
  readonly #lists = new Map<UserJid, ReadonlySet<DeviceJid>>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    if (event.kind === 'emit' && event.notice.code === 'history-skipped') {
      this.#skipped.add(event.node);
    }
    if (event.kind !== 'commit' || isClone(event.node)) return;
    for (const change of event.changes) this.#changed(event.node, change);
  }

  #changed(host: string, { collection, key, after }: Change): void {
    switch (collection) {
      case 'qr':
        if (after !== undefined) this.#tried.add(host);
        return;
      case 'account':
        return note(this.#accounts, host, after as AccountRecord | undefined);
      case 'history-state':
        return note(this.#histories, host, after as HistoryRecord | undefined);
      case 'linked':
      case 'paired-browser':
        if (host !== 'server') return;
        if (after === undefined) this.#linked.delete(key);
        else this.#linked.add(key);
        return;
      case 'browser':
        // A phone's list of its browsers is the keys it has for each.
        if (after === undefined) this.#paired.delete(key);
        else this.#paired.add(key);
        return;
      case 'device-list': {
        if (this.#accounts.get(host)?.device !== key) return;
        const devices = (after as OwnListRecord | undefined)?.devices ?? [];
        this.#lists.set(key, new Set(devices.map(({ id }) => deviceJid(key, id))));
        return;
      }
    }
  }

  finish(): void {
    for (const host of this.#tried) {
      // It lost its account to a damaged disk, not in the linking.
      if (this.#view.ledger.isUnusable(host)) continue;
      const account = this.#accounts.get(host);
      if (account !== undefined) this.#judgeLinked(host, account);
      else this.#judgeFree(host);
    }
    for (const [user, devices] of this.#lists) {
      if (this.#tried.size > 0) this.#judgeList(user, devices);
    }
  }

  #judgeLinked(host: string, { user, device }: AccountRecord): void {
    const isBrowser = this.#view.ledger.linkage.isBrowser(device);
    const listed = isBrowser ? this.#paired : this.#lists.get(user);
    const why = !this.#linked.has(device)
      ? 'but the server knows nothing of it'
      : listed !== undefined && !listed.has(device)
        ? 'but is not on the list of its phone'
        : this.#histories.get(host)?.isBegun === false
          ? 'and waits for its history for ever'
          : this.#histories.get(host)?.hasCriticalState === false
            ? 'and waits for its settings for ever'
            : this.#missesHistory(host)
              ? 'but lacks a part of its history and does not say so'
              : undefined;
    this.#view.check(why === undefined, device, () => `${host} is linked, ${why}`);
  }

  #missesHistory(host: string): boolean {
    const { progress = 100 } = this.#histories.get(host) ?? {};
    return progress < 100 && !this.#skipped.has(host);
  }

  /** Whoever was not linked in the end stands behind no linked device. */
  #judgeFree(host: string): void {
    const { linkage } = this.#view.ledger;
    const half = [...this.#linked].find((device) => linkage.hostOf(device) === host);
    this.#view.check(half === undefined, host, () => `${host} is linked and does not know it`);
  }

  #judgeList(user: UserJid, devices: ReadonlySet<DeviceJid>): void {
    const ghost = [...devices].find(
      (device) => deviceNumberOf(device) !== 0 && !this.#linked.has(device),
    );
    this.#view.check(ghost === undefined, user, () => `${ghost} is on its list and not linked`);
  }
}

function note<Kept>(into: Map<string, Kept>, host: string, record: Kept | undefined): void {
  if (record === undefined) into.delete(host);
  else into.set(host, record);
}
