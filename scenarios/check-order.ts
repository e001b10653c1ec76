/**
 * Impossible orders: what no seed and no override can make happen. A send from a device that is
 * switched off is possible (the intent is counted as not completed), and so is switching on what is
 * on (nothing happens); a send from a companion that nobody linked is not.
 */

import type { Path } from './complaint.ts';
import { formatDuration } from './duration.ts';
import { COMPANIONS_MAX } from './limits.ts';
import { inOrderOfTime, type PlacedEntry } from './resolve-timeline.ts';
import type { Action } from './scenario.ts';
import { accountOf, type Words } from './words.ts';

/** When a device was linked and unlinked; undefined: never. */
export interface LinkSpan {
  readonly fromUs: number | undefined;
  readonly untilUs: number | undefined;
}

interface Walk {
  readonly words: Words;
  readonly spans: Map<string, LinkSpan>;
  readonly offSince: Map<string, number>;
}

function startWalk(words: Words): Walk {
  const spans = new Map<string, LinkSpan>();
  const offSince = new Map<string, number>();
  for (const device of words.devices.values()) {
    spans.set(device.name, { fromUs: device.isLinked ? 0 : undefined, untilUs: undefined });
    if (device.power === 'off') offSince.set(device.name, 0);
  }
  return { words, spans, offSince };
}

function linkedCompanions(walk: Walk, account: string): number {
  const devices = walk.words.accounts.get(account)?.devices ?? [];
  return devices.filter(({ name, role }) => {
    const span = walk.spans.get(name);
    return role === 'companion' && span?.fromUs !== undefined && span.untilUs === undefined;
  }).length;
}

function checkIsOn(walk: Walk, device: string, path: Path): void {
  const sinceUs = walk.offSince.get(device);
  if (sinceUs === undefined) return;
  const since = formatDuration(sinceUs);
  walk.words.complaints.at(path, `linking needs ${device}, which is off since ${since}`);
}

function walkLink(walk: Walk, companion: string, atUs: number, path: Path): void {
  const { complaints } = walk.words;
  const span = walk.spans.get(companion);
  const account = accountOf(companion);
  if (span?.untilUs !== undefined) {
    const when = formatDuration(span.untilUs);
    complaints.at(path, `${companion} was unlinked at ${when}; linking it again comes later`);
    return;
  }
  if (span?.fromUs !== undefined) {
    const why = span.fromUs === 0 ? 'from the beginning; say `linked: false`' : 'already';
    complaints.at(path, `${companion} is linked ${why}`);
    return;
  }
  if (linkedCompanions(walk, account) >= COMPANIONS_MAX) {
    complaints.at(path, `${account} has four linked companions; a fifth is refused`);
  }
  checkIsOn(walk, companion, path);
  checkIsOn(walk, `${account}.phone`, path);
  walk.spans.set(companion, { fromUs: atUs, untilUs: undefined });
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

/** Says why a device cannot act at a time, as the end of a sentence; undefined when it can. */
export function whyNotLinked(span: LinkSpan | undefined, atUs: number): string | undefined {
  if (span?.fromUs === undefined) return 'is never linked';
  if (span.fromUs > atUs) return `is linked only at ${formatDuration(span.fromUs)}`;
  if (span.untilUs !== undefined && span.untilUs <= atUs) {
    return `was unlinked at ${formatDuration(span.untilUs)}`;
  }
  return undefined;
}

/** What only a linked device can do, with the key under which it is named. */
function actor(action: Action): { readonly device: string; readonly key: string } | undefined {
  if (action.kind === 'send') return { device: action.from, key: 'from' };
  if (action.kind === 'read') return { device: action.device, key: 'device' };
  return undefined;
}

function walkEntry(walk: Walk, { entry, path }: PlacedEntry): void {
  const { action, atUs } = entry;
  if (action.kind === 'link') walkLink(walk, action.companion, atUs, [...path, 'link']);
  if (action.kind === 'unlink') walkUnlink(walk, action.companion, atUs, [...path, 'unlink']);
  if (action.kind === 'power-off' && !walk.offSince.has(action.device)) {
    walk.offSince.set(action.device, atUs);
  }
  if (action.kind === 'power-on') walk.offSince.delete(action.device);
}

function checkActors(walk: Walk, entries: readonly PlacedEntry[]): void {
  for (const { entry, path } of entries) {
    const acting = actor(entry.action);
    if (acting === undefined) continue;
    const why = whyNotLinked(walk.spans.get(acting.device), entry.atUs);
    if (why === undefined) continue;
    const verb = entry.action.kind === 'send' ? 'send' : 'read';
    const when = formatDuration(entry.atUs);
    const sentence = `${acting.device} cannot ${verb} at ${when}: it ${why}`;
    walk.words.complaints.at([...path, entry.action.kind, acting.key], sentence);
  }
}

/**
 * Walks the timeline in order of time and complains of what is impossible; gives the link span of
 * every device.
 */
export function checkOrder(
  words: Words,
  entries: readonly PlacedEntry[],
): ReadonlyMap<string, LinkSpan> {
  const walk = startWalk(words);
  const ordered = inOrderOfTime(entries);
  for (const placed of ordered) walkEntry(walk, placed);
  checkActors(walk, ordered);
  return walk.spans;
}
