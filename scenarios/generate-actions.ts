/**
 * Arbitrary actions of a world whose devices are known. The first alternatives are the simplest:
 * shrinking moves toward them.
 */

import fc from 'fast-check';
import {
  arbitraryChance,
  arbitraryLastsUs,
  arbitraryNetwork,
  arbitraryPauseUs,
  arbitraryText,
} from './generate-choices.ts';
import { ownerOf } from './generate-mend.ts';
import { type Account, type Action, type Group, STANZA_FAULTS } from './scenario.ts';

const NAMES = ['alice', 'bob', 'carol', 'dave'];

/** Where things may happen. */
export interface Stage {
  readonly accounts: readonly Account[];
  /** Names of all devices. */
  readonly devices: readonly string[];
  readonly groups: readonly Group[];
  /** Names of accounts and groups. */
  readonly chats: readonly string[];
}

/** Makes a stage of accounts and groups. */
export function stageOf(accounts: readonly Account[], groups: readonly Group[]): Stage {
  const devices = accounts.flatMap((account) => account.devices.map(({ name }) => name));
  const chats = [...accounts, ...groups].map(({ name }) => name);
  return { accounts, devices, groups, chats };
}

/** A device, and a chat that is not with its own account. */
function arbitraryPair(stage: Stage): fc.Arbitrary<{ device: string; other: string }> {
  return fc.constantFrom(...stage.devices).chain((device) => {
    const others = stage.chats.filter((name) => name !== ownerOf(device));
    return fc.record({ device: fc.constant(device), other: fc.constantFrom(...others) });
  });
}

/** One in eight is a note to oneself. */
const arbitraryIsNote = fc.nat(7).map((draw) => draw === 7);

/** Somebody writes, now and then to oneself. */
export function arbitrarySend(stage: Stage): fc.Arbitrary<Action> {
  return fc
    .tuple(arbitraryPair(stage), arbitraryText, arbitraryIsNote)
    .map(([{ device, other }, text, isNote]) => {
      return { kind: 'send', from: device, to: isNote ? ownerOf(device) : other, text };
    });
}

function arbitraryRead(stage: Stage): fc.Arbitrary<Action> {
  return arbitraryPair(stage).map(({ device, other }) => ({ kind: 'read', device, chat: other }));
}

function arbitraryDeviceState(stage: Stage): fc.Arbitrary<Action> {
  const kinds = ['offline', 'online', 'power-off', 'power-on', 'doze', 'wake'] as const;
  return fc.record({ kind: fc.constantFrom(...kinds), device: fc.constantFrom(...stage.devices) });
}

function arbitraryCrash(stage: Stage): fc.Arbitrary<Action> {
  const crash = fc.record({
    kind: fc.constant('crash' as const),
    device: fc.constantFrom(...stage.devices, 'server'),
    restartAfterUs: arbitraryPauseUs,
  });
  const amnesia = fc.record({
    kind: fc.constant('lose-last-commit' as const),
    device: fc.constantFrom(...stage.devices),
    restartAfterUs: arbitraryPauseUs,
  });
  return fc.oneof(crash, amnesia);
}

function arbitraryLinkFault(stage: Stage): fc.Arbitrary<Action> {
  const device = fc.constantFrom(...stage.devices);
  const partition = fc
    .record({
      side: device,
      direction: fc.constantFrom('both' as const, 'one-way' as const),
      isTurned: fc.boolean(),
      forUs: arbitraryLastsUs,
      end: fc.constantFrom('server', 'server', 'server', 'blobs'),
    })
    .map(({ side, direction, isTurned, forUs, end }): Action => {
      const sides = isTurned ? ([[end], [side]] as const) : ([[side], [end]] as const);
      return { kind: 'partition', sides, direction, forUs };
    });
  const flap = fc.record({
    kind: fc.constant('flap' as const),
    device,
    forUs: arbitraryLastsUs,
    downUs: fc.integer({ min: 1, max: 60 }).map((second) => second * 1_000_000),
    upUs: fc.integer({ min: 1, max: 60 }).map((second) => second * 1_000_000),
  });
  const network = fc.record({
    kind: fc.constant('network' as const),
    device,
    network: arbitraryNetwork,
  });
  return fc.oneof(network, partition, flap);
}

function arbitraryStanzaFault(stage: Stage): fc.Arbitrary<Action> {
  return fc
    .record({
      fault: fc.constantFrom(...STANZA_FAULTS),
      device: fc.constantFrom(...stage.devices),
      direction: fc.constantFrom('to-device' as const, 'to-server' as const),
      stanza: fc.constantFrom('', 'message', 'receipt', 'ack', 'notification'),
      forUs: arbitraryLastsUs,
      chance: arbitraryChance,
      delayUs: arbitraryPauseUs,
    })
    .map((drawn): Action => {
      const hasDelay = drawn.fault === 'withhold' || drawn.fault === 'replay';
      return { kind: 'stanza-fault', ...drawn, delayUs: hasDelay ? drawn.delayUs : 0 };
    });
}

function arbitraryHostFault(stage: Stage): fc.Arbitrary<Action> {
  const device = fc.constantFrom(...stage.devices);
  const clock = fc.record({
    kind: fc.constant('clock' as const),
    device,
    skewUs: fc.integer({ min: -86_400, max: 86_400 }).map((second) => second * 1_000_000),
  });
  const disk = fc.record({
    kind: fc.constant('disk-full' as const),
    device: fc.constantFrom(...stage.devices, 'server'),
    forUs: arbitraryLastsUs,
  });
  return fc.oneof(disk, clock);
}

/** A fault or a change of state; shrinks toward devices that go off line. */
export function arbitraryTrouble(stage: Stage): fc.Arbitrary<Action> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: arbitraryDeviceState(stage) },
    { weight: 2, arbitrary: arbitraryCrash(stage) },
    { weight: 3, arbitrary: arbitraryLinkFault(stage) },
    { weight: 3, arbitrary: arbitraryStanzaFault(stage) },
    { weight: 1, arbitrary: arbitraryHostFault(stage) },
  );
}

/** A message, or somebody reading; shrinks toward messages. */
export function arbitraryTalk(stage: Stage): fc.Arbitrary<Action> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 6, arbitrary: arbitrarySend(stage) },
    { weight: 1, arbitrary: arbitraryRead(stage) },
  );
}

/** Accounts of two to four people; shrinks to fewer people, fewer devices and perfect networks. */
export function arbitraryAccounts(
  accountsMax: number,
  devicesMax: number,
  hasLinks: boolean,
  hasOldApps: boolean,
): fc.Arbitrary<readonly Account[]> {
  const companion = fc.record({
    network: arbitraryNetwork,
    isUnlinked: hasLinks ? fc.nat(3).map((draw) => draw === 3) : fc.constant(false),
    isOff: fc.nat(7).map((draw) => draw === 7),
  });
  const person = fc.record({
    network: arbitraryNetwork,
    companions: fc.array(companion, { maxLength: devicesMax - 1 }),
    ...(hasOldApps && { isOld: fc.nat(3).map((draw) => draw === 3) }),
  });
  return fc.array(person, { minLength: 2, maxLength: accountsMax }).map((people) =>
    people.map(({ network, companions, isOld = false }, index): Account => {
      const name = NAMES[index] ?? `person-${index}`;
      const base = { clockSkewUs: 0 };
      return {
        name,
        multiDevice: [{ fromUs: 0, isCapable: !isOld }],
        devices: [
          {
            ...base,
            name: `${name}.phone`,
            role: 'primary',
            network: [{ fromUs: 0, name: network }],
            isLinked: true,
            power: 'on',
          },
          ...companions.map((drawn, place) => ({
            ...base,
            name: `${name}.c${place + 1}`,
            role: 'companion' as const,
            network: [{ fromUs: 0, name: drawn.network }],
            isLinked: !drawn.isUnlinked && !isOld,
            power: drawn.isOff && !drawn.isUnlinked && !isOld ? ('off' as const) : ('on' as const),
          })),
        ],
      };
    }),
  );
}
