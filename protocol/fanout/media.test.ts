/** Files of messages over the small world (specification 9.3 to 9.5). */

import { bytesToHex } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import type { MediaKind, MediaRecord, MessageName, ShownRecord } from '../contract.ts';
import { opensslProvider } from '../crypto/openssl.ts';
import { SmallNet } from './testing/small-net.ts';

const DAY_US = 86_400_000_000;
const HOUR_US = 3_600_000_000;
const FILE = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
const DIGEST = bytesToHex(opensslProvider().sha256(FILE));

function world(): SmallNet {
  return new SmallNet({ alice: ['laptop'], bob: ['web'] }, ['bob.tablet']);
}

function sendFile(
  net: SmallNet,
  from = 'alice.phone',
  media: MediaKind = 'image',
  caption = 'look',
): void {
  const chat = net.user(from.startsWith('alice') ? 'bob' : 'alice');
  net.command(from, { kind: 'send-media', chat, media, bytes: FILE, caption });
}

function mediaOf(net: SmallNet, name: string): MediaRecord[] {
  return [...net.member(name).store.collection('media').values()] as MediaRecord[];
}

function statesOf(net: SmallNet, name: string): string[] {
  return mediaOf(net, name).map(({ state }) => state);
}

function shownOf(net: SmallNet, name: string): ShownRecord {
  const [shown] = net.member(name).store.collection('shown').values();
  return shown as ShownRecord;
}

function nameOf({ chat, author, messageId }: ShownRecord): MessageName {
  return { chat, author, messageId };
}

/** Takes all files out of the store, as its retention does. */
function forgetFiles(net: SmallNet): void {
  const { store } = net.member('blobs');
  const names = [...store.collection('blob').keys()];
  store.apply(names.map((key) => ({ collection: 'blob', key, record: undefined })));
}

function expectNothingOpen(net: SmallNet): void {
  for (const name of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web']) {
    for (const collection of ['blob-job', 'media-wait', 'media-answer', 'wanting', 'outbound']) {
      expect(net.member(name).store.collection(collection).size, `${name} ${collection}`).toBe(0);
    }
  }
}

for (const media of ['image', 'video', 'audio', 'document'] as const) {
  test(`a file is uploaded once and fetched whole by every device: ${media}`, () => {
    const net = world();
    sendFile(net, 'alice.phone', media);
    net.settle();
    for (const name of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web']) {
      expect(mediaOf(net, name), name).toEqual([
        { kind: 'media', state: 'fetched', fileDigest: DIGEST },
      ]);
      const { text, media: shown } = shownOf(net, name);
      expect([text, shown?.kind, shown?.fileDigest]).toEqual([
        media === 'audio' ? '' : 'look',
        media,
        DIGEST,
      ]);
    }
    expect(net.sent.filter((what) => what === 'alice.phone iq:w:m')).toHaveLength(1);
    expect(net.member('blobs').store.collection('blob').size).toBe(1);
    expectNothingOpen(net);
  });
}

test('what is written after a file arrives after it, however long the upload takes', () => {
  const net = world();
  let isHeld = true;
  net.tamper = ({ bytes, wire }) => (isHeld && wire.endpoint === 'blobs' ? undefined : bytes);
  sendFile(net);
  net.send('alice.phone', 'bob', 'after');
  net.settle();
  expect(net.texts('bob.web')).toEqual([]);
  isHeld = false;
  net.settle(5 * 60_000_000);
  expect(net.texts('bob.web')).toEqual(['look', 'after']);
});

test('a file damaged on the way is refused and fetched again', () => {
  const net = world();
  let damaged = 0;
  net.tamper = ({ bytes, wire, toServer }) => {
    if (wire.endpoint !== 'blobs' || toServer || bytes.length < 100_000 || damaged > 0)
      return bytes;
    damaged += 1;
    const copy = bytes.slice();
    copy[50_000]! ^= 1;
    return copy;
  };
  sendFile(net);
  net.settle();
  expect(damaged).toBe(1);
  expect(net.notices.filter((notice) => notice.includes('not the one that was sent'))).toHaveLength(
    1,
  );
  expect(statesOf(net, 'bob.phone')).toEqual(['fetched']);
  expect(statesOf(net, 'bob.web')).toEqual(['fetched']);
});

test('a file that is gone is uploaded again by its author when it is asked for', () => {
  const net = world();
  net.power('bob.web', false);
  sendFile(net);
  net.settle();
  forgetFiles(net);
  net.power('bob.web', true);
  net.settle();
  expect(statesOf(net, 'bob.web')).toEqual(['fetched']);
  expect(net.sent).toContain('bob.web receipt:server-error');
  expect(net.sent).toContain('alice.phone notification:mediaretry');
  expect(net.member('blobs').store.collection('blob').size).toBe(1);
  expectNothingOpen(net);
});

test('the file store forgets a file after thirty days, and its author has it still', () => {
  const net = world();
  net.power('bob.web', false);
  sendFile(net);
  net.settle(29 * DAY_US);
  expect(net.member('blobs').store.collection('blob').size).toBe(1);
  net.settle(2 * DAY_US);
  expect(net.member('blobs').store.collection('blob').size).toBe(0);
});

test('a companion linked later gets the file of an old message through its phone', () => {
  const net = world();
  sendFile(net);
  net.settle();
  net.link('bob.phone', 'bob.tablet');
  net.settle(10_000_000);
  expect(shownOf(net, 'bob.tablet').media).toEqual({ kind: 'image', fileDigest: DIGEST });
  expect(mediaOf(net, 'bob.tablet')).toEqual([]);
  forgetFiles(net);
  const message = nameOf(shownOf(net, 'bob.tablet'));
  net.command('bob.tablet', { kind: 'fetch-media', message });
  net.settle();
  expect(mediaOf(net, 'bob.tablet')).toEqual([
    { kind: 'media', state: 'fetched', fileDigest: DIGEST },
  ]);
  expect(net.sent).toContain('bob.phone notification:mediaretry');
  expect(net.sent).not.toContain('alice.phone notification:mediaretry');
});

test('a file that nobody has any more is called missing, and can be asked for once more', () => {
  const net = world();
  net.power('bob.web', false);
  sendFile(net);
  net.settle();
  forgetFiles(net);
  for (const name of ['alice.phone', 'alice.laptop', 'bob.phone']) {
    const { store } = net.member(name);
    const names = [...store.collection('media-file').keys()];
    store.apply(names.map((key) => ({ collection: 'media-file', key, record: undefined })));
  }
  net.power('bob.web', true);
  net.settle(HOUR_US);
  expect(statesOf(net, 'bob.web')).toEqual(['missing']);
  expectNothingOpen(net);
  const message = nameOf(shownOf(net, 'bob.web'));
  net.command('bob.web', { kind: 'fetch-media', message });
  net.settle(HOUR_US);
  expect(statesOf(net, 'bob.web')).toEqual(['missing']);
});

test('a request that was not sealed with the key of the file moves nothing', () => {
  const net = world();
  net.power('bob.web', false);
  sendFile(net);
  net.settle();
  forgetFiles(net);
  net.tamper = ({ bytes, kind, toServer }) => {
    if (!toServer || kind !== 'receipt:server-error') return bytes;
    const copy = bytes.slice();
    copy[copy.length - 90]! ^= 1;
    return copy;
  };
  net.power('bob.web', true);
  net.settle(HOUR_US);
  expect(net.member('blobs').store.collection('blob').size).toBe(0);
  expect(statesOf(net, 'bob.web')).toEqual(['missing']);
});

test('a group gets one upload and one file each', () => {
  const net = new SmallNet({ alice: [], bob: ['web'], carol: [] }, [], {
    walk: ['alice', 'bob', 'carol'],
  });
  net.command('alice.phone', {
    kind: 'send-media',
    chat: net.group('walk'),
    media: 'image',
    bytes: FILE,
    caption: 'all of us',
  });
  net.settle();
  for (const name of ['bob.phone', 'bob.web', 'carol.phone']) {
    expect(mediaOf(net, name), name).toEqual([
      { kind: 'media', state: 'fetched', fileDigest: DIGEST },
    ]);
  }
});

test('files above the limit are refused, and the person is told', () => {
  const net = world();
  const bytes = new Uint8Array(15 * 1024 * 1024 + 1);
  const chat = net.user('bob');
  net.command('alice.phone', { kind: 'send-media', chat, media: 'video', bytes, caption: '' });
  expect(net.outbox('alice.phone')).toEqual([]);
  expect(net.notices.at(-1)).toContain('a file has at most');
});

test.each(['alice.phone', 'alice.laptop', 'bob.web', 'server', 'blobs'])(
  'a crash of %s after any commit loses no file',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = world();
      net.power('bob.web', false);
      const fired = net.crashAfterCommit(name, at, () => {
        sendFile(net);
        net.send('alice.phone', 'bob', 'after');
        net.settle();
        forgetFiles(net);
        net.power('bob.web', true);
        net.settle(3 * 60_000_000);
      });
      net.settle(12 * 60_000_000);
      if (!fired) {
        expect(at).toBeGreaterThan(2);
        return;
      }
      for (const device of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web']) {
        expect([device, at, net.texts(device)]).toEqual([device, at, ['look', 'after']]);
        expect([device, at, statesOf(net, device)]).toEqual([device, at, ['fetched']]);
      }
      expectNothingOpen(net);
    }
  },
  60_000,
);

test.each(['blob-job', 'media-wait', 'media-content', 'timer'])(
  'a file is fetched or called missing when %s is lost from the disk',
  (collection) => {
    for (const isGone of [false, true]) {
      const net = world();
      net.tamper = ({ bytes, wire, toServer }) =>
        wire.device.name === 'bob.web' && wire.endpoint === 'blobs' && toServer ? undefined : bytes;
      net.power('alice.phone', true);
      sendFile(net);
      net.settle();
      if (isGone) forgetFiles(net);
      expect(statesOf(net, 'bob.web')).toEqual(['wanted']);
      const { store } = net.member('bob.web');
      const keys = [...store.collection(collection).keys()];
      expect(keys).not.toEqual([]);
      store.apply(keys.map((key) => ({ collection, key, record: undefined })));
      net.tamper = ({ bytes }) => bytes;
      net.restart('bob.web');
      net.settle(60 * 60_000_000);
      const state = collection === 'media-content' ? 'missing' : 'fetched';
      expect(statesOf(net, 'bob.web')).toEqual([state]);
      expectNothingOpen(net);
    }
  },
);
