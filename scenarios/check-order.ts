/**
 * Impossible orders: what no seed and no override can make happen. A send from a device that is
 * switched off is possible (the intent is counted as not completed), and so is switching on what is
 * on (nothing happens); a send from a companion that nobody linked is not.
 */

import type { Path } from './complaint.ts';
import { formatDuration } from './duration.ts';
import { COMPANIONS_MAX } from './limits.ts';
import { deviceOfMachine } from './machines.ts';
import { inOrderOfTime, type PlacedEntry } from './resolve-timeline.ts';
import type { Action } from './scenario.ts';
import { accountOf, type Words } from './words.ts';

/** When a device was linked and unlinked; undefined: never. */
export interface LinkSpan {
  readonly fromUs: number | undefined;
  readonly untilUs: number | undefined;
  /** Times in between when it was not linked. */
  readonly gaps?: readonly { readonly fromUs: number; readonly untilUs: number }[];
}

interface Walk {
  /** From when on the app of an account knows of companions; absent: never. */
  readonly capableFromUs: Map<string, number>;
  readonly words: Words;
  readonly spans: Map<string, LinkSpan>;
  readonly offSince: Map<string, number>;
  /** Companions that a joining or leaving has unlinked: they may be linked again. */
  readonly mayComeAgain: Set<string>;
  /** Whether an old app has browsers. */
  readonly hasBrowsers: boolean;
}

function startWalk(words: Words, hasBrowsers: boolean): Walk {
  const spans = new Map<string, LinkSpan>();
  const offSince = new Map<string, number>();
  const capableFromUs = new Map<string, number>();
  for (const { name, multiDevice } of words.accounts.values()) {
    const first = multiDevice.find(({ isCapable }) => isCapable);
    if (first !== undefined) capableFromUs.set(name, first.fromUs);
  }
  for (const device of words.devices.values()) {
    spans.set(device.name, { fromUs: device.isLinked ? 0 : undefined, untilUs: undefined });
    if (device.power === 'off') offSince.set(device.name, 0);
  }
  const mayComeAgain = new Set<string>();
  return { words, spans, offSince, capableFromUs, mayComeAgain, hasBrowsers };
}

function linkedCompanions(walk: Walk, account: string): number {
  const devices = walk.words.accounts.get(account)?.devices ?? [];
  return devices.filter(({ name, role }) => {
    const span = walk.spans.get(name);
    return role === 'companion' && span?.fromUs !== undefined && span.untilUs === undefined;
  }).length;
}

function checkIsOn(walk: Walk, device: string, path: Path, what = 'linking'): void {
  const sinceUs = walk.offSince.get(device);
  if (sinceUs === undefined) return;
  const since = formatDuration(sinceUs);
  walk.words.complaints.at(path, `${what} needs ${device}, which is off since ${since}`);
}

function walkLink(walk: Walk, companion: string, atUs: number, path: Path): void {
  const { complaints } = walk.words;
  const span = walk.spans.get(companion);
  const account = accountOf(companion);
  const isBack = walk.mayComeAgain.delete(companion);
  if (span?.untilUs !== undefined && !isBack) {
    const when = formatDuration(span.untilUs);
    complaints.at(path, `${companion} was unlinked at ${when}; linking it again comes later`);
    return;
  }
  if (span?.fromUs !== undefined && !isBack) {
    const why = span.fromUs === 0 ? 'from the beginning; say `linked: false`' : 'already';
    complaints.at(path, `${companion} is linked ${why}`);
    return;
  }
  if (linkedCompanions(walk, account) >= COMPANIONS_MAX) {
    complaints.at(path, `${account} has four linked companions; a fifth is refused`);
  }
  checkKnowsCompanions(walk, account, atUs, path);
  checkIsOn(walk, companion, path);
  checkIsOn(walk, `${account}.phone`, path);
  if (span?.fromUs === undefined || span.untilUs === undefined) {
    walk.spans.set(companion, { fromUs: atUs, untilUs: undefined });
    return;
  }
  const gaps = [...(span.gaps ?? []), { fromUs: span.untilUs, untilUs: atUs }];
  walk.spans.set(companion, { fromUs: span.fromUs, untilUs: undefined, gaps });
}

function checkKnowsCompanions(walk: Walk, account: string, atUs: number, path: Path): void {
  const capableUs = walk.capableFromUs.get(account);
  if (walk.hasBrowsers || (capableUs !== undefined && capableUs <= atUs)) return;
  const since = capableUs === undefined ? '' : ` before ${formatDuration(capableUs)}`;
  const sentence = `${account}’s app is old and knows of no companions${since}`;
  walk.words.complaints.at(path, sentence);
}

function walkUnlink(walk: Walk, companion: string, atUs: number, path: Path): void {
  const span = walk.spans.get(companion);
  if (span?.fromUs === undefined) {
    walk.words.complaints.at(path, `${companion} is not linked at ${formatDuration(atUs)}`);
  } else if (span.untilUs !== undefined) {
    const when = formatDuration(span.untilUs);
    walk.words.complaints.at(path, `${companion} was unlinked at ${when} already`);
  } else {
    walk.spans.set(companion, { ...span, untilUs: atUs });
  }
}

/** A phone set up anew: its companions are unlinked. */
function walkRegistration(walk: Walk, phone: string, atUs: number, path: Path): void {
  checkIsOn(walk, phone, path, 'registering again');
  endCompanions(walk, accountOf(phone), atUs);
}

/** Unlinks all companions of an account; answers which. */
function endCompanions(walk: Walk, account: string, atUs: number): readonly string[] {
  const ended: string[] = [];
  for (const { name, role } of walk.words.accounts.get(account)?.devices ?? []) {
    const span = walk.spans.get(name);
    if (role === 'primary' || span?.fromUs === undefined || span.untilUs !== undefined) continue;
    walk.spans.set(name, { ...span, untilUs: atUs });
    ended.push(name);
  }
  return ended;
}

function walkUpgrade(walk: Walk, account: string, atUs: number, path: Path): void {
  const sinceUs = walk.capableFromUs.get(account);
  if (sinceUs !== undefined && sinceUs <= atUs) {
    const since = sinceUs === 0 ? 'from the beginning; say `app: old`' : 'already';
    walk.words.complaints.at(path, `${account}’s app is current ${since}`);
    return;
  }
  walk.capableFromUs.set(account, atUs);
  for (const name of endCompanions(walk, account, atUs)) walk.mayComeAgain.add(name);
}

function walkLeaving(walk: Walk, account: string, atUs: number, path: Path): void {
  const sinceUs = walk.capableFromUs.get(account);
  if (sinceUs === undefined || sinceUs > atUs) {
    const when = formatDuration(atUs);
    walk.words.complaints.at(path, `${account}’s app is old at ${when}: it has nothing to leave`);
    return;
  }
  walk.capableFromUs.delete(account);
  for (const name of endCompanions(walk, account, atUs)) walk.mayComeAgain.add(name);
}

/** Says why a device cannot act at a time, as the end of a sentence; undefined when it can. */
export function whyNotLinked(span: LinkSpan | undefined, atUs: number): string | undefined {
  if (span?.fromUs === undefined) return 'is never linked';
  if (span.fromUs > atUs) return `is linked only at ${formatDuration(span.fromUs)}`;
  if (span.untilUs !== undefined && span.untilUs <= atUs) {
    return `was unlinked at ${formatDuration(span.untilUs)}`;
  }
  const gap = span.gaps?.find(({ fromUs, untilUs }) => fromUs <= atUs && atUs < untilUs);
  if (gap === undefined) return undefined;
  const [from, until] = [gap.fromUs, gap.untilUs].map(formatDuration);
  return `was unlinked at ${from}, and is linked again at ${until}`;
}

/** What only linked devices can do, with the keys under which they are named. */
function actorsOf(action: Action): readonly (readonly [key: string, device: string])[] {
  switch (action.kind) {
    case 'send':
      return [['from', deviceOfMachine(action.from)]];
    case 'send-media':
    case 'call':
      return [['from', action.from]];
    case 'read':
    case 'fetch-media':
    case 'fetch-history':
      return [['device', action.device]];
    case 'create-group':
    case 'change-group':
      return [['by', action.by]];
    case 'app-state':
      return [['on', action.device]];
    case 'steal':
      return [['', action.device]];
    case 'answer':
    case 'reject':
    case 'hang-up':
      return [['on', action.on]];
    case 'drain-prekeys':
      return [['by', action.by]];
    case 'verify':
      return [
        ['by', action.by],
        ['with', action.with],
      ];
    default:
      return [];
  }
}

function walkEntry(walk: Walk, { entry, path }: PlacedEntry): void {
  const { action, atUs } = entry;
  if (action.kind === 'link') walkLink(walk, action.companion, atUs, [...path, 'link']);
  if (action.kind === 'unlink') walkUnlink(walk, action.companion, atUs, [...path, 'unlink']);
  if (action.kind === 're-register') {
    walkRegistration(walk, action.phone, atUs, [...path, 're-register']);
  }
  if (action.kind === 'upgrade') walkUpgrade(walk, action.account, atUs, [...path, 'upgrade']);
  if (action.kind === 'leave-beta')
    walkLeaving(walk, action.account, atUs, [...path, 'leave-beta']);
  if (action.kind === 'power-off' && !walk.offSince.has(action.device)) {
    walk.offSince.set(action.device, atUs);
  }
  if (action.kind === 'power-on') walk.offSince.delete(action.device);
}

/** What a device does, as people say it; most keys are verbs already. */
function verbOf(key: string): string {
  const verbs: Readonly<Record<string, string>> = {
    'send-media': 'send',
    'fetch-media': 'fetch',
    'fetch-history': 'ask for history',
    'drain-prekeys': 'fetch prekeys',
    'create-group': 'make a group',
    'add-member': 'add members',
    'remove-member': 'remove members',
    'leave-group': 'leave',
    'delete-message': 'delete',
    'mark-read': 'mark',
    'mark-unread': 'mark',
    'clear-chat': 'clear a chat',
    'delete-chat': 'delete a chat',
    'name-contact': 'name a contact',
    'push-name': 'change a name',
    'hang-up': 'hang up',
  };
  return verbs[key] ?? key;
}

function sentenceFor(device: string, key: string, when: string, why: string): string {
  if (key === 'steal') return `nothing is to be stolen from ${device} at ${when}: it ${why}`;
  return `${device} cannot ${verbOf(key)} at ${when}: it ${why}`;
}

function checkActors(walk: Walk, entries: readonly PlacedEntry[]): void {
  for (const { entry, path, key } of entries) {
    for (const [deviceKey, device] of actorsOf(entry.action)) {
      const why = whyNotLinked(walk.spans.get(device), entry.atUs);
      if (why === undefined) continue;
      const when = formatDuration(entry.atUs);
      const sentence = sentenceFor(device, key, when, why);
      const at = deviceKey === '' ? [...path, key] : [...path, key, deviceKey];
      walk.words.complaints.at(at, sentence);
    }
  }
}

/**
 * Walks the timeline in order of time and complains of what is impossible; gives the link span of
 * every device. `hasBrowsers`: the story is one of the relay.
 */
export function checkOrder(
  words: Words,
  entries: readonly PlacedEntry[],
  hasBrowsers: boolean,
): ReadonlyMap<string, LinkSpan> {
  const walk = startWalk(words, hasBrowsers);
  const ordered = inOrderOfTime(entries);
  for (const placed of ordered) walkEntry(walk, placed);
  checkActors(walk, ordered);
  return walk.spans;
}
