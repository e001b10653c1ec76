/**
 * D6: convergence. When the world has come to rest under an honest server, everybody who holds a
 * device list of an account holds the same devices: those that are linked. Judged are linked
 * devices with an app that knows of several devices, and accounts whose phone is in use. Catalogue
 * section 6.
 */

import type { UserJid } from '../../protocol/contract.ts';
import type { DeviceListRecord } from '../../protocol/devices/device-list.ts';
import { deviceJidOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** D6: the definition a run judges by; the rules are at the top of this file. */
export const d6: Property = {
  id: 'D6',
  name: 'lists converge',
  summary: 'At rest everybody holds the devices of an account that are really linked.',
  judge: (view) => new Judging(view),
};

class Judging implements Judge {
  readonly kinds = ['commit'] as const;
  readonly collections = ['device-list'];
  readonly #view: JudgeView;
  readonly #held = new Map<string, Map<UserJid, DeviceListRecord>>();

  /** `host|account` whose list a disk took back, and no newer one has come. */
  readonly #takenBack = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node === 'server') return;
    for (const { collection, key, after } of event.changes) {
      if (collection !== 'device-list') continue;
      const lists = this.#held.get(event.node) ?? new Map<UserJid, DeviceListRecord>();
      this.#held.set(event.node, lists);
      if (this.#view.ledger.isUndo) this.#takenBack.add(`${event.node}|${key}`);
      else this.#takenBack.delete(`${event.node}|${key}`);
      if (after === undefined) lists.delete(key);
      else lists.set(key, after as DeviceListRecord);
    }
  }

  finish(): void {
    const { ledger } = this.#view;
    for (const [host, lists] of this.#held) {
      const device = ledger.linkage.deviceOf(host);
      if (device === undefined || ledger.linkage.hostOf(device) !== host) continue;
      const isOld = ledger.oldApps.isOldAt(host, Number.MAX_SAFE_INTEGER);
      if (!ledger.isInUse(device) || isOld) continue;
      for (const [user, { devices }] of lists) {
        if (!ledger.isInUse(user)) continue;
        const held = devices.map(({ id }) => deviceJidOf(user, id)).sort();
        // Browsers stand on no list.
        const all = [...ledger.linkage.linkedNow(user)];
        const linked = all.filter((one) => !ledger.linkage.isBrowser(one)).sort();
        const agrees = held.join(' ') === linked.join(' ');
        if (!agrees && this.#takenBack.has(`${host}|${user}`)) {
          ledger.count('D6-taken-back');
          continue;
        }
        this.#view.check(agrees, user, () => {
          return `${host} believes in ${held.join(', ')}; linked are ${linked.join(', ')}`;
        });
      }
    }
  }
}
