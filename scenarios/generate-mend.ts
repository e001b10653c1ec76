/**
 * Makes a valid timeline of whatever was drawn: sorts it, fills in which message or call is meant,
 * leaves out what is impossible by then, and names the rest.
 */

import { EARLIER } from './generate-draft.ts';
import { mentionsOf } from './mentions.ts';
import type { Account, Action, Group, TimelineEntry } from './scenario.ts';

/** An action and when it was drawn to happen. */
export interface Drawn {
  readonly atUs: number;
  readonly action: Action;
  readonly pick: number;
}

interface Sent {
  readonly id: string;
  readonly people: ReadonlySet<string>;
  readonly caller: string;
  readonly hasFile: boolean;
}

/** What has happened so far. */
interface Past {
  readonly linked: Set<string>;
  readonly wasLinked: Set<string>;
  readonly off: Set<string>;
  readonly old: Set<string>;
  readonly devices: ReadonlyMap<string, readonly string[]>;
  readonly groups: ReadonlyMap<string, Group>;
  /** Who is or was a member, by group that is made. */
  readonly folk: Map<string, Set<string>>;
  readonly messages: Sent[];
  readonly calls: Sent[];
}

/** The account of a device name. */
export function ownerOf(device: string): string {
  return device.slice(0, device.indexOf('.'));
}

function beginning(accounts: readonly Account[], groups: readonly Group[]): Past {
  const devices = accounts.flatMap((account) => account.devices);
  const linked = devices.filter(({ isLinked }) => isLinked).map(({ name }) => name);
  const made = groups.filter(({ existsAtStart }) => existsAtStart);
  return {
    linked: new Set(linked),
    wasLinked: new Set(linked),
    off: new Set(devices.filter(({ power }) => power === 'off').map(({ name }) => name)),
    old: new Set(
      accounts.filter(({ multiDevice }) => !multiDevice[0]?.isCapable).map(({ name }) => name),
    ),
    devices: new Map(accounts.map(({ name, devices: own }) => [name, own.map((one) => one.name)])),
    groups: new Map(groups.map((group) => [group.name, group])),
    folk: new Map(made.map(({ name, members }) => [name, new Set(members)])),
    messages: [],
    calls: [],
  };
}

/** The one that is meant: counted backwards from the latest. */
function picked(list: readonly Sent[], pick: number): string | undefined {
  return list.at(-1 - (pick % Math.max(1, list.length)))?.id;
}

function isGap(id: string): boolean {
  return id === EARLIER;
}

/** The time of a snapshot: 0 to 3 quarters of the way to now, in whole seconds. */
function snapshotUs(atUs: number, pick: number): number {
  return Math.floor((atUs * (pick % 4)) / 4_000_000) * 1_000_000;
}

/** Fills in the message or call that is meant; undefined when there is none. */
function filled(past: Past, { atUs, action, pick }: Drawn): Action | undefined {
  if (action.kind === 'restore-snapshot') return { ...action, fromUs: snapshotUs(atUs, pick) };
  if (action.kind === 'clone') {
    const { kind, device, forUs } = action;
    return pick === 0 ? { kind, device, forUs } : { ...action, fromUs: snapshotUs(atUs, pick) };
  }
  const knows = (device: string) => (one: Sent) => one.people.has(ownerOf(device));
  if (action.kind === 'fetch-media' && isGap(action.message)) {
    const files = past.messages.filter(({ hasFile }) => hasFile);
    const message = picked(files.filter(knows(action.device)), pick);
    return message === undefined ? undefined : { ...action, message };
  }
  if (action.kind === 'app-state' && 'message' in action.set && isGap(action.set.message)) {
    const message = picked(past.messages.filter(knows(action.device)), pick);
    return message === undefined ? undefined : { ...action, set: { ...action.set, message } };
  }
  if (action.kind === 'answer' || action.kind === 'reject' || action.kind === 'hang-up') {
    const isCallee = (one: Sent) => action.kind === 'hang-up' || one.caller !== ownerOf(action.on);
    const call = picked(past.calls.filter(knows(action.on)).filter(isCallee), pick);
    return call === undefined ? undefined : { ...action, call };
  }
  return action;
}

function isInGroup(past: Past, account: string, names: readonly string[]): boolean {
  return names.every((name) => !past.groups.has(name) || past.folk.get(name)?.has(account));
}

/** Whether devices, groups and members allow an action now. */
function isPossible(past: Past, action: Action): boolean {
  const { actors, names } = mentionsOf(action);
  if (!actors.every((name) => past.linked.has(name))) return false;
  switch (action.kind) {
    case 'create-group':
      return !past.folk.has(action.group);
    case 'change-group': {
      const folk = past.folk.get(action.group);
      const isMember = (name: string) => action.change === 'add' || folk?.has(name);
      return folk?.has(ownerOf(action.by)) === true && action.members.every(isMember);
    }
    case 'link': {
      const { companion } = action;
      const account = ownerOf(companion);
      const isReady = !past.wasLinked.has(companion) && !past.old.has(account);
      return isReady && !past.off.has(companion) && !past.off.has(`${account}.phone`);
    }
    case 're-register':
      return !past.off.has(action.phone);
    case 'upgrade':
      return past.old.has(action.account);
    case 'leave-beta':
      return !past.old.has(action.account);
    default:
      return actors.every((actor) => isInGroup(past, ownerOf(actor), names));
  }
}

function note(past: Past, id: string, action: Action): void {
  switch (action.kind) {
    case 'send':
    case 'send-media':
    case 'call': {
      const caller = ownerOf(action.from);
      const people = new Set(past.folk.get(action.to) ?? [caller, action.to]);
      const list = action.kind === 'call' ? past.calls : past.messages;
      list.push({ id, people, caller, hasFile: action.kind === 'send-media' });
      return;
    }
    case 'create-group':
      past.folk.set(action.group, new Set(past.groups.get(action.group)?.members));
      return;
    case 'change-group':
      for (const member of action.members) past.folk.get(action.group)?.add(member);
      return;
    case 'link':
      past.linked.add(action.companion);
      past.wasLinked.add(action.companion);
      return;
    case 'unlink':
      past.linked.delete(action.companion);
      return;
    case 're-register':
      for (const device of past.devices.get(ownerOf(action.phone)) ?? []) {
        if (device !== action.phone) past.linked.delete(device);
      }
      return;
    case 'upgrade':
      past.old.delete(action.account);
      return;
    case 'leave-beta':
      past.old.add(action.account);
      for (const device of past.devices.get(action.account) ?? []) past.linked.delete(device);
      past.linked.add(`${action.account}.phone`);
      return;
    case 'power-off':
      past.off.add(action.device);
      return;
    case 'power-on':
      past.off.delete(action.device);
  }
}

/**
 * Sorts by time, leaves out what is impossible, and names the rest by what they are and when
 * (`send-90`): a name does not change when shrinking takes another entry away, so nor do the draws
 * keyed by it. At most `entriesMax` are told.
 */
export function mend(
  accounts: readonly Account[],
  groups: readonly Group[],
  drawn: readonly Drawn[],
  entriesMax: number,
): readonly TimelineEntry[] {
  const past = beginning(accounts, groups);
  const ordered = drawn
    .map((each, index) => ({ each, index }))
    .sort((left, right) => left.each.atUs - right.each.atUs || left.index - right.index);
  const counts = new Map<string, number>();
  const told: TimelineEntry[] = [];
  for (const { each } of ordered) {
    const action = filled(past, each);
    if (action === undefined || !isPossible(past, action)) continue;
    const base = `${action.kind}-${Math.floor(each.atUs / 1_000_000)}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const id = count === 1 ? base : `${base}-${count}`;
    note(past, id, action);
    told.push({ id, atUs: each.atUs, action });
    if (told.length === entriesMax) break;
  }
  return told;
}

/** The groups that are there from the beginning, or made by an entry. */
export function groupsTold(
  groups: readonly Group[],
  timeline: readonly TimelineEntry[],
): readonly Group[] {
  const made = new Set(
    timeline.flatMap(({ action }) => (action.kind === 'create-group' ? [action.group] : [])),
  );
  return groups.filter(({ name, existsAtStart }) => existsAtStart || made.has(name));
}
