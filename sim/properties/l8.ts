/**
 * L8: app-state convergence. At the end of the heal phase all linked devices of an account stand at
 * the same version and hash in every collection, the same things are in force on all of them, and
 * what a chat's mark covers is read on each device that shows it. What a person set is in force,
 * not lost on all of them alike. One check per device and collection, per device and thing in
 * force, per message marked, and per device and thing set. Read from the public records
 * `app-state-version`, `setting` and `shown`. Catalogue section 8; specification 8.6, 8.9.
 */

import type {
  AccountRecord,
  AppStateVersionRecord,
  SettingRecord,
  ShownRecord,
} from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { RunEvent } from '../trace/events.ts';
import { OwnSettings } from './own-settings.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** L8: the definition a run judges by; the rules are at the top of this file. */
export const l8: Property = {
  id: 'L8',
  name: 'app-state convergence',
  summary: 'All devices of an account agree on what is set, and on its versions and hashes.',
  judge: (view) => new Judging(view),
};

const FOLLOWED = new Set(['account', 'app-state-version', 'setting', 'shown']);

/** Public records of one host: collection, then key. */
type Held = Map<string, Map<string, StoredRecord>>;

const NONE: ReadonlyMap<string, StoredRecord> = new Map();

class Judging implements Judge {
  readonly kinds = ['commit', 'stepped'] as const;
  readonly collections = [...FOLLOWED, 'app-state-pending'];
  readonly #view: JudgeView;
  readonly #hosts = new Map<string, Held>();
  readonly #ownSettings: OwnSettings;

  constructor(view: JudgeView) {
    this.#view = view;
    this.#ownSettings = new OwnSettings(view);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'stepped') {
      this.#ownSettings.stepped(event, this.#hosts.get(event.node)?.get('setting'));
    }
    if (event.kind !== 'commit') return;
    this.#ownSettings.committed(event, this.#accountOf(event.node)?.user);
    for (const { collection, key, after } of event.changes) {
      if (!FOLLOWED.has(collection)) continue;
      const held = this.#hosts.get(event.node) ?? new Map();
      this.#hosts.set(event.node, held);
      const records = held.get(collection) ?? new Map();
      held.set(collection, records);
      if (after === undefined) records.delete(key);
      else records.set(key, after);
    }
  }

  finish(): void {
    const byUser = new Map<string, [host: string, held: Held][]>();
    for (const [host, held] of this.#hosts) {
      const account = this.#accountOf(host);
      if (account === undefined || !this.#isJudged(host, account.device)) continue;
      byUser.set(account.user, [...(byUser.get(account.user) ?? []), [host, held]]);
    }
    for (const [user, devices] of byUser) {
      const settings = devices.map(([host, held]) => [host, held.get('setting') ?? NONE] as const);
      this.#ownSettings.finish(user, settings);
      if (devices.length < 2) continue;
      this.#compare(devices, 'app-state-version', headText);
      this.#compare(devices, 'setting', settingText);
      for (const [host, held] of devices) this.#judgeMarks(host, held);
    }
  }

  #accountOf(host: string): AccountRecord | undefined {
    return this.#hosts.get(host)?.get('account')?.get('self') as AccountRecord | undefined;
  }

  #isJudged(host: string, device: string): boolean {
    const { linkage } = this.#view.ledger;
    const isPresent = linkage.hostOf(device) === host && linkage.isLinkedNow(device);
    return isPresent && !this.#view.ledger.isUnusable(host);
  }

  /** Every device against the first one, key by key. */
  #compare(
    devices: readonly (readonly [string, Held])[],
    collection: string,
    textOf: (record: StoredRecord | undefined) => string,
  ): void {
    const keys = new Set(devices.flatMap(([, held]) => [...(held.get(collection)?.keys() ?? [])]));
    const [first] = devices;
    if (first === undefined) return;
    for (const key of keys) {
      const expected = textOf(first[1].get(collection)?.get(key));
      for (const [host, held] of devices.slice(1)) {
        const found = textOf(held.get(collection)?.get(key));
        this.#view.check(found === expected, key, () => {
          return `${host} has ${found} for ${key}, ${first[0]} has ${expected}`;
        });
      }
    }
  }

  /** What a chat's mark covers is read. */
  #judgeMarks(host: string, held: Held): void {
    const marks = new Map<string, Mark>();
    for (const record of held.get('setting')?.values() ?? []) {
      const { index, value } = record as SettingRecord;
      const [name, chat] = JSON.parse(index) as readonly string[];
      if (name === 'markChatAsRead' && chat !== undefined) marks.set(chat, JSON.parse(value));
    }
    if (marks.size === 0) return;
    for (const record of held.get('shown')?.values() ?? []) {
      const shown = record as ShownRecord;
      const mark = marks.get(shown.chat);
      if (mark === undefined || mark.read !== true || !covers(mark, shown)) continue;
      this.#view.check(shown.isRead, shown.messageId, () => {
        return `${host} shows a message as unread that was marked as read`;
      });
    }
  }
}

/** The value of `markChatAsRead` as far as it is judged. */
interface Mark {
  readonly read?: boolean;
  readonly range?: {
    readonly lastMessageTimestamp?: number;
    readonly messages?: readonly { readonly key?: { readonly id?: string } }[];
  };
}

/** Messages before the last second of the range, and those it lists. */
function covers({ range }: Mark, { messageId, positionUs }: ShownRecord): boolean {
  if (Math.floor(positionUs / 1_000_000) < (range?.lastMessageTimestamp ?? 0)) return true;
  return range?.messages?.some(({ key }) => key?.id === messageId) === true;
}

function headText(record: StoredRecord | undefined): string {
  if (record === undefined) return 'nothing';
  const { version, ltHash } = record as AppStateVersionRecord;
  return `version ${version} (${ltHash.slice(0, 16)})`;
}

function settingText(record: StoredRecord | undefined): string {
  if (record === undefined) return 'nothing';
  const { value, timestampMs } = record as SettingRecord;
  return `${value} of ${timestampMs}`;
}
