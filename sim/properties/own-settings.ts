/**
 * What people set, held against what is in force in the end (specification 8.3, 8.9): a setting
 * that a device takes is in force on it at once, and what stands for it at rest is one of the
 * things that people set. Devices that agree on having lost it do not get past this. Part of L8.
 */

import type { AppStateChange, Effect, SettingRecord } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { isClone, userOf } from '../ledger/names.ts';
import type { RunEvent } from '../trace/events.ts';
import { beginsAnew } from './displays.ts';
import type { JudgeView } from './property.ts';
import { writesOf } from './twin-tools.ts';

/** Settings as a host holds them, by index. */
type Settings = ReadonlyMap<string, StoredRecord>;

const NONE: Settings = new Map();

/** Time stamps under which hosts put a setting in force by a person's hand. */
type StampsByHost = Map<string, Set<number>>;

/** What each account was told to set. */
export class OwnSettings {
  readonly #view: JudgeView;
  /** The command that each host handled last. */
  readonly #handled = new Map<string, string>();
  /** By account, then by index. */
  readonly #made = new Map<string, Map<string, StampsByHost>>();
  /** What people asked browsers for: accounts, and how the indexes begin. */
  readonly #askedOnBrowsers: (readonly [user: string, head: string])[] = [];
  /** Hosts whose disk took something back, or that began anew: what they set may be gone. */
  readonly #forgetful = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  /**
   * A host handled something; `held`: its settings before that. A browser only asks its phone, and
   * has the setting when the phone has it.
   */
  stepped(event: RunEvent & { readonly kind: 'stepped' }, held: Settings = NONE): void {
    const { node, input, effects } = event;
    if (input.kind !== 'command') return;
    this.#handled.set(node, input.id);
    if (input.command.kind !== 'app-state' || isRefused(effects)) return;
    const head = headOf(input.command.change);
    const { linkage } = this.#view.ledger;
    const device = linkage.deviceOf(node);
    if (device !== undefined && linkage.isBrowser(device)) {
      this.#askedOnBrowsers.push([userOf(device), head]);
      return;
    }
    const isMade =
      writesOf(effects).some(({ collection, key, record }) => {
        return collection === 'setting' && record !== undefined && key.startsWith(head);
      }) || [...held.keys()].some((index) => index.startsWith(head));
    this.#view.check(isMade, head, () => `${node} was told to set something and did not`);
  }

  /** A host of `user` committed. */
  committed(event: RunEvent & { readonly kind: 'commit' }, user: string | undefined): void {
    const { node, inputId, changes } = event;
    if (isClone(node)) return;
    if (this.#view.ledger.isUndo || beginsAnew(event)) this.#forgetful.add(node);
    if (user === undefined || this.#handled.get(node) !== inputId) return;
    for (const { collection, key, after } of changes) {
      if (collection !== 'setting' || after === undefined) continue;
      const { timestampMs } = after as SettingRecord;
      this.#stampsOf(user, key, node).add(timestampMs);
    }
  }

  #stampsOf(user: string, index: string, host: string): Set<number> {
    const byIndex = this.#made.get(user) ?? new Map<string, StampsByHost>();
    this.#made.set(user, byIndex);
    const byHost: StampsByHost = byIndex.get(index) ?? new Map();
    byIndex.set(index, byHost);
    const stamps = byHost.get(host) ?? new Set();
    byHost.set(host, stamps);
    return stamps;
  }

  /**
   * At rest: `devices` are the hosts of `user` that are judged, with their settings. Left out is
   * what was set on a device that is not among them any more or may have forgotten it.
   */
  finish(user: string, devices: readonly (readonly [host: string, settings: Settings])[]): void {
    const isSure = new Set(
      devices.map(([host]) => host).filter((host) => !this.#forgetful.has(host)),
    );
    for (const [index, byHost] of this.#made.get(user) ?? []) {
      if (![...byHost.keys()].every((host) => isSure.has(host))) continue;
      const stamps = new Set([...byHost.values()].flatMap((own) => [...own]));
      const wasAskedElsewhere = this.#askedOnBrowsers.some(([asking, head]) => {
        return asking === user && index.startsWith(head);
      });
      for (const [host, settings] of devices) {
        const standing = settings.get(index) as SettingRecord | undefined;
        const stands =
          standing !== undefined && (wasAskedElsewhere || stamps.has(standing.timestampMs));
        this.#view.check(stands, index, () => {
          const what = standing === undefined ? 'nothing stands' : 'something else stands';
          return `${index} was set by hand on ${[...byHost.keys()]}, and ${what} on ${host}`;
        });
      }
    }
  }
}

function isRefused(effects: readonly Effect[]): boolean {
  return effects.some((effect) => effect.kind === 'emit' && effect.notice.code === 'refused');
}

/** How the index of a change begins (specification 8.3). */
function headOf(change: AppStateChange): string {
  return JSON.stringify(indexOf(change)).slice(0, -1);
}

function indexOf(change: AppStateChange): readonly string[] {
  switch (change.kind) {
    case 'star':
      return ['star', change.message.chat, change.message.messageId];
    case 'delete-message':
      return ['deleteMessageForMe', change.message.chat, change.message.messageId];
    case 'mute':
      return ['mute', change.chat];
    case 'pin':
      return ['pin_v1', change.chat];
    case 'archive':
      return ['archive', change.chat];
    case 'mark-read':
      return ['markChatAsRead', change.chat];
    case 'clear-chat':
      return ['clearChat', change.chat];
    case 'delete-chat':
      return ['deleteChat', change.chat];
    case 'contact':
      return ['contact', change.contact];
    case 'push-name':
      return ['setting_pushName'];
  }
}
