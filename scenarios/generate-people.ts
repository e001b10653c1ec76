/**
 * Arbitrary things that people do beside writing texts, feature by feature. What names an earlier
 * message or call is drawn with a gap (`generate-draft.ts`).
 */

import fc from 'fast-check';
import type { Stage } from './generate-actions.ts';
import {
  arbitraryLastsUs,
  arbitraryPauseUs,
  arbitraryText,
  arbitraryTimeUs,
  type Feature,
} from './generate-choices.ts';
import { alone, type Draft, EARLIER } from './generate-draft.ts';
import { type Drawn, ownerOf } from './generate-mend.ts';
import { cloneOf } from './machines.ts';
import {
  type Action,
  type AppStateSetting,
  type Group,
  MEDIA_KINDS,
  STEAL_SCOPES,
  type StealScope,
} from './scenario.ts';

const SECOND_US = 1_000_000;
/** Somebody looks at a file half a minute after it was sent. */
const FETCH_AFTER_US = 30 * SECOND_US;
/** Which earlier message is meant: mostly the latest. */
const arbitraryPick = fc.nat(4);

function arbitraryDevice(stage: Stage): fc.Arbitrary<string> {
  return fc.constantFrom(...stage.devices);
}

/** A device and a chat, one in eight that of the notes to oneself. */
function arbitraryAnyChat(stage: Stage): fc.Arbitrary<{ device: string; chat: string }> {
  return fc.tuple(arbitraryChat(stage), fc.nat(7)).map(([{ device, chat }, draw]) => {
    return { device, chat: draw === 7 ? ownerOf(device) : chat };
  });
}

/** A device and a chat that is not with its own account. */
function arbitraryChat(stage: Stage): fc.Arbitrary<{ device: string; chat: string }> {
  return arbitraryDevice(stage).chain((device) => {
    const chats = stage.chats.filter((name) => name !== ownerOf(device));
    return fc.record({ device: fc.constant(device), chat: fc.constantFrom(...chats) });
  });
}

function arbitraryMedia(stage: Stage): fc.Arbitrary<Draft> {
  const media = fc.constantFrom(...MEDIA_KINDS);
  const sizeBytes = fc.constantFrom(1, 16, 1_000, 70_000);
  const send = fc
    .record({
      where: arbitraryAnyChat(stage),
      media,
      sizeBytes,
      caption: fc.constantFrom('', 'look'),
      fetcher: fc.option(arbitraryDevice(stage)),
    })
    .map(({ where, media: kind, sizeBytes: size, caption, fetcher }): Draft => {
      const { device: from, chat: to } = where;
      const sent = alone({ kind: 'send-media', from, to, media: kind, sizeBytes: size, caption });
      if (fetcher === null) return sent;
      const action: Action = { kind: 'fetch-media', device: fetcher, message: EARLIER };
      return [...sent, { offsetUs: FETCH_AFTER_US, action, pick: 0 }];
    });
  const fetch = fc.tuple(arbitraryDevice(stage), arbitraryPick).map(([device, pick]) => {
    return alone({ kind: 'fetch-media', device, message: EARLIER }, pick);
  });
  return fc.oneof({ weight: 2, arbitrary: send }, { weight: 1, arbitrary: fetch });
}

function arbitraryGroupChange(stage: Stage): fc.Arbitrary<Draft> {
  const names = stage.accounts.map(({ name }) => name);
  const group = fc.constantFrom(...stage.groups);
  const change = fc.constantFrom('add', 'remove', 'leave', 'promote', 'demote');
  const drawn = fc.record({
    group,
    change,
    by: arbitraryDevice(stage),
    member: fc.constantFrom(...names),
  });
  return drawn.map(({ group: { name, members, existsAtStart }, change: kind, by, member }) => {
    if (!existsAtStart && kind === 'promote') {
      const creator = `${members[0]}.phone`;
      return alone({ kind: 'create-group', group: name, by: creator });
    }
    const meant = kind === 'leave' ? ownerOf(by) : member;
    return alone({ kind: 'change-group', group: name, change: kind, members: [meant], by });
  });
}

function arbitrarySetting(stage: Stage): fc.Arbitrary<Draft> {
  const ofChat = fc
    .record({
      where: arbitraryAnyChat(stage),
      kind: fc.constantFrom('pin', 'archive', 'mark-read', 'mute', 'clear-chat', 'delete-chat'),
      value: fc.boolean(),
      lastsUs: fc.oneof(fc.constant(0), arbitraryLastsUs),
    })
    .map(({ where: { device, chat }, kind, value, lastsUs }) => {
      return alone({ kind: 'app-state', device, set: settingOfChat(kind, chat, value, lastsUs) });
    });
  const ofMessage = fc
    .record({
      device: arbitraryDevice(stage),
      kind: fc.constantFrom('star' as const, 'delete-message' as const),
      value: fc.boolean(),
      pick: arbitraryPick,
    })
    .map(({ device, kind, value, pick }) => {
      const set: AppStateSetting =
        kind === 'star' ? { kind, message: EARLIER, value } : { kind, message: EARLIER };
      return alone({ kind: 'app-state', device, set }, pick);
    });
  const names = stage.accounts.map(({ name }) => name);
  const ofName = fc
    .tuple(arbitraryDevice(stage), fc.constantFrom(...names), fc.constantFrom('Ann', 'Ben'))
    .map(([device, contact, name]) => {
      const isOwn = ownerOf(device) === contact;
      const set = isOwn
        ? ({ kind: 'push-name', name } as const)
        : ({ kind: 'contact', contact, name } as const);
      return alone({ kind: 'app-state', device, set });
    });
  return fc.oneof(
    { weight: 3, arbitrary: ofMessage },
    { weight: 4, arbitrary: ofChat },
    { weight: 1, arbitrary: ofName },
  );
}

type ChatSetting = 'pin' | 'archive' | 'mark-read' | 'mute' | 'clear-chat' | 'delete-chat';

function settingOfChat(
  kind: ChatSetting,
  chat: string,
  value: boolean,
  lastsUs: number,
): AppStateSetting {
  if (kind === 'mute') return { kind, chat, value, forUs: value ? lastsUs : 0 };
  if (kind === 'clear-chat' || kind === 'delete-chat') return { kind, chat };
  return { kind, chat, value };
}

/** A call, what the callees do in the minute after it, and who hangs up. */
function arbitraryCall(stage: Stage): fc.Arbitrary<Draft> {
  const reaction = fc.record({
    kind: fc.constantFrom('answer' as const, 'reject' as const),
    on: arbitraryDevice(stage),
    offsetUs: fc.integer({ min: 0, max: 70 }).map((second) => second * SECOND_US),
  });
  return fc
    .record({
      where: arbitraryChat(stage),
      isVideo: fc.boolean(),
      reactions: fc.array(reaction, { maxLength: 2 }),
      end: fc.record({
        on: arbitraryDevice(stage),
        offsetUs: fc.integer({ min: 1, max: 300 }).map((second) => second * SECOND_US),
      }),
    })
    .map(({ where: { device: from, chat: to }, isVideo, reactions, end }): Draft => {
      const call: Action = { kind: 'call', from, to, isVideo };
      const then = reactions.map(({ kind, on, offsetUs }) => {
        return { offsetUs, action: { kind, call: EARLIER, on }, pick: 0 };
      });
      const hangUp = { kind: 'hang-up' as const, call: EARLIER, on: end.on };
      return [...alone(call), ...then, { offsetUs: end.offsetUs, action: hangUp, pick: 0 }];
    });
}

function arbitraryVerification(stage: Stage): fc.Arbitrary<Draft> {
  return arbitraryDevice(stage).chain((by) => {
    const others = stage.devices.filter((name) => ownerOf(name) !== ownerOf(by));
    return fc.constantFrom(...others).map((other) => alone({ kind: 'verify', by, with: other }));
  });
}

function arbitraryDrain(stage: Stage): fc.Arbitrary<Draft> {
  return fc.tuple(arbitraryDevice(stage), fc.integer({ min: 1, max: 120 })).chain(([by, times]) => {
    const others = stage.accounts.filter(({ name }) => name !== ownerOf(by));
    return fc
      .constantFrom(...others)
      .map(({ name: of }) => alone({ kind: 'drain-prekeys', by, of, times }));
  });
}

function arbitraryStorageFault(stage: Stage): fc.Arbitrary<Draft> {
  const device = arbitraryDevice(stage);
  const aged = (action: Action, pick: number): Draft => [{ offsetUs: 0, action, pick }];
  const restore = fc
    .tuple(device, arbitraryPauseUs, fc.nat(3))
    .map(([name, restartAfterUs, age]) => {
      return aged({ kind: 'restore-snapshot', device: name, fromUs: 0, restartAfterUs }, age);
    });
  const clone = fc
    .tuple(arbitraryAnyChat(stage), arbitraryLastsUs, fc.nat(3), fc.option(arbitraryText))
    .map(([{ device: name, chat }, forUs, age, text]) => {
      const part = aged({ kind: 'clone', device: name, forUs, fromUs: 0 }, age);
      if (text === null) return part;
      const send: Action = { kind: 'send', from: cloneOf(name), to: chat, text };
      return [
        ...part,
        { offsetUs: Math.floor(forUs / 2_000_000) * 1_000_000, action: send, pick: 0 },
      ];
    });
  const damage = fc.tuple(device, arbitraryPauseUs).map(([name, restartAfterUs]) => {
    return alone({ kind: 'damage-record', device: name, restartAfterUs });
  });
  return fc.oneof(damage, restore, clone);
}

function arbitraryHistory(stage: Stage): fc.Arbitrary<Draft> | undefined {
  const companions = stage.devices.filter((name) => !name.endsWith('.phone'));
  if (companions.length === 0) return undefined;
  return fc.constantFrom(...companions).chain((device) => {
    const others = stage.chats.filter((name) => name !== ownerOf(device));
    const chats = [...others, ownerOf(device)];
    return fc.constantFrom(...chats).map((chat) => alone({ kind: 'fetch-history', device, chat }));
  });
}

/** One in so many stories has a theft: it says nothing of how messages arrive (mode table). */
const THEFT_ONE_IN = 8;

/**
 * A device is robbed, now and then, when about half of the story is told; nothing changes for its
 * owner. It is drawn behind everything else, so that stories without it are what they were.
 */
export function arbitraryTheft(stage: Stage, lengthUs: number): fc.Arbitrary<readonly Drawn[]> {
  const scope = fc.constantFrom<readonly StealScope[]>(STEAL_SCOPES, ['keys']);
  const halfUs = Math.floor(lengthUs / 2);
  return fc
    .tuple(fc.nat(THEFT_ONE_IN - 1), arbitraryTimeUs(halfUs), arbitraryDevice(stage), scope)
    .map(([draw, afterUs, device, chosen]): readonly Drawn[] => {
      if (draw < THEFT_ONE_IN - 1) return [];
      const atUs = halfUs + afterUs;
      return [{ atUs, action: { kind: 'steal', device, scope: chosen }, pick: 0 }];
    });
}

/** A draft of one feature; undefined where the stage has nothing for it. */
function arbitraryOf(feature: Feature, stage: Stage): fc.Arbitrary<Draft> | undefined {
  const names = stage.accounts.map(({ name }) => name);
  switch (feature) {
    case 'groups':
      return stage.groups.length === 0 ? undefined : arbitraryGroupChange(stage);
    case 'media':
      return arbitraryMedia(stage);
    case 'app-state':
      return arbitrarySetting(stage);
    case 'calls':
      return arbitraryCall(stage);
    case 'verification':
      return arbitraryVerification(stage);
    case 'registration':
      return fc
        .constantFrom(...names)
        .map((name) => alone({ kind: 're-register', phone: `${name}.phone` }));
    case 'old-apps':
      return fc.constantFrom(...names).map((account) => alone({ kind: 'upgrade', account }));
    case 'history':
      return arbitraryHistory(stage);
    case 'storage':
      return arbitraryStorageFault(stage);
    case 'drains':
      return arbitraryDrain(stage);
    case 'thefts':
      return undefined; // drawn beside the story: `arbitraryTheft`
  }
}

/** Features that come up half as often: each changes the whole rest of a story. */
const RARE: readonly Feature[] = ['registration', 'storage', 'old-apps', 'history', 'drains'];

/** Whatever people do, of these features; undefined when there is nothing to do. */
export function arbitraryPeople(
  stage: Stage,
  features: readonly Feature[],
): fc.Arbitrary<Draft> | undefined {
  const choices = features.flatMap((feature) => {
    const arbitrary = arbitraryOf(feature, stage);
    return arbitrary === undefined ? [] : [{ weight: RARE.includes(feature) ? 1 : 2, arbitrary }];
  });
  if (choices.length === 0) return undefined;
  return fc.oneof({ withCrossShrink: true }, ...choices);
}

/** At most two groups of two or more accounts: one that exists, and one that may be made. */
export function arbitraryGroups(names: readonly string[]): fc.Arbitrary<readonly Group[]> {
  const members = fc.subarray([...names], { minLength: 2 });
  const group = (name: string, existsAtStart: boolean) =>
    members.map((chosen): Group => {
      return { name, members: chosen, admins: chosen.slice(0, 1), existsAtStart };
    });
  return fc.oneof(
    fc.constant([]),
    fc.tuple(group('team', true)),
    fc.tuple(group('team', true), group('plan', false)),
  );
}
