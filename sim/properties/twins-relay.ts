/**
 * Broken twins of the relay architecture: C1, I1, K8, L1, L9, O1. What phones do among each other
 * has its twins elsewhere; these are about browsers and the bridge to them.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { Effect, OutboxRecord, ShownRecord } from '../../protocol/contract.ts';
import type { RecordWrite, Store, StoredRecord } from '../../protocol/store.ts';
import {
  mapWrites,
  onHost,
  type Twin,
  type TwinStep,
  type WrapNode,
  withWrites,
  writesOf,
} from './twin-tools.ts';

const BROWSER = 'alice.laptop';
const PHONE = 'alice.phone';
const PEER = 'bob.phone';

type Send = Extract<Effect, { readonly kind: 'send' }>;

function shownWrites(effects: readonly Effect[]): readonly RecordWrite[] {
  return writesOf(effects).filter(({ collection, record }) => collection === 'shown' && record);
}

/** What `source` shows, the browser shows too, as soon as it steps. */
function showsWhatShows(source: string): () => WrapNode {
  return () => {
    const seen: RecordWrite[] = [];
    const watch = onHost(source, ({ inner }) => {
      const effects = inner();
      seen.push(...shownWrites(effects));
      return effects;
    });
    const show = onHost(BROWSER, ({ inner }) => {
      const effects = inner();
      return withWrites(effects, [...writesOf(effects), ...seen.splice(0)]);
    });
    return (host, inner, store) => (host === BROWSER ? show : watch)(host, inner, store);
  };
}

/** Gets from somewhere else what its phone has not seen. */
const showsWithoutItsPhone: Twin = {
  id: 'shows-without-its-phone',
  catches: 'L9',
  does: 'shows on a browser what was sent while its phone was off',
  architecture: 'relay',
  make: showsWhatShows(PEER),
};

/** Mixes two accounts up. */
const foreignChatOnBrowser: Twin = {
  id: 'foreign-chat-on-browser',
  catches: 'C1',
  does: 'shows on a browser what two other people say to each other',
  architecture: 'relay',
  make: showsWhatShows('carol.phone'),
};

/** Adds to the frames of one kind that the browser sends. */
function addsToFrames(kind: string, added: (store: Store) => Uint8Array): () => WrapNode {
  return () =>
    onHost(BROWSER, ({ inner, store }) =>
      inner().map((effect): Effect => {
        const isMeant = effect.kind === 'send' && effect.label.kind === kind;
        return isMeant ? { ...effect, bytes: concatBytes(effect.bytes, added(store)) } : effect;
      }),
    );
}

interface ChannelFields extends StoredRecord {
  readonly macKey: Uint8Array;
}

/** Shows its key to the server. */
const channelKeyInFrame: Twin = {
  id: 'channel-key-in-frame',
  catches: 'K8',
  does: 'appends the key of its pairing to what a browser sends',
  architecture: 'relay',
  make: addsToFrames('web:message', (store) => {
    const channel = store.get('channel', 'self') as ChannelFields | undefined;
    return channel?.macKey ?? new Uint8Array(0);
  }),
};

function dropsSent(isDropped: (send: Send) => boolean): () => WrapNode {
  return () =>
    onHost(BROWSER, ({ inner }) =>
      inner().filter((effect) => effect.kind !== 'send' || !isDropped(effect)),
    );
}

/** The clock beside a message stays for ever. */
const clockForEver: Twin = {
  id: 'clock-for-ever',
  catches: 'L1',
  does: 'never hands the messages of a browser to its phone',
  architecture: 'relay',
  make: dropsSent(({ label }) => label.kind === 'web:message'),
};

function keepsNoHistory(): WrapNode {
  return onHost(BROWSER, ({ inner }) =>
    mapWrites(inner(), (write) => {
      const shown = write.collection === 'shown' ? (write.record as ShownRecord) : undefined;
      return shown?.via === 'history' ? undefined : write;
    }),
  );
}

/** Sees only what comes while it is looked at. */
const neverCatchesUp: Twin = {
  id: 'never-catches-up',
  catches: 'L1',
  does: 'keeps nothing of what its phone tells a browser of the past',
  architecture: 'relay',
  make: keepsNoHistory,
};

/** Takes what an old backup took back for gone, though its phone got it once more. */
const leavesItToTheBackup: Twin = {
  id: 'leaves-it-to-the-backup',
  catches: 'L1',
  does: 'does not show on a browser what its phone lost to an old backup and got again',
  architecture: 'relay',
  make: keepsNoHistory,
};

/** Shows what it wrote once when the server has it and once when its phone tells of it. */
const browserShowsAgain: Twin = {
  id: 'browser-shows-again',
  catches: 'O1',
  does: 'shows a message of a browser a second time, as one of its phone',
  architecture: 'relay',
  make: () =>
    onHost(BROWSER, ({ inner }) => {
      const effects = inner();
      const again = shownWrites(effects).map((write) => ({ ...write, key: `${write.key}|again` }));
      return withWrites(effects, [...writesOf(effects), ...again]);
    }),
};

/** Sends what its browser wrote once more, as something of its own. */
function relaysAgain({ inner, input }: TwinStep): readonly Effect[] {
  const effects = inner();
  if (input.kind !== 'frame') return effects;
  const copies = writesOf(effects).flatMap((write): RecordWrite[] => {
    const outbox = write.record as OutboxRecord | undefined;
    if (write.collection !== 'outbox' || outbox?.state !== 'sealed') return [];
    if (outbox.messageId.endsWith('00')) return [];
    const messageId = `${outbox.messageId.slice(0, -2)}00`;
    const { chat } = outbox;
    const copy: OutboxRecord = { ...outbox, messageId, state: 'wanting', targets: [] };
    const wanting = { kind: 'wanting', messageId, chat } as StoredRecord;
    return [
      { collection: 'outbox', key: messageId, record: copy },
      { collection: 'wanting', key: messageId, record: wanting },
    ];
  });
  return withWrites(effects, [...writesOf(effects), ...copies]);
}

/** Two messages where a person wrote one. */
const relayedTwice: Twin = {
  id: 'relayed-twice',
  catches: 'I1',
  does: 'sends what its browser wrote a second time, under an id of its own',
  architecture: 'relay',
  make: () => onHost(PHONE, relaysAgain),
};

/** All of them, in the order of the properties that catch them. */
export const RELAY_TWINS: readonly Twin[] = [
  foreignChatOnBrowser,
  relayedTwice,
  browserShowsAgain,
  channelKeyInFrame,
  clockForEver,
  neverCatchesUp,
  leavesItToTheBackup,
  showsWithoutItsPhone,
];
