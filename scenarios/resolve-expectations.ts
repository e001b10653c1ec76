/**
 * Expectations: which fact, which devices, and whether it could ever be so on them.
 */

import type { LinkSpan } from './check-order.ts';
import {
  type Call,
  devicesOfPeople,
  findNamed,
  isCall,
  isSend,
  peopleOf,
  type ReferenceContext,
  type Send,
  wayOf,
} from './check-references.ts';
import type { Path } from './complaint.ts';
import { formatDuration } from './duration.ts';
import { BACKFILL_WINDOW_US } from './limits.ts';
import { mentionsOf } from './mentions.ts';
import type { Numbered } from './numbered.ts';
import type { Expectation, ExpectedFact, TimelineEntry } from './scenario.ts';
import { FACT_KEYS, type WrittenExpectation } from './schema-expectations.ts';
import { accountOf, checkAccount, checkChat, checkParty, readDuration } from './words.ts';

/** What expectations need to know of the rest. */
export interface ExpectationContext extends ReferenceContext {
  readonly spans: ReadonlyMap<string, LinkSpan>;
  readonly lengthUs: number;
  /** Line of an expectation in the file; 0 when built. */
  readonly lineOf: (path: Path) => number;
}

type FactKey = (typeof FACT_KEYS)[number];

/** Whose devices may be named, and the sentence for others. */
interface Only {
  readonly devices: readonly string[];
  readonly sentence: string;
}

/** A fact, and of which devices it may be expected. */
interface Meant {
  readonly fact: ExpectedFact;
  /** What the device would do, behind "cannot": `show "lunch"`. */
  readonly what: string;
  /** Why a device can never say so, as the end of a sentence; undefined when it can. */
  readonly why: (device: string) => string | undefined;
  /** Whether an account's name stands for this device of it, too. */
  readonly isMeant: (device: string) => boolean;
  /** Absent: everybody's devices may be named. */
  readonly only?: Only;
}

const always = (): boolean => true;
const never = (): undefined => undefined;

/** Why a device will never show a message, or undefined. */
function whyNotShown(context: ExpectationContext, device: string, send: Send): string | undefined {
  const span = context.spans.get(device);
  if (span?.fromUs === undefined) return 'is never linked';
  if (span.untilUs !== undefined && span.untilUs <= send.atUs) {
    return `was unlinked at ${formatDuration(span.untilUs)}`;
  }
  const memberUs = peopleOf(context.folk, send.action).get(accountOf(device));
  if (memberUs !== undefined && memberUs > send.atUs) {
    return `comes into the group only at ${formatDuration(memberUs)}`;
  }
  return undefined;
}

/** Why a device has no state at the end, or undefined. */
function whyNotLeft(context: ExpectationContext, device: string): string | undefined {
  const span = context.spans.get(device);
  if (span?.fromUs === undefined) return 'is never linked';
  if (span.untilUs === undefined) return undefined;
  return `was unlinked at ${formatDuration(span.untilUs)}`;
}

function partOf(context: ExpectationContext, entry: Send | Call): Only {
  const people = peopleOf(context.folk, entry.action);
  const never = isCall(entry) ? 'has no part in it' : 'never gets it';
  const sentence = `"${entry.id}" ${wayOf(entry)}; NAME ${never}`;
  return { devices: devicesOfPeople(context.words, people), sentence };
}

/** Of a message that is to show, or to have its file: who gets it live or from history. */
function shownFacts(
  context: ExpectationContext,
  written: WrittenExpectation,
  key: 'shown' | 'fetched',
  path: Path,
): Meant[] {
  const within = written.within;
  const withinUs = within && readDuration(context.words.complaints, within, [...path, 'within']);
  const after = written.after;
  const afterUs = after && readDuration(context.words.complaints, after, [...path, 'after']);
  const times = {
    ...(typeof withinUs === 'number' && { withinUs }),
    ...(typeof afterUs === 'number' && { afterUs }),
  };
  const at = [...path, key];
  return findNamed(context, 'message', written[key] ?? '', at, isSend).map((send) => {
    const { complaints } = context.words;
    const { withinUs: lasts = 0, afterUs: earliest = 0 } = times;
    if ('withinUs' in times && send.atUs + lasts < earliest) {
      complaints.at([...path, 'within'], 'it would have to be shown before `after`');
    }
    if (key === 'fetched' && send.action.kind === 'send') {
      complaints.at(at, `"${send.id}" has no file; only \`send-media\` does`);
    }
    const fact: ExpectedFact =
      key === 'shown'
        ? { kind: 'shown', message: send.id, ...times }
        : { kind: 'fetched', message: send.id };
    const latestUs = send.atUs + BACKFILL_WINDOW_US;
    return {
      fact,
      what: key === 'shown' ? `show "${send.id}"` : `have the file of "${send.id}"`,
      why: (device) => whyNotShown(context, device, send),
      isMeant: (device) => (context.spans.get(device)?.fromUs ?? 0) <= latestUs,
      only: partOf(context, send),
    };
  });
}

function stateFacts(
  context: ExpectationContext,
  written: WrittenExpectation,
  key: FactKey,
  path: Path,
): Meant[] {
  const value = written.value ?? true;
  const why = (device: string) => whyNotLeft(context, device);
  if (key === 'starred' || key === 'deleted') {
    const sends = findNamed(context, 'message', written[key] ?? '', [...path, key], isSend);
    return sends.map((send) => ({
      fact: { kind: 'state', state: key, subject: send.id, value },
      what: `have "${send.id}" ${key}`,
      why,
      isMeant: always,
      only: partOf(context, send),
    }));
  }
  if (key !== 'muted' && key !== 'pinned' && key !== 'archived' && key !== 'read') return [];
  const chat = written[key] ?? '';
  if (!checkChat(context.words, chat, [...path, key])) return [];
  const members = context.folk.get(chat);
  const sentence = `NAME has no chat with ${chat}`;
  const names = members ?? new Map([...context.words.accounts.keys()].map((name) => [name, 0]));
  const devices = devicesOfPeople(context.words, names);
  const fact: ExpectedFact = { kind: 'state', state: key, subject: chat, value };
  const what = `have ${chat} ${key}`;
  return [{ fact, what, why, isMeant: always, only: { devices, sentence } }];
}

function callFacts(context: ExpectationContext, written: WrittenExpectation, path: Path): Meant[] {
  const { outcome } = written;
  if (outcome === undefined) {
    const { all } = context.words.complaints;
    const isMisspelt = all.some((one) => one.path.join() === [...path, 'outcome'].join());
    if (!isMisspelt)
      context.words.complaints.at(path, '`call` needs an `outcome`: how did it end?');
    return [];
  }
  const calls = findNamed(context, 'call', written.call ?? '', [...path, 'call'], isCall);
  return calls.map((call) => ({
    fact: { kind: 'call', call: call.id, outcome },
    what: `end the call "${call.id}"`,
    why: (device) =>
      context.spans.get(device)?.fromUs === undefined ? 'is never linked' : undefined,
    isMeant: always,
    only: partOf(context, call),
  }));
}

function trustFacts(
  context: ExpectationContext,
  written: WrittenExpectation,
  key: 'verified' | 'alarm',
  path: Path,
): Meant[] {
  const account = written[key] ?? '';
  if (!checkAccount(context.words, account, [...path, key])) return [];
  const fact: ExpectedFact =
    key === 'alarm' ? { kind: key, account } : { kind: key, account, value: written.value ?? true };
  const why = (device: string) => {
    if (context.spans.get(device)?.fromUs === undefined) return 'is never linked';
    return key === 'verified' && accountOf(device) === account
      ? `is of ${account}, who has no code with oneself`
      : undefined;
  };
  const what = key === 'alarm' ? `warn of ${account}` : `know the code of ${account}`;
  return [{ fact, what, why, isMeant: always }];
}

function isEntry(entry: TimelineEntry): entry is TimelineEntry {
  return entry.id !== '';
}

function refusedFacts(
  context: ExpectationContext,
  written: WrittenExpectation,
  path: Path,
): Meant[] {
  const at = [...path, 'refused'];
  return findNamed(context, 'entry', written.refused ?? '', at, isEntry).flatMap((entry) => {
    const devices = mentionsOf(entry.action).actors;
    if (devices.length === 0) {
      const sentence = `"${entry.id}" is nothing that a device could refuse`;
      context.words.complaints.at(at, sentence);
      return [];
    }
    const sentence = `"${entry.id}" is not done on NAME`;
    const fact: ExpectedFact = { kind: 'refused', entry: entry.id };
    const isMeant = (device: string) => devices.includes(device);
    const what = `refuse "${entry.id}"`;
    return [{ fact, what, why: never, isMeant, only: { devices, sentence } }];
  });
}

function factsOf(
  context: ExpectationContext,
  written: WrittenExpectation,
  key: FactKey,
  path: Path,
): Meant[] {
  switch (key) {
    case 'shown':
    case 'fetched':
      return shownFacts(context, written, key, path);
    case 'not-shown': {
      const at = [...path, key];
      const sends = findNamed(context, 'message', written[key] ?? '', at, isSend);
      return sends.map((send) => ({
        fact: { kind: 'not-shown', message: send.id },
        what: `miss "${send.id}"`,
        why: never,
        isMeant: always,
      }));
    }
    case 'call':
      return callFacts(context, written, path);
    case 'verified':
    case 'alarm':
      return trustFacts(context, written, key, path);
    case 'refused':
      return refusedFacts(context, written, path);
    default:
      return stateFacts(context, written, key, path);
  }
}

/**
 * The devices that are meant by what stands under `on`; complains of those it can never be so on.
 */
function devicesOf(
  context: ExpectationContext,
  written: WrittenExpectation,
  meant: Meant,
  path: Path,
): readonly string[] {
  const { complaints, accounts } = context.words;
  const { only, why, isMeant } = meant;
  const devices: string[] = [];
  for (const [index, party] of written.on.entries()) {
    const at = [...path, 'on', index];
    if (!checkParty(context.words, party, at)) continue;
    const account = accounts.get(party);
    const named = account === undefined ? [party] : account.devices.map(({ name }) => name);
    const allowed =
      only === undefined ? named : named.filter((name) => only.devices.includes(name));
    if (allowed.length === 0 && only !== undefined) {
      complaints.word(at, party, only.sentence.replace('NAME', party), only.devices);
      continue;
    }
    const able = allowed.filter((name) => why(name) === undefined);
    const chosen = account === undefined ? able : able.filter(isMeant);
    for (const name of chosen) if (!devices.includes(name)) devices.push(name);
    if (chosen.length > 0) continue;
    const sentence =
      account === undefined
        ? `${party} cannot ${meant.what}: it ${why(party)}`
        : `no device of ${party} can ${meant.what}`;
    complaints.at(at, sentence);
  }
  return devices;
}

/** Keys that belong to one kind of fact, with what they belong to. */
const BELONGS: readonly (readonly [key: keyof WrittenExpectation, to: readonly FactKey[]])[] = [
  ['within', ['shown']],
  ['after', ['shown']],
  ['outcome', ['call']],
  ['value', ['starred', 'deleted', 'muted', 'pinned', 'archived', 'read', 'verified']],
];

function factKeyOf(
  context: ExpectationContext,
  written: WrittenExpectation,
  path: Path,
): FactKey | undefined {
  const { complaints } = context.words;
  const keys = FACT_KEYS.filter((key) => written[key] !== undefined);
  const [key] = keys;
  if (key === undefined) {
    const sentence = 'this expectation says of whom but not what; `shown: MESSAGE`, for example';
    complaints.word(path, '', sentence, FACT_KEYS);
  } else if (keys.length > 1) {
    const all = keys.join(' and ');
    complaints.at(path, `an expectation holds one fact, this one has ${all}; write two`);
    return undefined;
  }
  for (const [other, owners] of BELONGS) {
    if (key === undefined || written[other] === undefined || owners.includes(key)) continue;
    const sentence = `\`${other}\` is not said of \`${key}\`, only of ${owners.join(', ')}`;
    complaints.key([...path, other], sentence);
  }
  return key;
}

function resolveExpectation(
  context: ExpectationContext,
  { index, item: written }: Numbered<WrittenExpectation>,
): readonly Expectation[] {
  const path = ['expect', index];
  const { complaints } = context.words;
  const key = factKeyOf(context, written, path);
  if (key === undefined) return [];
  const { after } = written;
  const afterUs = after === undefined ? 0 : readDuration(complaints, after, [...path, 'after']);
  if (afterUs > context.lengthUs) {
    const end = formatDuration(context.lengthUs);
    complaints.at([...path, 'after'], `${after} is beyond the story’s end at ${end}`);
  }
  const { relay, fanout } = written.except;
  const except = [
    ...(relay === undefined ? [] : [{ architecture: 'relay' as const, why: relay }]),
    ...(fanout === undefined ? [] : [{ architecture: 'fanout' as const, why: fanout }]),
  ];
  return factsOf(context, written, key, path).map((meant) => {
    const on = devicesOf(context, written, meant, path);
    return { fact: meant.fact, on, except, line: context.lineOf(path) };
  });
}

/** Resolves all expectations; one of a repeated message becomes one for each of its occurrences. */
export function resolveExpectations(
  context: ExpectationContext,
  written: readonly Numbered<WrittenExpectation>[],
): Expectation[] {
  return written.flatMap((each) => resolveExpectation(context, each));
}
