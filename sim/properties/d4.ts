/**
 * D4: revocation bound. A companion is not written to, and not shown, on the strength of a list
 * that is over 35 days old, or that was due to be replaced by a newer one somebody spoke of: the
 * grace of the scenario, and then five minutes of connection for asking once more. That a list that
 * was accepted is obeyed at once is C8's and D1's to say. Clocks may differ by as much as the
 * scenario sets them. Catalogue section 6; specification 5.11.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { DeviceListRecord } from '../../protocol/devices/device-list.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { deviceNumberOf, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { BLOBS } from '../world/timeline.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type Stanzas, stanzas } from './stanzas.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** D4: the definition a run judges by; the rules are at the top of this file. */
export const d4: Property = {
  id: 'D4',
  name: 'revocation bound',
  summary: 'No companion is trusted on a list over 35 days old, or overdue to be replaced.',
  judge: (view) => new Judging(view),
};

const SECOND_US = 1_000_000;
const TTL_US = 35 * 86_400 * SECOND_US;
/** A stanza may be handled in the second in which the list ends. */
const SLACK_US = 5 * 60 * SECOND_US;

class Judging implements Judge {
  readonly kinds = ['commit', 'connection', 'lever'] as const;
  readonly collections = ['device-list', 'outbound', 'shown'];
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #lists: DeviceViews;
  readonly #skewUs: number;
  #isClockSet = false;
  readonly #connectedUs = new Map<string, number>();
  /** `host|account` to what is expected of its list. */
  readonly #expected = new Map<string, NonNullable<DeviceListRecord['expected']>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
    this.#lists = deviceViews(view);
    const devices = view.scenario.accounts.flatMap((account) => account.devices);
    this.#skewUs = Math.max(0, ...devices.map(({ clockSkewUs }) => Math.abs(clockSkewUs)));
  }

  observe(event: RunEvent): void {
    if (event.kind === 'lever' && event.lever === 'clock-step') this.#isClockSet = true;
    if (event.kind === 'connection' && event.peer !== BLOBS) {
      if (event.state === 'open') this.#connectedUs.set(event.node, event.timeUs);
      else this.#connectedUs.delete(event.node);
    }
    if (event.kind !== 'commit' || event.node === 'server') return;
    this.#noteExpected(event);
    if (event.isTimeZero || this.#view.ledger.isUndo) return;
    for (const { collection, before, after } of event.changes) {
      if (collection !== 'outbound' || before !== undefined || after === undefined) continue;
      const { bytes } = after as StoredRecord & { readonly bytes?: Uint8Array };
      const stanza = bytes === undefined ? undefined : this.#frames.message(bytes);
      for (const { target = '' } of stanza?.enclosed ?? []) {
        this.#judge(event, target, 'encrypted for');
      }
    }
    for (const { record, before } of displaysOf(this.#view.ledger, event)) {
      if (before !== undefined || record.via === 'history') continue;
      this.#judge(event, record.author, 'accepted a message of');
    }
  }

  #noteExpected(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, key, after } of event.changes) {
      if (collection !== 'device-list') continue;
      const expected = (after as DeviceListRecord | undefined)?.expected;
      const name = `${event.node}|${key}`;
      if (expected === undefined) this.#expected.delete(name);
      else this.#expected.set(name, expected);
    }
  }

  #judge(event: RunEvent & { readonly kind: 'commit' }, device: DeviceJid, did: string): void {
    const host = event.node;
    const own = this.#view.ledger.linkage.deviceOf(host);
    const user = userOf(device);
    // A phone is the authority on its own list.
    if (deviceNumberOf(device) === 0 || device === own || user === own || this.#isClockSet) return;
    const { timestampS } = this.#lists.of(host, user);
    const nowUs = this.#view.scenario.epochUs + event.timeUs - this.#skewUs;
    const isOld = timestampS > 0 && nowUs - timestampS * SECOND_US > TTL_US + SLACK_US;
    const isOverdue = this.#isOverdue(host, user, nowUs, event.timeUs);
    this.#view.check(!isOld && !isOverdue, device, () => {
      const why = isOld ? 'whose list had expired' : 'though a newer list was overdue';
      return `${host} ${did} ${device}, ${why}`;
    });
  }

  #isOverdue(host: string, user: string, nowUs: number, timeUs: number): boolean {
    const expected = this.#expected.get(`${host}|${user}`);
    const connectedUs = this.#connectedUs.get(host);
    if (expected === undefined || connectedUs === undefined) return false;
    const { expectedListGraceUs } = this.#view.scenario.settings;
    const lateUs = nowUs - expected.learnedUs - expectedListGraceUs;
    return Math.min(lateUs, timeUs - connectedUs) > SLACK_US;
  }
}
