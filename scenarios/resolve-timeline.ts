/**
 * The timeline: places entries in time (absolute, relative, behind a wait, repeated), gives every
 * one its id, and resolves its action. Whether the order of things is possible is `check-order.ts`.
 */

import type { Path } from './complaint.ts';
import { TIMELINE_MAX } from './limits.ts';
import type { Numbered } from './numbered.ts';
import { resolveAction } from './resolve-actions.ts';
import type { TimelineEntry } from './scenario.ts';
import { actionWords } from './schema-complaints.ts';
import { ACTION_KEYS, type WrittenEntry } from './schema-timeline.ts';
import { readDuration, readPositiveDuration, type Words } from './words.ts';

/** A timeline entry that remembers where it was written. */
export interface PlacedEntry {
  readonly entry: TimelineEntry;
  /** Of the entry; that of the action is one step further, under `key`. */
  readonly path: Path;
  /** The written key of its action: `star`, where the action's kind is `app-state`. */
  readonly key: string;
}

/** The placed timeline, in order of writing. */
export interface PlacedTimeline {
  readonly entries: readonly PlacedEntry[];
  /** The entry of an id, the first where an id is used twice. */
  readonly byId: ReadonlyMap<string, TimelineEntry>;
  /** Ids that were given more than one entry by repetition, with the ids of these. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  /** Ids of all messages that are written, those with errors included. */
  readonly messages: readonly string[];
  /** The same of calls. */
  readonly calls: readonly string[];
}

interface Placing {
  readonly words: Words;
  readonly entries: PlacedEntry[];
  readonly repeated: Map<string, readonly string[]>;
  /** Time of the last occurrence, by id. */
  readonly timeOf: Map<string, number>;
  readonly ids: Set<string>;
  readonly messages: string[];
  readonly calls: string[];
  /** All ids that are written anywhere, to say "further down" instead of "unknown". */
  readonly written: readonly string[];
  cursorUs: number;
}

function actionKeysOf(entry: WrittenEntry): readonly string[] {
  return ACTION_KEYS.filter((key) => entry[key] !== undefined);
}

/** The one action of an entry; complains when there is none, or more than one. */
function actionKeyOf(placing: Placing, entry: WrittenEntry, path: Path): string | undefined {
  const keys = actionKeysOf(entry);
  const { complaints } = placing.words;
  if (keys.length === 1) return keys[0];
  if (keys.length === 0) {
    complaints.word(path, '', 'this entry says when but not what happens', actionWords());
  } else {
    const all = keys.join(' and ');
    complaints.at(path, `an entry holds one action, this one has ${all}; write two entries`);
  }
  return undefined;
}

function checkWhen(placing: Placing, entry: WrittenEntry, path: Path): void {
  const { complaints } = placing.words;
  const { at, after, by, every, until, times, wait } = entry;
  if (at !== undefined && after !== undefined) {
    complaints.key([...path, 'after'], 'an entry has `at` or `after`, not both');
  }
  if (by !== undefined && after === undefined) {
    complaints.key([...path, 'by'], '`by` needs `after: ID`');
  }
  if (every === undefined && until !== undefined) {
    complaints.key([...path, 'until'], '`until` needs `every`: how far apart?');
  }
  if (every === undefined && times !== undefined) {
    complaints.key([...path, 'times'], '`times` needs `every`: how far apart?');
  }
  if (every !== undefined && (until === undefined) === (times === undefined)) {
    complaints.key([...path, 'every'], '`every` needs either `until` or `times`');
  }
  const others = Object.keys(entry).filter((key) => key !== 'wait');
  if (wait !== undefined && others.length > 0) {
    complaints.key([...path, 'wait'], '`wait` stands alone; write what happens as the next entry');
  }
}

function firstTimeOf(placing: Placing, entry: WrittenEntry, path: Path): number {
  const { complaints } = placing.words;
  if (entry.at !== undefined) return readDuration(complaints, entry.at, [...path, 'at']);
  if (entry.after === undefined) return placing.cursorUs;
  const byUs = entry.by === undefined ? 0 : readDuration(complaints, entry.by, [...path, 'by']);
  const afterUs = placing.timeOf.get(entry.after);
  if (afterUs !== undefined) return afterUs + byUs;
  const at = [...path, 'after'];
  if (placing.written.includes(entry.after)) {
    complaints.at(at, `"${entry.after}" stands further down; \`after\` names an earlier entry`);
  } else {
    const sentence = `there is no entry "${entry.after}" above`;
    complaints.word(at, entry.after, sentence, [...placing.timeOf.keys()]);
  }
  return placing.cursorUs;
}

function timesOf(placing: Placing, entry: WrittenEntry, path: Path): readonly number[] {
  const firstUs = firstTimeOf(placing, entry, path);
  const { complaints } = placing.words;
  if (entry.every === undefined) return [firstUs];
  const everyUs = readPositiveDuration(complaints, entry.every, [...path, 'every']);
  if (everyUs === 0) return [firstUs];
  let count = entry.times ?? 1;
  if (entry.until !== undefined) {
    const untilUs = readDuration(complaints, entry.until, [...path, 'until']);
    if (untilUs < firstUs) complaints.at([...path, 'until'], 'this is before its first time');
    count = Math.max(1, Math.floor((untilUs - firstUs) / everyUs) + 1);
  }
  if (placing.entries.length + count > TIMELINE_MAX) {
    complaints.at([...path, 'every'], `a timeline has at most ${TIMELINE_MAX} entries`);
    return [firstUs];
  }
  return Array.from({ length: count }, (_, index) => firstUs + index * everyUs);
}

/** The id under the action's own key, of what people name: messages and calls. */
function innerIdOf(entry: WrittenEntry): { readonly key: string; readonly id: string } | undefined {
  for (const key of ['send', 'send-media', 'call'] as const) {
    const id = entry[key]?.id;
    if (id !== undefined) return { key, id };
  }
  return undefined;
}

/** The id that is written, or derived from the place: `power-off#3` is the third entry. */
function idOf(placing: Placing, entry: WrittenEntry, key: string, path: Path): string {
  const derived = `${key}#${Number(path[1]) + 1}`;
  const inner = innerIdOf(entry);
  const innerPath = [...path, inner?.key ?? key, 'id'];
  if (entry.id !== undefined && inner !== undefined && entry.id !== inner.id) {
    const what = inner.key === 'call' ? 'call' : 'message';
    const names = `the entry is called "${entry.id}" and its ${what} "${inner.id}"`;
    placing.words.complaints.at(innerPath, `${names}; one id is enough`);
  }
  const id = entry.id ?? inner?.id ?? derived;
  const at = entry.id === undefined ? innerPath : [...path, 'id'];
  const isTaken = placing.ids.has(id);
  if (isTaken) placing.words.complaints.at(at, `the id "${id}" is used twice`);
  placing.ids.add(id);
  return id;
}

function placeEntry(placing: Placing, written: WrittenEntry, path: Path): void {
  checkWhen(placing, written, path);
  if (written.wait !== undefined) {
    const waitUs = readDuration(placing.words.complaints, written.wait, [...path, 'wait']);
    placing.cursorUs += waitUs;
    return;
  }
  const key = actionKeyOf(placing, written, path);
  const times = timesOf(placing, written, path);
  const lastUs = times.at(-1) ?? placing.cursorUs;
  placing.cursorUs = lastUs;
  if (key === undefined) {
    if (written.id !== undefined) placing.timeOf.set(written.id, lastUs);
    return;
  }
  const id = idOf(placing, written, key, path);
  placing.timeOf.set(id, lastUs);
  if (key === 'send' || key === 'send-media') placing.messages.push(id);
  if (key === 'call') placing.calls.push(id);
  const action = resolveAction(placing.words, written, key, path);
  if (action === undefined) return;
  const ids = written.every === undefined ? [id] : times.map((_, index) => `${id}.${index + 1}`);
  if (written.every !== undefined) placing.repeated.set(id, ids);
  for (const [index, atUs] of times.entries()) {
    const occurrence = ids[index] ?? id;
    if (occurrence !== id && placing.ids.has(occurrence)) {
      placing.words.complaints.at([...path, 'every'], `the id "${occurrence}" is used twice`);
    }
    placing.ids.add(occurrence);
    placing.entries.push({ entry: { id: occurrence, atUs, action }, path, key });
  }
}

/** Places and resolves the whole timeline. */
export function placeTimeline(
  words: Words,
  written: readonly Numbered<WrittenEntry>[],
): PlacedTimeline {
  const placing: Placing = {
    words,
    entries: [],
    repeated: new Map(),
    timeOf: new Map(),
    ids: new Set(),
    messages: [],
    calls: [],
    written: written.flatMap(({ item }) =>
      [item.id, innerIdOf(item)?.id].filter((id) => id !== undefined),
    ),
    cursorUs: 0,
  };
  for (const { index, item } of written) placeEntry(placing, item, ['timeline', index]);
  const { entries, repeated, messages, calls } = placing;
  const byId = new Map<string, TimelineEntry>();
  for (const { entry } of entries) if (!byId.has(entry.id)) byId.set(entry.id, entry);
  return { entries, byId, repeated, messages, calls };
}

/** Sorts placed entries by time, ties in order of writing. */
export function inOrderOfTime(entries: readonly PlacedEntry[]): readonly PlacedEntry[] {
  return entries
    .map((placed, index) => ({ placed, index }))
    .sort(
      (left, right) => left.placed.entry.atUs - right.placed.entry.atUs || left.index - right.index,
    )
    .map(({ placed }) => placed);
}
