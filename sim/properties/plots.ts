/** The small world in which each twin shows what it is, by the twin's id. */

import type { Action } from '../../scenarios/scenario.ts';
import { aliceWrites, type Plot, sets, writes } from './planted-world.ts';
import { both } from './twin-tools.ts';
import {
  damagesCopies,
  damagesPatch,
  ignoresRetries,
  sendsTwice,
  withholdsLists,
} from './weather.ts';

/** Bob's phone as the first account numbers give it; weather acts on what is addressed to it. */
export interface Addresses {
  readonly bobPhone: string;
}

const plain: Plot = { story: aliceWrites(4) };

/** Alice's phone writes, Bob's companion answers. */
const answered: Plot = {
  story: [...aliceWrites(2), [60, writes('bob.web', 'alice', 'an answer')]],
};

/** Bob is away while three messages come. */
const away: Plot = {
  story: [
    [5, { kind: 'power-off', device: 'bob.phone' }],
    ...aliceWrites(3),
    [120, { kind: 'power-on', device: 'bob.phone' }],
  ],
};

/** Bob's phone is away for ten minutes, his companion stays. */
const longAway: Plot = {
  lengthS: 900,
  story: [
    [5, { kind: 'power-off', device: 'bob.phone' }],
    ...aliceWrites(3),
    [700, { kind: 'power-on', device: 'bob.phone' }],
  ],
};

/** Bob unlinks his companion between two of Alice's messages. */
const unlinked: Plot = {
  story: [
    ...aliceWrites(2),
    [60, { kind: 'unlink', companion: 'bob.web', by: 'phone' }],
    ...aliceWrites(3, 100),
  ],
};

/** Alice's laptop is unlinked and linked again, and her phone hands its history over. */
const relinked: Plot = {
  lengthS: 600,
  story: [
    ...aliceWrites(2),
    [40, { kind: 'unlink', companion: 'alice.laptop', by: 'phone' }],
    [50, writes('carol.phone', 'bob', 'not for Alice')],
    [70, { kind: 'link', companion: 'alice.laptop' }],
    ...aliceWrites(2, 120),
  ],
};

/** The same, and her phone has a name for somebody, who calls himself something else. */
const relinkedWithNames: Plot = {
  ...relinked,
  story: [
    [2, sets('bob.phone', { kind: 'push-name', name: 'Bobby' })],
    [4, writes('bob.phone', 'alice', 'my name is in here')],
    [5, sets('alice.phone', { kind: 'contact', contact: 'bob', name: 'Bob Stone' })],
    ...relinked.story,
  ],
};

/** Bob unlinks his companion and writes himself. */
const unlinkedByAuthor: Plot = {
  story: [
    [10, writes('bob.phone', 'alice', 'a word for all')],
    [60, { kind: 'unlink', companion: 'bob.web', by: 'phone' }],
    [100, writes('bob.phone', 'alice', 'a word without the browser')],
  ],
};

/** Bob unlinks his companion while he writes in a group. */
const unlinkedInGroup: Plot = {
  groups: { walk: ['alice', 'bob', 'carol'] },
  story: [
    [10, writes('bob.phone', 'walk', 'a word for all')],
    [60, { kind: 'unlink', companion: 'bob.web', by: 'phone' }],
    [100, writes('bob.phone', 'walk', 'a word without the browser')],
  ],
};

/** Bob's companion is unlinked, and nobody writes. */
const unlinkedInSilence: Plot = { story: unlinked.story.slice(0, 3) };

/** Bob links the same machine again and again. */
const linkedThrice: Plot = {
  lengthS: 900,
  story: [60, 360].flatMap((atS) => [
    [atS, { kind: 'unlink', companion: 'bob.web', by: 'phone' }] as const,
    [atS + 60, { kind: 'link', companion: 'bob.web' }] as const,
  ]),
};

/** Bob sets his phone up anew in the middle of a talk. */
const anew: Plot = {
  story: [
    ...aliceWrites(2),
    [40, writes('bob.phone', 'alice', 'before')],
    [60, { kind: 're-register', phone: 'bob.phone' }],
    [120, writes('bob.phone', 'alice', 'afterwards')],
    ...aliceWrites(1, 180),
  ],
};

/** Five weeks in which the server shows nobody a signed list. */
const oldLists: Plot = {
  lengthS: 36 * 86_400,
  weather: () => withholdsLists(),
  story: [...aliceWrites(2), ...aliceWrites(2, 35.5 * 86_400)],
};

/** Everybody meets Bob's phone for the first time, and its pool is small. */
const firstContacts: Plot = {
  prekeys: 6,
  story: [
    [10, writes('alice.phone', 'bob', 'a first word')],
    [30, writes('alice.laptop', 'bob', 'a second word')],
    [50, writes('carol.phone', 'bob', 'a third word')],
    [70, writes('bob.web', 'carol', 'a fourth word')],
  ],
};

/** Carol drains Bob's prekeys while Alice meets him for the first time. */
const drained: Plot = {
  prekeys: 6,
  story: [
    [10, { kind: 'drain-prekeys', by: 'carol.phone', of: 'bob', times: 40 }],
    [30, writes('alice.phone', 'bob', 'a first word')],
    [60, writes('alice.laptop', 'bob', 'a second word')],
  ],
};

/** Alice's phone comes back as it was after its first message. */
const restored: Plot = {
  story: [
    ...aliceWrites(4),
    [60, { kind: 'restore-snapshot', device: 'alice.phone', fromUs: 15e6, restartAfterUs: 1e6 }],
    ...aliceWrites(3, 100),
  ],
};

/** Alice's phone runs twice for a while, and both machines write. */
const cloned: Plot = {
  lengthS: 600,
  story: [
    ...aliceWrites(2),
    [60, { kind: 'clone', device: 'alice.phone', forUs: 240e6 }],
    [80, writes('alice.phone~clone', 'bob', 'a word of the clone')],
    ...aliceWrites(3, 100),
    [150, writes('alice.phone~clone', 'bob', 'another word of the clone')],
    ...aliceWrites(3, 400),
  ],
};

/** Alice and Bob talk; the keys of his phone are stolen in the middle of it. */
const robbed: Plot = {
  story: [10, 30, 50, 90, 110, 130].flatMap((atS) => [
    [atS, writes('alice.phone', 'bob', `a question at ${atS}`)] as const,
    [atS + 10, writes('bob.phone', 'alice', `an answer to ${atS}`)] as const,
    ...(atS === 50 ? [[70, { kind: 'steal', device: 'bob.phone', scope: ['keys'] }] as const] : []),
  ]),
};

/** Alice calls Bob twice; the first time he answers with both hands. */
const calls: Plot = {
  story: [
    [10, { kind: 'call', from: 'alice.phone', to: 'bob', isVideo: false }],
    [20, { kind: 'answer', call: 'entry-0', on: 'bob.web' }],
    [20, { kind: 'answer', call: 'entry-0', on: 'bob.phone' }],
    [60, { kind: 'hang-up', call: 'entry-0', on: 'bob.web' }],
    [80, { kind: 'call', from: 'alice.phone', to: 'bob', isVideo: true }],
    [90, { kind: 'answer', call: 'entry-4', on: 'bob.web' }],
    [120, { kind: 'hang-up', call: 'entry-4', on: 'alice.phone' }],
  ],
};

/** Alice's devices set things, in turn and at once. */
const settings: Plot = {
  story: [
    ...aliceWrites(1),
    [20, sets('alice.phone', { kind: 'pin', chat: 'bob', value: true })],
    [40, sets('alice.laptop', { kind: 'mute', chat: 'bob', value: true, forUs: 0 })],
    [40, sets('alice.phone', { kind: 'pin', chat: 'carol', value: true })],
    [60, writes('bob.phone', 'alice', 'something to read')],
    [80, sets('alice.phone', { kind: 'mark-read', chat: 'bob', value: true })],
  ],
};

/** Bob writes, and Alice reads it on her phone. */
const readOnPhone: Plot = {
  story: [
    [20, writes('bob.phone', 'alice', 'something to read')],
    [60, { kind: 'read', device: 'alice.phone', chat: 'bob' }],
  ],
};

/** Two devices of Alice set things in one collection in the same instant. */
const setAtOnce: Plot = {
  story: [
    ...aliceWrites(1),
    [30, sets('alice.phone', { kind: 'pin', chat: 'bob', value: true })],
    [60, sets('alice.phone', { kind: 'pin', chat: 'carol', value: true })],
    [60, sets('alice.laptop', { kind: 'archive', chat: 'bob', value: true })],
  ],
};

/** A group in which Alice writes, with Carol, without her, and with her again. */
const inGroup: Plot = {
  groups: { walk: ['alice', 'bob', 'carol'] },
  story: [
    [10, writes('alice.phone', 'walk', 'a first word')],
    [20, writes('alice.laptop', 'walk', 'a second word')],
    [30, changes('remove', 'carol')],
    [50, writes('alice.phone', 'walk', 'a third word')],
    [60, writes('alice.phone', 'walk', 'a fourth word')],
    [70, changes('add', 'carol')],
    [90, writes('alice.phone', 'walk', 'a fifth word')],
  ],
};

/** A group of Alice and Bob; Carol writes to Bob alone. */
const outsider: Plot = {
  groups: { walk: ['alice', 'bob'] },
  story: [
    [10, writes('alice.phone', 'walk', 'a word among us')],
    [20, writes('carol.phone', 'bob', 'a word for you')],
  ],
};

function changes(change: 'add' | 'remove', member: string): Action {
  return { kind: 'change-group', group: 'walk', change, members: [member], by: 'alice.phone' };
}

/** Two accounts lose a companion each, and set something after that. */
const settingsWithoutCompanions: Plot = {
  story: [
    [10, { kind: 'unlink', companion: 'alice.laptop', by: 'phone' }],
    [15, { kind: 'unlink', companion: 'bob.web', by: 'phone' }],
    [30, sets('alice.phone', { kind: 'pin', chat: 'bob', value: true })],
    [35, sets('bob.phone', { kind: 'pin', chat: 'alice', value: true })],
  ],
};

/** Alice writes on her laptop, and her phone is there. */
const atTheBrowser: Plot = {
  story: [
    [10, writes('alice.laptop', 'bob', 'from a browser')],
    [40, writes('bob.phone', 'alice', 'an answer')],
    [60, writes('carol.phone', 'bob', 'not for Alice')],
    [80, writes('alice.laptop', 'bob', 'from a browser again')],
  ],
};

/** Bob writes while Alice's phone is off; she looks at her laptop, on which nothing comes. */
const withoutPhone: Plot = {
  lengthS: 900,
  story: [
    [5, { kind: 'power-off', device: 'alice.phone' }],
    [20, writes('bob.phone', 'alice', 'where are you')],
    [400, writes('alice.laptop', 'bob', 'nothing comes here')],
    [700, { kind: 'power-on', device: 'alice.phone' }],
  ],
};

/** Alice's laptop is off while Bob writes. */
const browserAway: Plot = {
  story: [
    [5, { kind: 'power-off', device: 'alice.laptop' }],
    [20, writes('bob.phone', 'alice', 'you will see this later')],
    [120, { kind: 'power-on', device: 'alice.laptop' }],
  ],
};

/** Alice's phone goes back to before a message, and the server hands it out once more. */
const handedOutAgain: Plot = {
  story: [
    [5, { kind: 'power-off', device: 'alice.laptop' }],
    [
      10,
      {
        kind: 'stanza-fault',
        fault: 'drop',
        device: 'alice.phone',
        direction: 'to-server',
        stanza: 'receipt',
        forUs: 40e6,
        chance: { numerator: 1, denominator: 1 },
        delayUs: 0,
      },
    ],
    [20, writes('bob.phone', 'alice', 'you will see this twice')],
    [40, { kind: 'restore-snapshot', device: 'alice.phone', fromUs: 5e6, restartAfterUs: 20e6 }],
    [120, { kind: 'power-on', device: 'alice.laptop' }],
  ],
};

/** Plots that hang on nothing but the twin. */
const PLOTS: ReadonlyMap<string, Plot> = new Map([
  ['message-keys-kept', robbed],
  ['never-turns', robbed],
  ['companions-an-hour-early', answered],
  ['removed-device-kept', unlinked],
  ['older-list-restored', unlinked],
  ['history-from-strangers', relinked],
  ['proof-not-kept', relinked],
  ['waits-for-history', relinked],
  ['waits-for-settings', relinkedWithNames],
  ['rest-of-history-kept', relinkedWithNames],
  ['unlinked-is-told', unlinkedByAuthor],
  ['unlinked-in-group', unlinkedInGroup],
  ['changes-unheard', unlinkedInSilence],
  ['index-given-twice', linkedThrice],
  ['new-keys-unmentioned', anew],
  ['old-sessions-kept', anew],
  ['identity-kept', anew],
  ['lists-never-expire', oldLists],
  ['expires-to-nobody', oldLists],
  ['prekey-served-again', firstContacts],
  ['ids-start-anew', firstContacts],
  ['uploaded-and-forgotten', firstContacts],
  ['low-count-ignored', firstContacts],
  ['victim-blockaded', drained],
  ['rollback-unnoticed', restored],
  ['both-are-served', cloned],
  ['rings-on', calls],
  ['connected-at-once', calls],
  ['one-key-for-all-calls', calls],
  ['chain-never-advanced', inGroup],
  ['key-for-all-but-one', inGroup],
  ['uninvited-member', inGroup],
  ['rotation-forgotten', inGroup],
  ['key-never-handed', inGroup],
  ['author-mistaken', inGroup],
  ['outsider-in-group', outsider],
  ['move-ignored', settings],
  ['same-key-for-all', settingsWithoutCompanions],
  ['old-setting-shown', settings],
  ['setting-unheard', settings],
  ['second-gives-way', setAtOnce],
  ['read-elsewhere-unheard', readOnPhone],
  ['phone-reads-unheard', readOnPhone],
  ['delivered-unseen', away],
  ['waiting-dropped', away],
  ['phone-needed', longAway],
  ['foreign-chat-on-browser', atTheBrowser],
  ['relayed-twice', atTheBrowser],
  ['browser-shows-again', atTheBrowser],
  ['channel-key-in-frame', atTheBrowser],
  ['clock-for-ever', atTheBrowser],
  ['never-catches-up', browserAway],
  ['leaves-it-to-the-backup', handedOutAgain],
  ['shows-without-its-phone', withoutPhone],
]);

/** The plot for a twin; the plain one where none is named. */
export function plotFor(twin: string, { bobPhone }: Addresses): Plot {
  const damagedPlot = { story: aliceWrites(4), weather: () => damagesCopies(bobPhone) };
  const twicePlot = { story: aliceWrites(3), weather: () => sendsTwice(bobPhone) };
  switch (twin) {
    case 'damaged-by-failure':
    case 'session-never-renewed':
    case 'poison-stops':
    case 'retries-without-end':
      return damagedPlot;
    case 'waits-for-ever':
      return {
        ...damagedPlot,
        weather: () => both(damagesCopies(bobPhone), ignoresRetries('alice.phone')),
      };
    case 'shown-again':
    case 'retry-for-duplicate':
      return twicePlot;
    case 'group-never-updated':
      return { ...inGroup, story: inGroup.story.slice(0, 4) };
    case 'one-bad-patch-ends':
      return { ...settings, weather: () => damagesPatch('alice.laptop', 1) };
    default:
      return PLOTS.get(twin) ?? plain;
  }
}
