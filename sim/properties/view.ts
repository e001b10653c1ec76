/**
 * The independent view of device lists (contract 8, `View_s(c, τ)`): what follows for a device from
 * the validly signed lists that were delivered to it in frames handled by steps whose commit
 * survived, and from what it held at time zero. It never reads what the device made of them. An
 * answer that the device had no key to check with waits for one (`held-answers.ts`).
 * `Intended(m)` is taken from it in the commit that seals m; of a group, for the members in the
 * `group` record of its sender, which G1 holds against the server's. Lists and audiences are
 * immutable and shared; a change costs one new list. What falls back to a phone alone without a
 * list is judged by `list-drops.ts`.
 *
 * Source: specification 5.7, 5.8, 5.10 to 5.12; contract 4.
 */

import type {
  ChatJid,
  DeviceJid,
  GroupJid,
  GroupRecord,
  OutboxRecord,
  UserJid,
} from '../../protocol/contract.ts';
import type { DeviceListRecord } from '../../protocol/devices/device-list.ts';
import { attribute, child, children, type WireNode } from '../../protocol/wire/node.ts';
import {
  deviceJidOf,
  deviceNumberOf,
  isGroup,
  type Ledger,
  messageKey,
  type Said,
  userOf,
} from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import {
  type AccountView,
  fromRecord,
  type Named,
  primaryOnly,
  withAnswer,
  withChange,
  withProven,
} from './account-view.ts';
import { type HeldAnswer, HeldAnswers, type ToldChange } from './held-answers.ts';
import { ListDrops } from './list-drops.ts';
import { readDevice, readDevices, readList, type SignedList } from './list-stanzas.ts';
import { type Opening, openings } from './openings.ts';
import { OwnLists } from './own-lists.ts';
import type { JudgeView } from './property.ts';
import { Signatures } from './signatures.ts';
import { type Stanzas, stanzas } from './stanzas.ts';
import { type SurvivedStep, type SurvivedSteps, survivedSteps } from './steps.ts';

export type { AccountView } from './account-view.ts';

/** Whom a chat reaches, until a list or group of its sender changes. */
interface Audience {
  readonly version: number;
  readonly devices: ReadonlySet<DeviceJid>;
}

/** The views of all devices. */
export class DeviceViews implements Observer {
  readonly kinds = ['writeless-step', 'commit', 'device-send', 'lever'] as const;
  readonly signatures: Signatures;
  readonly #drops: ListDrops;
  readonly #ledger: Ledger;
  readonly #steps: SurvivedSteps;
  readonly #frames: Stanzas;
  readonly #opening: () => Opening | undefined;
  readonly #ownLists: OwnLists;
  readonly #waiting: HeldAnswers;
  readonly #views = new Map<string, Map<UserJid, AccountView>>();
  readonly #intended = new Map<string, ReadonlySet<DeviceJid>>();
  readonly #audiences = new Map<string, Audience>();
  /** How often a host's lists and groups have changed. */
  readonly #versions = new Map<string, number>();
  readonly #groups = new Map<string, GroupRecord>();
  /** What each host's last commit replaced, for the case that it is lost. */
  readonly #replaced = new Map<string, [UserJid, AccountView | undefined][]>();

  constructor(view: JudgeView) {
    this.#ledger = view.ledger;
    this.#steps = survivedSteps(view.ledger);
    this.#frames = stanzas(view.ledger);
    this.#opening = openings(view);
    this.signatures = new Signatures(view);
    this.#drops = new ListDrops(view, this.signatures);
    this.#ownLists = new OwnLists(this.#frames);
    this.#waiting = new HeldAnswers(view.ledger);
  }

  /**
   * The account's devices as `host` may see them now; the primary alone when it was told nothing.
   */
  of(host: string, user: UserJid): AccountView {
    return this.#views.get(host)?.get(user) ?? primaryOnly(user);
  }

  /** The devices a message was intended for; undefined while it is not sealed. */
  intended(said: Said): ReadonlySet<DeviceJid> | undefined {
    return this.#intended.get(messageKey(said.author, said.messageId));
  }

  /** The members of a group as `host` holds it; nobody without a record. */
  membersOf(host: string, group: GroupJid): readonly UserJid[] {
    return this.#groups.get(`${host}|${group}`)?.members ?? [];
  }

  observe(event: RunEvent): void {
    if (event.kind === 'lever') return this.#drops.observe(event);
    if (event.kind === 'commit' && event.node !== 'server') {
      this.#storedGroups(event);
      this.#waiting.stored(event);
    }
    if (event.kind === 'commit' && event.isTimeZero) this.#timeZero(event);
    else if (event.kind === 'commit' && this.#ledger.isRestore) this.#restore(event);
    else if (this.#ledger.isUndo) this.#undo(event.node);
    else if (event.kind === 'commit') this.#replaced.delete(event.node);
    this.#ownLists.observe(event);
    const step = this.#steps.current;
    if (step !== undefined && step.node !== 'server') this.#handled(step);
    if (event.kind !== 'commit' || event.node === 'server' || this.#ledger.isUndo) return;
    if (event.isTimeZero) return;
    for (const answer of this.#waiting.take(event.node)) this.#release(event.node, answer);
    this.#storedLists(event);
    if (!this.#ledger.isRestore) this.#fellBack(event);
    this.#seal(event);
  }

  #timeZero(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, key, after } of event.changes) {
      if (collection !== 'device-list' || after === undefined) continue;
      this.#put(event.node, key, fromRecord(after as DeviceListRecord));
    }
  }

  #undo(host: string): void {
    this.#waiting.forget(host);
    for (const [user, view] of this.#replaced.get(host) ?? []) {
      if (view === undefined) this.#views.get(host)?.delete(user);
      else this.#views.get(host)?.set(user, view);
    }
    this.#turn(host);
    this.#replaced.delete(host);
  }

  /** A disk that went back, or lost a list, takes the view of its device with it. */
  #restore(event: RunEvent & { readonly kind: 'commit' }): void {
    this.#replaced.delete(event.node);
    this.#waiting.forget(event.node);
    this.#turn(event.node);
    for (const { collection, key, after } of event.changes) {
      if (collection !== 'device-list') continue;
      if (after === undefined) this.#views.get(event.node)?.delete(key);
      else this.#put(event.node, key, fromRecord(after as DeviceListRecord));
    }
  }

  #put(host: string, user: UserJid, next: AccountView): void {
    const views = this.#views.get(host) ?? new Map<UserJid, AccountView>();
    this.#views.set(host, views);
    const before = views.get(user);
    if (before === next) return;
    const replaced = this.#replaced.get(host) ?? [];
    replaced.push([user, before]);
    this.#replaced.set(host, replaced);
    views.set(user, next);
    this.#turn(host);
  }

  /** Audiences of a host are to be worked out anew. */
  #turn(host: string): void {
    this.#versions.set(host, (this.#versions.get(host) ?? 0) + 1);
  }

  #storedGroups(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, key, after } of event.changes) {
      if (collection !== 'group') continue;
      const name = `${event.node}|${key}`;
      if (after === undefined) this.#groups.delete(name);
      else this.#groups.set(name, after as GroupRecord);
      this.#turn(event.node);
    }
  }

  #held(host: string, user: UserJid): AccountView | undefined {
    return this.#views.get(host)?.get(user);
  }

  #handled(step: SurvivedStep): void {
    this.#waiting.handled(step);
    const { node: host, input } = step;
    if (input.kind !== 'frame') return;
    const stanza = this.#frames.read(input.bytes);
    if (stanza?.tag === 'iq') this.#answered(host, input.connection, stanza);
    else if (stanza?.tag === 'notification') this.#notified(host, input.connection, stanza);
    else if (stanza?.tag === 'message' || stanza?.tag === 'call') this.#proven(host);
  }

  #answered(host: string, connection: number, stanza: WireNode): void {
    const usync = child(stanza, 'usync');
    const list = usync === undefined ? undefined : child(usync, 'list');
    for (const entry of list === undefined ? [] : children(list, 'user')) {
      const devices = child(entry, 'devices');
      if (devices === undefined) continue;
      const user = attribute(entry, 'jid') ?? '';
      const named = child(devices, 'device-list');
      this.#told(host, connection, user, readDevices(named), readList(devices));
    }
    const own = this.#ownLists.confirmed(host, stanza);
    if (own !== undefined) this.#signed(host, own, deviceNumberOf(own.device));
  }

  /** A phone's own new list: the companions it had, and the newcomer under the newest index. */
  #signed(host: string, own: SignedList, newcomer: number | undefined): void {
    const device = this.#ledger.linkage.deviceOf(host);
    if (device === undefined || deviceNumberOf(device) !== 0) return;
    const list = this.signatures.list(device, own.signedList, own.timestampS);
    if (list === undefined) return;
    this.#drops.noteSigned(device, list);
    const held = this.#held(host, device) ?? primaryOnly(device);
    if (newcomer !== undefined && list.timestampS < held.timestampS) {
      // Another companion left meanwhile: the newcomer comes into force with the list signed next.
      const devices = new Map([...held.devices, [newcomer, list.currentIndex] as const]);
      return this.#put(host, device, { ...held, devices });
    }
    const named = [...held.devices].map(([id, keyIndex]) => ({ id, keyIndex }));
    if (newcomer !== undefined) named.push({ id: newcomer, keyIndex: list.currentIndex });
    this.#put(host, device, withAnswer(held, named, list));
  }

  #storedLists(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const change of event.changes) {
      const own = this.#ownLists.stored(change);
      if (own !== undefined) this.#signed(event.node, own, undefined);
    }
  }

  /** Lists that count no more, phones with other keys, and a host that has begun anew. */
  #fellBack(event: RunEvent & { readonly kind: 'commit' }): void {
    const host = event.node;
    if (event.changes.some(isReinstalled)) this.#forgetAll(host);
    for (const change of event.changes) {
      const user = change.key;
      if (change.collection === 'peer-identity' && this.#drops.isNewPhone(change)) {
        this.#put(host, user, primaryOnly(user));
      }
    }
    for (const change of event.changes) {
      const held = change.collection === 'device-list' && this.#held(host, change.key);
      if (held === undefined || held === false) continue;
      if (!this.#drops.isLawful(held, change, event.timeUs)) continue;
      const { timestampS } = change.after as DeviceListRecord;
      this.#put(host, change.key, { ...withAnswer(held, [], undefined), timestampS });
    }
  }

  #forgetAll(host: string): void {
    this.#waiting.forget(host);
    for (const user of [...(this.#views.get(host)?.keys() ?? [])]) {
      this.#put(host, user, primaryOnly(user));
    }
  }

  /** One account's answer: the devices the server names, and the signed list, if any. */
  #told(
    host: string,
    connection: number,
    user: UserJid,
    named: readonly Named[],
    list: SignedList | undefined,
  ): void {
    if (list === undefined) {
      if (named.some(({ id }) => id !== 0)) return;
      const held = this.#held(host, user) ?? primaryOnly(user);
      this.#put(host, user, withAnswer(held, [], undefined));
    } else if (this.#waiting.canCheck(host, user)) this.#apply(host, user, named, list);
    else this.#waiting.hold(host, connection, { user, named, list });
  }

  #apply(host: string, user: UserJid, named: readonly Named[], list: SignedList): void {
    const signed = this.signatures.list(user, list.signedList, list.timestampS);
    if (signed === undefined) return;
    this.#put(host, user, withAnswer(this.#held(host, user) ?? primaryOnly(user), named, signed));
  }

  /** An answer that can be checked by now, and then what was announced since it came. */
  #release(host: string, { told, changes }: HeldAnswer): void {
    this.#apply(host, told.user, told.named, told.list);
    for (const change of changes) this.#change(host, told.user, change);
  }

  #notified(host: string, connection: number, stanza: WireNode): void {
    const user = attribute(stanza, 'from') ?? '';
    const type = attribute(stanza, 'type');
    const all = child(stanza, 'devices');
    // A phone is the authority on itself; it asks for its own list when its disk went back.
    const isOwn = this.#ledger.linkage.deviceOf(host) === user;
    if (type === 'account_sync' && all !== undefined && !isOwn) {
      this.#told(host, connection, user, readDevices(all), readList(all));
    }
    if (type !== 'devices') return;
    const body = child(stanza, 'add') ?? child(stanza, 'remove');
    const device = body === undefined ? undefined : child(body, 'device');
    if (body === undefined || device === undefined) return;
    const change = {
      isAdded: body.tag === 'add',
      device: readDevice(device),
      list: readList(body),
    };
    const waiting = this.#waiting.of(host, user);
    if (waiting !== undefined && this.#held(host, user) === undefined) waiting.changes.push(change);
    else this.#change(host, user, change);
  }

  #change(host: string, user: UserJid, { isAdded, device, list }: ToldChange): void {
    const held = this.#held(host, user);
    if (held === undefined) return;
    const signed = list && this.signatures.list(user, list.signedList, list.timestampS);
    this.#put(host, user, withChange(held, isAdded, device, signed));
  }

  /** A companion's first message that was opened: its identity may be ahead of the list. */
  #proven(host: string): void {
    const opening = this.#opening();
    if (opening === undefined || !opening.isPairwiseOpened) return;
    const { stanza, author } = opening;
    const number = deviceNumberOf(author);
    const identityKey = opening.head()?.identityKey;
    if (number === 0 || stanza.deviceIdentity === undefined || identityKey === undefined) return;
    const user = userOf(author);
    const proven = this.signatures.identity(user, stanza.deviceIdentity, identityKey);
    if (proven === undefined) return;
    this.#put(host, user, withProven(this.#held(host, user) ?? primaryOnly(user), number, proven));
  }

  #seal(event: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, before, after } of event.changes) {
      if (collection !== 'outbox' || after === undefined) continue;
      const record = after as OutboxRecord;
      const was = before as OutboxRecord | undefined;
      if (record.state !== 'sealed' || was?.state === 'sealed') continue;
      const audience = this.#audience(event.node, record);
      this.#intended.set(messageKey(record.author, record.messageId), audience);
    }
  }

  #audience(host: string, { chat, author }: OutboxRecord): ReadonlySet<DeviceJid> {
    const name = `${host}|${author}|${chat}`;
    const version = this.#versions.get(host) ?? 0;
    const known = this.#audiences.get(name);
    if (known?.version === version) return known.devices;
    const devices = this.#reach(host, chat, author);
    this.#audiences.set(name, { version, devices });
    return devices;
  }

  /** An old app knows of phones alone, and of no device of its own account but itself. */
  #reach(host: string, chat: ChatJid, author: DeviceJid): ReadonlySet<DeviceJid> {
    const own = userOf(author);
    const isOld = this.#ledger.oldApps.isOldAt(host, Number.MAX_SAFE_INTEGER);
    const users = isGroup(chat) ? this.membersOf(host, chat) : [chat, own];
    const devices = new Set<DeviceJid>();
    for (const user of users) {
      for (const [number] of isOld ? PHONE_ALONE : this.of(host, user).devices) {
        const device = deviceJidOf(user, number);
        if (device !== author) devices.add(device);
      }
    }
    return devices;
  }
}

/** Whether a change gives a host that had a transport key another one. */
function isReinstalled({ collection, before, after }: Change): boolean {
  return collection === 'transport' && before !== undefined && after !== undefined;
}

const PHONE_ALONE: ReadonlyMap<number, number> = new Map([[0, 0]]);

/** The run's one fold. */
export function deviceViews(view: JudgeView): DeviceViews {
  survivedSteps(view.ledger);
  return view.ledger.shared('device-views', () => new DeviceViews(view));
}
