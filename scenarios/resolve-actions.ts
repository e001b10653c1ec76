/**
 * One action of the timeline: from the written form under its key to plain data, names checked.
 */

import type { Path } from './complaint.ts';
import { deviceOfMachine } from './machines.ts';
import { checkOwnChat, resolvePeople } from './resolve-people.ts';
import { type Action, STEAL_SCOPES } from './scenario.ts';
import { PEOPLE_ACTIONS } from './schema-people.ts';
import type { WrittenEntry } from './schema-timeline.ts';
import { isStanzaWord, STANZA_KINDS, STANZA_TAGS, stanzaWordsNear } from './stanza-kinds.ts';
import {
  checkDevice,
  checkNetwork,
  checkParty,
  readChance,
  readDuration,
  readPositiveDuration,
  type Words,
} from './words.ts';

type Written<Key extends keyof WrittenEntry> = NonNullable<WrittenEntry[Key]>;

function resolveSend(words: Words, written: Written<'send'>, path: Path): Action | undefined {
  const { from, to, text } = written;
  const paths = { device: [...path, 'from'], chat: [...path, 'to'] };
  if (!checkOwnChat(words, { device: deviceOfMachine(from), chat: to }, paths)) return undefined;
  return { kind: 'send', from, to, text };
}

function resolveRead(words: Words, written: Written<'read'>, path: Path): Action | undefined {
  const { device, chat } = written;
  const paths = { device: [...path, 'device'], chat: [...path, 'chat'] };
  const sentence = (name: string) => `${name} has nothing to read from ${name}`;
  if (!checkOwnChat(words, written, paths, sentence)) return undefined;
  return { kind: 'read', device, chat };
}

function checkCompanion(words: Words, device: string, path: Path, verb: string): boolean {
  if (!checkDevice(words, device, path)) return false;
  if (!device.endsWith('.phone')) return true;
  const companions = [...words.devices.keys()].filter((name) => !name.endsWith('.phone'));
  const sentence = `${device} is a phone; only companions are ${verb}`;
  words.complaints.word(path, device, sentence, companions);
  return false;
}

function resolveUnlink(words: Words, written: Written<'unlink'>, path: Path): Action | undefined {
  const isShort = typeof written === 'string';
  const companion = isShort ? written : written.companion;
  const at = isShort ? path : [...path, 'companion'];
  if (!checkCompanion(words, companion, at, 'unlinked')) return undefined;
  return { kind: 'unlink', companion, by: isShort ? 'phone' : written.by };
}

function resolveCrash(
  words: Words,
  kind: 'crash' | 'lose-last-commit',
  written: Written<'crash'>,
  path: Path,
): Action | undefined {
  const isShort = typeof written === 'string';
  const device = isShort ? written : written.device;
  const others = kind === 'crash' ? ['server', 'blobs'] : [];
  const at = isShort ? path : [...path, 'device'];
  const restart = isShort ? '5s' : written['restart-after'];
  const restartAfterUs = readDuration(words.complaints, restart, [...path, 'restart-after']);
  if (!checkDevice(words, device, at, others)) return undefined;
  return { kind, device, restartAfterUs };
}

function resolveRestore(
  words: Words,
  written: Written<'restore-snapshot'>,
  path: Path,
): Action | undefined {
  const { device } = written;
  const fromUs = readDuration(words.complaints, written.from, [...path, 'from']);
  const at = [...path, 'restart-after'];
  const restartAfterUs = readDuration(words.complaints, written['restart-after'], at);
  if (!checkDevice(words, device, [...path, 'device'])) return undefined;
  return { kind: 'restore-snapshot', device, fromUs, restartAfterUs };
}

function resolveClone(words: Words, written: Written<'clone'>, path: Path): Action | undefined {
  const { device, from } = written;
  const forUs = readPositiveDuration(words.complaints, written.for, [...path, 'for']);
  const fromUs = from === undefined ? undefined : readDuration(words.complaints, from, path);
  if (!checkDevice(words, device, [...path, 'device'])) return undefined;
  return { kind: 'clone', device, forUs, ...(fromUs !== undefined && { fromUs }) };
}

function resolveSteal(words: Words, written: Written<'steal'>, path: Path): Action | undefined {
  const isShort = typeof written === 'string';
  const device = isShort ? written : written.device;
  const chosen = isShort ? undefined : written.scope;
  if (chosen?.length === 0) {
    words.complaints.at([...path, 'scope'], 'a theft of nothing; leave `scope` out for all of it');
  }
  if (!checkDevice(words, device, isShort ? path : [...path, 'device'])) return undefined;
  const scope = STEAL_SCOPES.filter((part) => chosen?.includes(part) ?? true);
  return { kind: 'steal', device, scope };
}

function resolveDamage(
  words: Words,
  written: Written<'damage-record'>,
  path: Path,
): Action | undefined {
  const isShort = typeof written === 'string';
  const device = isShort ? written : written.device;
  const collection = isShort ? undefined : written.collection;
  const restart = isShort ? '5s' : written['restart-after'];
  const restartAfterUs = readDuration(words.complaints, restart, [...path, 'restart-after']);
  if (!checkDevice(words, device, isShort ? path : [...path, 'device'])) return undefined;
  const chosen = collection === undefined ? {} : { collection };
  return { kind: 'damage-record', device, ...chosen, restartAfterUs };
}

/** What devices connect to: the server, and its store of encrypted files. */
const ENDPOINTS = ['server', 'blobs'];

function whyNothingIsCut(
  sides: readonly (readonly string[])[],
  isEnd: (party: string) => boolean,
): string | undefined {
  if (!sides.some((side) => side.some(isEnd))) {
    return 'a partition between devices alone cuts nothing: all traffic passes the server';
  }
  if (sides.every((side) => side.every(isEnd))) {
    return 'a partition cuts devices off; name one that is not to reach the server or the files';
  }
  return undefined;
}

function resolvePartition(words: Words, written: Written<'partition'>, path: Path): Action {
  const { sides, direction } = written;
  let isKnown = true;
  for (const [side, parties] of sides.entries()) {
    for (const [index, party] of parties.entries()) {
      const at = [...path, 'sides', side, index];
      isKnown = checkParty(words, party, at, ENDPOINTS) && isKnown;
      const isOnBoth = side === 1 && sides[0].includes(party);
      if (isOnBoth) {
        words.complaints.at([...path, 'sides', side, index], `${party} stands on both sides`);
      }
    }
  }
  const isEnd = (party: string): boolean => ENDPOINTS.includes(party);
  // Of a name that is not known, nobody knows what was meant.
  const sentence = isKnown ? whyNothingIsCut(sides, isEnd) : undefined;
  if (sentence !== undefined) words.complaints.at([...path, 'sides'], sentence);
  const forUs = readPositiveDuration(words.complaints, written.for, [...path, 'for']);
  return { kind: 'partition', sides, direction, forUs };
}

function resolveFlap(words: Words, written: Written<'flap'>, path: Path): Action | undefined {
  if (!checkDevice(words, written.device, [...path, 'device'])) return undefined;
  const positive = (key: 'for' | 'down' | 'up') =>
    readPositiveDuration(words.complaints, written[key], [...path, key]);
  return {
    kind: 'flap',
    device: written.device,
    forUs: positive('for'),
    downUs: positive('down'),
    upUs: positive('up'),
  };
}

function checkStanza({ complaints }: Words, read: string, path: Path): void {
  if (read === '' || isStanzaWord(read)) return;
  const sentence = `"${read}" is no kind of stanza, and no whole beginning of one`;
  const every = [...STANZA_TAGS, ...STANZA_KINDS];
  complaints.word(path, read, sentence, stanzaWordsNear(read), every);
}

function resolveStanzaFault(
  words: Words,
  written: Written<'stanza-fault'>,
  path: Path,
): Action | undefined {
  const { complaints } = words;
  const { fault, device, direction, stanza } = written;
  const delayUs = readDuration(complaints, written.delay, [...path, 'delay']);
  const needsDelay = fault === 'withhold' || fault === 'replay';
  if (needsDelay && delayUs === 0) {
    complaints.at([...path, 'delay'], `\`${fault}\` needs a \`delay\``);
  }
  if (!needsDelay && delayUs !== 0) {
    complaints.at([...path, 'delay'], `\`${fault}\` has no delay; only withhold and replay have`);
  }
  const forUs = readPositiveDuration(complaints, written.for, [...path, 'for']);
  const chance = readChance(complaints, written.chance, [...path, 'chance']);
  checkStanza(words, stanza, [...path, 'stanza']);
  if (!checkDevice(words, device, [...path, 'device'])) return undefined;
  return { kind: 'stanza-fault', fault, device, direction, stanza, forUs, chance, delayUs };
}

function resolveDeviceMapping(words: Words, entry: WrittenEntry, path: Path): Action | undefined {
  const { network, clock } = entry;
  const disk = entry['disk-full'];
  if (disk !== undefined) {
    const at = [...path, 'disk-full'];
    const forUs = readPositiveDuration(words.complaints, disk.for, [...at, 'for']);
    if (!checkDevice(words, disk.device, [...at, 'device'], ['server', 'blobs'])) {
      return undefined;
    }
    return { kind: 'disk-full', device: disk.device, forUs };
  }
  if (network !== undefined) {
    const hasDevice = checkDevice(words, network.device, [...path, 'network', 'device']);
    const hasNetwork = checkNetwork(words, network.use, [...path, 'network', 'use']);
    if (!hasDevice || !hasNetwork) return undefined;
    return { kind: 'network', device: network.device, network: network.use };
  }
  if (clock !== undefined) {
    const skewUs = readDuration(words.complaints, clock.skew, [...path, 'clock', 'skew']);
    if (!checkDevice(words, clock.device, [...path, 'clock', 'device'])) return undefined;
    return { kind: 'clock', device: clock.device, skewUs };
  }
  return undefined;
}

/**
 * Resolves the action under `key` of an entry at `path`; undefined when a complaint was made
 * instead.
 */
export function resolveAction(
  words: Words,
  entry: WrittenEntry,
  key: string,
  path: Path,
): Action | undefined {
  const at = [...path, key];
  if (Object.hasOwn(PEOPLE_ACTIONS, key)) return resolvePeople(words, entry, key, at);
  switch (key) {
    case 'send':
      return entry.send && resolveSend(words, entry.send, at);
    case 'read':
      return entry.read && resolveRead(words, entry.read, at);
    case 'link':
      if (entry.link === undefined || !checkCompanion(words, entry.link, at, 'linked')) {
        return undefined;
      }
      return { kind: 'link', companion: entry.link };
    case 'unlink':
      return entry.unlink === undefined ? undefined : resolveUnlink(words, entry.unlink, at);
    case 'power-off':
    case 'power-on':
    case 'doze':
    case 'wake':
    case 'offline':
    case 'online': {
      const device = entry[key];
      if (device === undefined || !checkDevice(words, device, at)) return undefined;
      return { kind: key, device };
    }
    case 'crash':
    case 'lose-last-commit': {
      const crash = entry[key];
      return crash === undefined ? undefined : resolveCrash(words, key, crash, at);
    }
    case 'restore-snapshot': {
      const restore = entry['restore-snapshot'];
      return restore && resolveRestore(words, restore, at);
    }
    case 'clone':
      return entry.clone && resolveClone(words, entry.clone, at);
    case 'steal':
      return entry.steal === undefined ? undefined : resolveSteal(words, entry.steal, at);
    case 'damage-record': {
      const damage = entry['damage-record'];
      return damage === undefined ? undefined : resolveDamage(words, damage, at);
    }
    case 'partition':
      return entry.partition && resolvePartition(words, entry.partition, at);
    case 'flap':
      return entry.flap && resolveFlap(words, entry.flap, at);
    case 'stanza-fault': {
      const fault = entry['stanza-fault'];
      return fault === undefined ? undefined : resolveStanzaFault(words, fault, at);
    }
    default:
      return resolveDeviceMapping(words, entry, path);
  }
}
