/**
 * From written to meant: checks shape, names, times and orders of a scenario's plain data and gives
 * the `Scenario`. It reads no text; the YAML loader and the typed builder both end here.
 */

import { checkGroupsMade, checkGroupUse } from './check-groups.ts';
import { checkOrder } from './check-order.ts';
import { checkReferences } from './check-references.ts';
import type { Complaint, Path } from './complaint.ts';
import { type Complaints, createComplaints } from './complaint.ts';
import { formatDuration } from './duration.ts';
import { parseEpoch } from './epoch.ts';
import { complaintsBut } from './mend-shape.ts';
import { resolveAccounts, resolveNetworks } from './resolve-accounts.ts';
import { resolveExpectations } from './resolve-expectations.ts';
import { everybody, groupFolk, resolveGroups } from './resolve-groups.ts';
import { resolveRollout } from './resolve-rollout.ts';
import { inOrderOfTime, type PlacedTimeline, placeTimeline } from './resolve-timeline.ts';
import { resolveWorkloads } from './resolve-workload.ts';
import { readShape, type Salvaged } from './salvage.ts';
import type { Account, CustomNetwork, Group, PropertyException, Scenario } from './scenario.ts';
import { LEVERS, NETWORKS, PROPERTIES } from './vocabulary.ts';
import { checkAccount, checkNetwork, readDuration, type Words } from './words.ts';

/** Words that live outside this folder; each defaults to the list of `vocabulary.ts`. */
export interface LoadOptions {
  /** Words of `must-fire`. */
  readonly levers?: readonly string[];
  /** Ids of `must-check` and `exceptions`. */
  readonly properties?: readonly string[];
  /** Built-in networks. */
  readonly networks?: readonly string[];
  /**
   * Reads a CSV trace named by the scenario, relative to it; undefined: the file does not exist.
   */
  readonly readText?: (path: string) => string | undefined;
}

/** A scenario, or everything that is wrong with it. */
export interface Resolved {
  readonly scenario: Scenario | undefined;
  readonly complaints: readonly Complaint[];
}

const MINUTE_US = 60_000_000;
const ALWAYS_LINKED = { fromUs: 0, untilUs: undefined };

function wordsOf(
  complaints: Complaints,
  named: { readonly accounts: readonly Account[]; readonly groups: readonly Group[] },
  networks: readonly CustomNetwork[],
  options: LoadOptions,
): Words {
  const { accounts, groups } = named;
  const devices = accounts.flatMap((account) => account.devices);
  const builtIn = options.networks ?? NETWORKS;
  return {
    accounts: new Map(accounts.map((account) => [account.name, account])),
    devices: new Map(devices.map((device) => [device.name, device])),
    groups: new Map(groups.map((group) => [group.name, group])),
    networks: [...builtIn, ...networks.map(({ name }) => name)],
    levers: options.levers ?? LEVERS,
    properties: options.properties ?? PROPERTIES,
    complaints,
  };
}

function checkDeviceNetworks(words: Words, salvaged: Salvaged): void {
  for (const account of words.accounts.values()) {
    for (const device of account.devices) {
      const short = device.name.slice(account.name.length + 1);
      const middle = device.role === 'primary' ? ['phone'] : ['companions', short];
      const path = ['accounts', account.name, ...middle, 'network'];
      const written = salvaged.head.accounts[account.name];
      const own = short === 'phone' ? written?.phone : written?.companions[short];
      const isList = Array.isArray(own?.network);
      for (const [index, { name }] of device.network.entries()) {
        checkNetwork(words, name, isList ? [...path, index, 'use'] : path);
      }
    }
  }
}

/** The length that is written, or one minute beyond the last time that is named. */
function lengthOf(words: Words, salvaged: Salvaged, timeline: PlacedTimeline): number {
  const { complaints } = words;
  const { length } = salvaged.head;
  if (length !== undefined) {
    const lengthUs = readDuration(complaints, length, ['length']);
    if (lengthUs === 0) complaints.at(['length'], 'a story of no length tells nothing');
    return lengthUs;
  }
  const silent = createComplaints();
  const read = (text: string | undefined) =>
    text === undefined ? 0 : readDuration(silent, text, []);
  const times = [
    ...timeline.entries.map(({ entry }) => {
      const lasts = 'forUs' in entry.action ? entry.action.forUs : 0;
      return entry.atUs + lasts;
    }),
    ...salvaged.lists.workload.flatMap(({ item }) => [read(item.from), read(item.until)]),
    ...salvaged.lists.expect.map(({ item }) => read(item.after)),
    ...[...words.devices.values()].flatMap(({ network }) => network.map(({ fromUs }) => fromUs)),
  ];
  return times.reduce((latest, timeUs) => Math.max(latest, timeUs), 0) + MINUTE_US;
}

function checkLength(words: Words, timeline: PlacedTimeline, lengthUs: number): void {
  const end = formatDuration(lengthUs);
  // The time of an entry that was complained of before may be wrong for that reason alone.
  const wrong = new Set(
    words.complaints.all.flatMap(({ path }) => (path[0] === 'timeline' ? [path[1]] : [])),
  );
  for (const { entry, path } of timeline.entries) {
    if (entry.atUs <= lengthUs || wrong.has(path[1])) continue;
    const when = formatDuration(entry.atUs);
    words.complaints.at([...path, 'at'], `${when} is beyond the story’s end at ${end}`);
  }
}

function checkWordLists(words: Words, salvaged: Salvaged): void {
  const { complaints } = words;
  for (const [index, lever] of salvaged.head['must-fire'].entries()) {
    if (words.levers.includes(lever)) continue;
    const sentence = `"${lever}" is not a lever or mark`;
    complaints.word(['must-fire', index], lever, sentence, words.levers);
  }
  const checkProperty = (property: string, path: Path) => {
    if (words.properties.includes(property)) return;
    if (property === 'X5') {
      complaints.at(path, 'X5 is judged by replay and check, not inside one run');
      return;
    }
    complaints.word(path, property, `"${property}" is not a property`, words.properties);
  };
  for (const [index, property] of salvaged.head['must-check'].entries()) {
    checkProperty(property, ['must-check', index]);
  }
  const demanded = [...salvaged.head['must-fire'], ...salvaged.head['must-check']];
  for (const { index, item } of salvaged.lists.excused) {
    for (const [place, word] of item.words.entries()) {
      if (demanded.includes(word)) continue;
      const sentence = `"${word}" is not demanded here, so nothing needs to be excused`;
      complaints.word(['excused', index, 'words', place], word, sentence, demanded);
    }
  }
  for (const { index, item } of salvaged.lists.exceptions) {
    checkProperty(item.property, ['exceptions', index, 'property']);
  }
}

function resolveStrangers(words: Words, salvaged: Salvaged): Scenario['strangers'] {
  const seen = new Set<string>();
  for (const { index, item } of salvaged.lists.strangers) {
    const path = ['strangers', index];
    for (const [side, account] of item.entries()) checkAccount(words, account, [...path, side]);
    const [left, right] = item;
    if (left === right) words.complaints.at(path, `${left} is no stranger to ${left}`);
    const pair = left < right ? `${left} ${right}` : `${right} ${left}`;
    if (seen.has(pair)) words.complaints.at(path, `${left} and ${right} stand here twice`);
    seen.add(pair);
  }
  return salvaged.lists.strangers.map(({ item }) => item);
}

function readEpoch(complaints: Complaints, text: string): number {
  const epochUs = parseEpoch(text);
  if (epochUs === undefined) complaints.at(['epoch'], `${text} is not a day of the calendar`);
  return epochUs ?? 0;
}

function checkClocks(words: Words, timeline: PlacedTimeline, epochUs: number): void {
  const isBefore1970 = (skewUs: number) => epochUs + skewUs < 0;
  for (const device of words.devices.values()) {
    if (!isBefore1970(device.clockSkewUs)) continue;
    const [account = '', short = ''] = device.name.split('.');
    const middle = short === 'phone' ? ['phone'] : ['companions', short];
    const path = ['accounts', account, ...middle, 'clock-skew'];
    words.complaints.at(path, `the clock of ${device.name} would stand before 1970`);
  }
  for (const { entry, path } of timeline.entries) {
    if (entry.action.kind !== 'clock' || !isBefore1970(entry.action.skewUs)) continue;
    const sentence = `the clock of ${entry.action.device} would stand before 1970`;
    words.complaints.at([...path, 'clock', 'skew'], sentence);
  }
}

function resolveSettings(complaints: Complaints, salvaged: Salvaged): Scenario['settings'] {
  const { head } = salvaged;
  const read = (key: 'placeholder-deadline' | 'doze-lateness' | 'expected-list-grace') =>
    readDuration(complaints, head.settings[key], ['settings', key]);
  const placeholderDeadlineUs = read('placeholder-deadline');
  const healUs = readDuration(complaints, head.heal.for, ['heal', 'for']);
  if (placeholderDeadlineUs >= healUs) {
    const heal = `the heal phase of ${head.heal.for}`;
    complaints.at(['heal', 'for'], `${heal} must be longer than the placeholder deadline`);
  }
  return {
    prekeys: head.prekeys,
    transport: head.transport,
    placeholderDeadlineUs,
    dozeLatenessUs: read('doze-lateness'),
    expectedListGraceUs: read('expected-list-grace'),
    mirrorsOldContacts: head.settings['mirror-old-contacts'],
  };
}

function resolveExceptions(salvaged: Salvaged): readonly PropertyException[] {
  return salvaged.lists.exceptions.map(({ item }) => item);
}

function resolveSalvaged(
  salvaged: Salvaged,
  complaints: Complaints,
  options: LoadOptions,
  lineOf: (path: Path) => number,
): Scenario {
  const { head, lists, brokenIds } = salvaged;
  const accounts = resolveAccounts(complaints, head);
  const builtIn = options.networks ?? NETWORKS;
  const networks = resolveNetworks(complaints, head, { builtIn, readText: options.readText });
  const groups = resolveGroups(complaints, head);
  const words = wordsOf(complaints, { accounts, groups }, networks, options);
  checkDeviceNetworks(words, salvaged);
  checkWordLists(words, salvaged);
  const strangers = resolveStrangers(words, salvaged);
  const epochUs = readEpoch(complaints, head.epoch);
  const timeline = placeTimeline(words, lists.timeline);
  checkClocks(words, timeline, epochUs);
  const lengthUs = lengthOf(words, salvaged, timeline);
  checkLength(words, timeline, lengthUs);
  // With entries missing the order of the others says little: it is judged once these are mended.
  const orderWords = salvaged.hasGaps ? { ...words, complaints: createComplaints() } : words;
  const walked = checkOrder(orderWords, timeline.entries, head.architecture === 'relay');
  const always = [...words.devices.keys()].map((name) => [name, ALWAYS_LINKED] as const);
  const spans = salvaged.hasGaps ? new Map(always) : walked;
  const entries = timeline.entries.map(({ entry }) => entry);
  const ids = new Set(entries.map(({ id }) => id));
  const everyone = [...words.accounts.keys()];
  const folk = salvaged.hasGaps ? everybody(groups, everyone) : groupFolk(groups, entries);
  const references = { words, timeline, folk, brokenIds };
  const workload = resolveWorkloads({ words, spans, folk, lengthUs, ids }, lists.workload);
  checkReferences(references);
  checkGroupUse({ ...references, words: orderWords });
  checkGroupsMade({ ...references, words: orderWords });
  const rollout = resolveRollout({ words, timeline, lengthUs }, head.rollout);
  const expect = resolveExpectations({ ...references, spans, lengthUs, lineOf }, lists.expect);
  return {
    lockstep: 1,
    name: head.name,
    summary: head.summary,
    epochUs,
    lengthUs,
    accounts,
    groups,
    networks,
    settings: resolveSettings(complaints, salvaged),
    strangers,
    workload,
    timeline: inOrderOfTime(timeline.entries).map(({ entry }) => entry),
    ...(rollout !== undefined && { rollout }),
    heal: { forUs: readDuration(complaints, head.heal.for, ['heal', 'for']) },
    mustFire: head['must-fire'],
    mustCheck: head['must-check'],
    excused: salvaged.lists.excused.map(({ item }) => item),
    expect,
    exceptions: resolveExceptions(salvaged),
    ...pinsOf(salvaged),
  };
}

/** What a counterexample carries besides its story. */
function pinsOf({ head }: Salvaged): Pick<Scenario, 'seed' | 'architecture' | 'overrides'> {
  const { seed, architecture, overrides } = head;
  return {
    ...(seed !== undefined && { seed }),
    ...(architecture !== undefined && { architecture }),
    overrides,
  };
}

/**
 * Resolves plain data as written. `lineOf` gives the line of a path, 0 where there is none.
 */
export function resolveScenario(
  data: unknown,
  options: LoadOptions,
  lineOf: (path: Path) => number,
): Resolved {
  const complaints = createComplaints();
  const salvaged = readShape(data, complaints);
  if (salvaged === undefined) return { scenario: undefined, complaints: complaints.all };
  const heard = complaintsBut(complaints, salvaged.doubtful);
  const scenario = resolveSalvaged(salvaged, heard, options, lineOf);
  const isGood = complaints.all.length === 0;
  return { scenario: isGood ? scenario : undefined, complaints: complaints.all };
}
