/**
 * What entries and expectations name of other entries: messages, calls, and the people who take
 * part in them. Finds the entry, complains of what is not there, comes too late, or is nobody's
 * business on that device.
 */

import type { Path } from './complaint.ts';
import { formatDuration } from './duration.ts';
import type { GroupFolk } from './resolve-groups.ts';
import type { PlacedTimeline } from './resolve-timeline.ts';
import type { Action, TimelineEntry } from './scenario.ts';
import { accountOf, type Words } from './words.ts';

/** What is needed to follow names. */
export interface ReferenceContext {
  readonly words: Words;
  readonly timeline: PlacedTimeline;
  readonly folk: GroupFolk;
  /** Ids of entries that were left out because of their own errors. */
  readonly brokenIds: ReadonlySet<string>;
}

type Sending = Extract<Action, { kind: 'send' | 'send-media' }>;
type Calling = Extract<Action, { kind: 'call' }>;
/** An entry that sends a message. */
export type Send = TimelineEntry & { readonly action: Sending };
/** An entry that calls. */
export type Call = TimelineEntry & { readonly action: Calling };

/** Whether an entry sends a message. */
export function isSend(entry: TimelineEntry): entry is Send {
  return entry.action.kind === 'send' || entry.action.kind === 'send-media';
}

/** Whether an entry calls somebody. */
export function isCall(entry: TimelineEntry): entry is Call {
  return entry.action.kind === 'call';
}

/** Entries by id, those of a repeated one under the repeated id as well. */
export function entriesNamed(timeline: PlacedTimeline, id: string): readonly TimelineEntry[] {
  const ids = timeline.repeated.get(id) ?? [id];
  return ids.flatMap((each) => timeline.byId.get(each) ?? []);
}

/**
 * Entries of one kind by the id under which they are named; complains when there is none, unless
 * the one that was meant has errors of its own.
 */
export function findNamed<Found extends TimelineEntry>(
  context: ReferenceContext,
  what: 'message' | 'call' | 'entry',
  id: string,
  path: Path,
  isKind: (entry: TimelineEntry) => entry is Found,
): readonly Found[] {
  const { timeline, brokenIds, words } = context;
  const named = entriesNamed(timeline, id);
  const found = named.filter(isKind);
  const none: readonly string[] = [];
  const lists = { message: timeline.messages, call: timeline.calls, entry: none };
  const known = what === 'entry' ? timeline.entries.map(({ entry }) => entry.id) : lists[what];
  if (found.length > 0 || brokenIds.has(id) || lists[what].includes(id)) return found;
  const [other] = named;
  const sentence =
    other === undefined
      ? `no ${what} is called "${id}"`
      : `"${id}" names no ${what} but \`${other.action.kind}\``;
  words.complaints.word(path, id, sentence, known);
  return [];
}

/** The accounts a message or call is for, its author's first, each with the time it came in. */
export function peopleOf(folk: GroupFolk, action: Sending | Calling): ReadonlyMap<string, number> {
  const members = folk.get(action.to);
  if (members !== undefined) return members;
  return new Map([
    [accountOf(action.from), 0],
    [action.to, 0],
  ]);
}

/** Devices of those who take part, as words for "allowed". */
export function devicesOfPeople(words: Words, people: ReadonlyMap<string, number>): string[] {
  const accounts = [...people.keys()].flatMap((name) => words.accounts.get(name) ?? []);
  return accounts.flatMap(({ devices }) => devices.map(({ name }) => name));
}

/** `goes from alice to bob`, as part of a sentence. */
export function wayOf(entry: Send | Call): string {
  return `goes from ${accountOf(entry.action.from)} to ${entry.action.to}`;
}

interface Reference {
  readonly id: string;
  readonly device: string;
  readonly verb: string;
  readonly atUs: number;
  /** Paths of the id and of the device. */
  readonly at: Path;
  readonly deviceAt: Path;
}

function checkOne(context: ReferenceContext, reference: Reference, entry: Send | Call): boolean {
  const { complaints } = context.words;
  const { device, verb, atUs } = reference;
  if (entry.atUs > atUs) {
    const began = isCall(entry) ? 'begins' : 'is sent';
    const when = `${formatDuration(atUs)}: it ${began} only at ${formatDuration(entry.atUs)}`;
    complaints.at(reference.at, `${device} cannot ${verb} "${entry.id}" at ${when}`);
    return false;
  }
  const people = peopleOf(context.folk, entry.action);
  if (people.has(accountOf(device))) return true;
  const sentence = `"${entry.id}" ${wayOf(entry)}; ${device} has no part in it`;
  const allowed = devicesOfPeople(context.words, people);
  complaints.word(reference.deviceAt, device, sentence, allowed);
  return false;
}

/** The one entry that is meant; complains when the name stands for several. */
function theOne<Found extends TimelineEntry>(
  context: ReferenceContext,
  reference: Reference,
  found: readonly Found[],
): Found | undefined {
  if (found.length <= 1) return found[0];
  const sentence = `"${reference.id}" happens ${found.length} times; name one of them`;
  const ids = found.map(({ id }) => id);
  context.words.complaints.word(reference.at, reference.id, sentence, ids);
  return undefined;
}

function checkMessage(context: ReferenceContext, reference: Reference, needsFile: boolean): void {
  const found = findNamed(context, 'message', reference.id, reference.at, isSend);
  const send = theOne(context, reference, found);
  if (send === undefined || !checkOne(context, reference, send)) return;
  if (!needsFile || send.action.kind === 'send-media') return;
  const sentence = `"${send.id}" has no file; only \`send-media\` does`;
  const files = context.timeline.entries.flatMap(({ entry }) =>
    entry.action.kind === 'send-media' ? [entry.id] : [],
  );
  context.words.complaints.word(reference.at, send.id, sentence, files);
}

function checkCall(context: ReferenceContext, reference: Reference, isCallee: boolean): void {
  const found = findNamed(context, 'call', reference.id, reference.at, isCall);
  const call = theOne(context, reference, found);
  if (call === undefined || !checkOne(context, reference, call) || !isCallee) return;
  const caller = accountOf(call.action.from);
  if (accountOf(reference.device) !== caller) return;
  const people = new Map(peopleOf(context.folk, call.action));
  people.delete(caller);
  const sentence = `"${call.id}" is a call of ${caller}; it does not ring there`;
  const allowed = devicesOfPeople(context.words, people);
  context.words.complaints.word(reference.deviceAt, reference.device, sentence, allowed);
}

/** Checks every message and call that an entry of the timeline names. */
export function checkReferences(context: ReferenceContext): void {
  for (const placed of context.timeline.entries) {
    const { action, atUs } = placed.entry;
    const at = [...placed.path, placed.key];
    if (action.kind === 'answer' || action.kind === 'reject' || action.kind === 'hang-up') {
      const paths = { at: [...at, 'call'], deviceAt: [...at, 'on'] };
      const verb = action.kind === 'hang-up' ? 'hang up' : action.kind;
      const reference = { id: action.call, device: action.on, verb, atUs, ...paths };
      checkCall(context, reference, action.kind !== 'hang-up');
    } else if (action.kind === 'fetch-media') {
      const paths = { at: [...at, 'message'], deviceAt: [...at, 'device'] };
      const { message: id, device } = action;
      checkMessage(context, { id, device, verb: 'fetch', atUs, ...paths }, true);
    } else if (action.kind === 'app-state' && 'message' in action.set) {
      const paths = { at: [...at, 'message'], deviceAt: [...at, 'on'] };
      const verb = action.set.kind === 'star' ? 'star' : 'delete';
      const { device } = action;
      checkMessage(context, { id: action.set.message, device, verb, atUs, ...paths }, false);
    }
  }
}
