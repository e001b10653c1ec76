/** History and answers that nobody may give, or that mean harm (I3, L6). */

import { bytesToHex } from '@noble/hashes/utils.js';
import { zlibSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { historyPartBytes, type PassedMessage, passedMessageBytes } from '../messages/history.ts';
import { encryptMedia } from '../messages/media-crypto.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { encodeHistorySyncNotification } from '../wire/history.ts';
import { encodeMessage } from '../wire/message.ts';
import { node } from '../wire/node.ts';
import { encodePeerDataResponse } from '../wire/peer-data.ts';
import { encodeProtocolMessage, type ProtocolFields } from '../wire/protocol-message.ts';
import { blobStateOf } from './device/blob-state.ts';
import type { PeerRecord } from './device/peer.ts';
import { SmallNet } from './testing/small-net.ts';

const provider = opensslProvider();
const MINUTE_US = 60_000_000;
const MEDIA_KEY = new Uint8Array(32).fill(3);

function world(): SmallNet {
  const net = new SmallNet({ alice: ['laptop', 'web'], bob: [] });
  net.send('bob.phone', 'alice', 'first');
  net.settle();
  return net;
}

const WEB = '15550001:2@s.whatsapp.net';
let ordinal = 0;

/** Lets an own device say something to the web companion, whatever its app would say. */
function say(net: SmallNet, from: string, protocol: ProtocolFields): void {
  const messageId = `FORGED${++ordinal}`;
  const content = encodeMessage({ protocol: encodeProtocolMessage(protocol) });
  const named = { messageId, target: WEB, content };
  const record: PeerRecord = { kind: 'peer', ...named, count: 0, state: 'wanting' };
  const key = `${messageId}|${WEB}`;
  net.member(from).store.apply([{ collection: 'peer', key, record }]);
  net.command(from, { kind: 'read', chat: net.user('bob') });
  net.settle();
}

function forged(net: SmallNet, text: string): PassedMessage {
  const chat = net.user('bob');
  const message = encodeMessage({ conversation: text });
  const named = { chat, author: chat, messageId: 'NEVERSAID', isOwn: false, isRead: false };
  return { ...named, positionUs: 1_626_220_700_000_000, message };
}

/** Stores a part under its hash, as its author would, and answers the notice of it. */
function offer(net: SmallNet, plaintext: Uint8Array, change = {}): ProtocolFields {
  const { file, fileSha256, fileEncSha256 } = encryptMedia(
    'history',
    MEDIA_KEY,
    plaintext,
    provider,
  );
  const name = bytesToHex(fileEncSha256);
  const record = { kind: 'blob', bytes: file, storedUs: 0 };
  net.member('blobs').store.apply([{ collection: 'blob', key: name, record }]);
  const historySyncNotification = encodeHistorySyncNotification({
    fileSha256,
    fileEncSha256,
    fileLength: plaintext.length,
    mediaKey: MEDIA_KEY,
    directPath: `/v/${name}`,
    syncType: 3,
    chunkOrder: 1,
    progress: 50,
    ...change,
  });
  return { type: 5, historySyncNotification };
}

function partOf(net: SmallNet, text: string): Uint8Array {
  const messages = [forged(net, text)];
  const conversation = { chat: net.user('bob'), name: undefined, unreadCount: 1, isEnd: true };
  const conversations = [{ ...conversation, messages }];
  return historyPartBytes({ syncType: 3, order: 1, progress: 50, conversations, pushNames: [] });
}

function expectRefused(net: SmallNet, word: string): void {
  expect(net.texts('alice.web')).toEqual(['first']);
  expect(net.notices.filter((notice) => notice.includes(word))).not.toEqual([]);
  for (const collection of ['history-job', 'blob-job', 'outbound']) {
    expect(net.member('alice.web').store.collection(collection).size, collection).toBe(0);
  }
  net.send('bob.phone', 'alice', 'second');
  net.settle();
  expect(net.texts('alice.web')).toEqual(['first', 'second']);
}

describe('history', () => {
  test('from the phone is taken, so that the refusals below mean something', () => {
    const net = world();
    say(net, 'alice.phone', offer(net, partOf(net, 'old')));
    expect(net.texts('alice.web')).toEqual(['old', 'first']);
  });

  test('from another companion is refused', () => {
    const net = world();
    say(net, 'alice.laptop', offer(net, partOf(net, 'forged')));
    expectRefused(net, 'is no phone and hands over history');
  });

  test('that inflates without end is refused, and nothing else is held up', () => {
    const net = world();
    const bomb = zlibSync(new Uint8Array(64_000_000), { level: 9, mem: 6 });
    expect(bomb.length).toBeLessThan(100_000);
    say(net, 'alice.phone', offer(net, bomb));
    expectRefused(net, 'inflate to more than');
  });

  test.each([
    ['no zlib stream', new Uint8Array(100).fill(7), 'do not inflate'],
    ['no protobuf', zlibSync(new Uint8Array(100).fill(7), { mem: 6 }), 'does not decode'],
  ])('that is %s is refused', (_, plaintext, word) => {
    const net = world();
    say(net, 'alice.phone', offer(net, plaintext));
    expectRefused(net, word);
  });

  test.each([
    ['no key', { mediaKey: new Uint8Array(5) }],
    ['no path of ours', { directPath: '/../etc' }],
    ['no hash', { fileSha256: undefined }],
  ])('whose notice has %s is refused', (_, change) => {
    const net = world();
    say(net, 'alice.phone', offer(net, partOf(net, 'odd'), change));
    expectRefused(net, 'lacks a field');
  });

  test('whose file is another one than promised is refused, and given up in the end', () => {
    const net = world();
    const fileSha256 = new Uint8Array(32).fill(1);
    say(net, 'alice.phone', offer(net, partOf(net, 'odd'), { fileSha256 }));
    net.settle(60 * MINUTE_US);
    expectRefused(net, 'does not hold what the message says');
  });

  test('offered to a phone is refused', () => {
    const net = world();
    const { historySyncNotification } = offer(net, partOf(net, 'forged'));
    const content = encodeMessage({
      protocol: encodeProtocolMessage({ type: 5, historySyncNotification }),
    });
    const named = { messageId: 'FORGEDX', target: net.user('alice'), content };
    const record: PeerRecord = { kind: 'peer', ...named, count: 0, state: 'wanting' };
    const key = `FORGEDX|${net.user('alice')}`;
    net.member('alice.web').store.apply([{ collection: 'peer', key, record }]);
    net.command('alice.web', { kind: 'read', chat: net.user('bob') });
    net.settle();
    expect(net.texts('alice.phone')).toEqual(['first']);
    expect(net.notices.at(-1)).toContain('is no phone and hands over history');
  });
});

describe('messages passed on', () => {
  function passed(net: SmallNet): ProtocolFields {
    const webMessageInfo = passedMessageBytes(forged(net, 'forged'));
    const results = [{ placeholder: { webMessageInfo } }];
    const peerDataOperationResponse = encodePeerDataResponse({ type: 4, stanzaId: 'X', results });
    return { type: 17, peerDataOperationResponse };
  }

  test('by another companion are refused', () => {
    const net = world();
    say(net, 'alice.laptop', passed(net));
    expectRefused(net, 'is no phone and passes messages on');
  });

  test('by the phone, but not waited for, are left aside', () => {
    const net = world();
    say(net, 'alice.phone', passed(net));
    expectRefused(net, 'is not waited for any more');
  });
});

describe('a file store that lies', () => {
  test.each([
    ['nothing', []],
    ['an empty file', [node('blob', {}, new Uint8Array(0))]],
    ['another file', [node('blob', {}, new Uint8Array(5_000).fill(9))]],
    ['an unknown error', [node('error', { code: '-1' })]],
  ])('answers %s: refused, and the author is asked', (_, content) => {
    const net = new SmallNet({ alice: [], bob: [] });
    net.tamper = ({ bytes, wire, toServer }) => {
      if (wire.endpoint !== 'blobs' || toServer || wire.device.name !== 'bob.phone') return bytes;
      const [id = ''] = [...blobStateOf(net.member('bob.phone').store).flights.keys()];
      return encodeFrame(node('iq', { id, type: 'result', xmlns: 'w:m' }, content));
    };
    const chat = net.user('bob');
    const bytes = new Uint8Array(1_000);
    net.command('alice.phone', { kind: 'send-media', chat, media: 'image', bytes, caption: 'x' });
    net.settle(60 * MINUTE_US);
    expect([...net.member('bob.phone').store.collection('media').values()]).toMatchObject([
      { state: 'missing' },
    ]);
    expect(net.member('bob.phone').store.collection('blob-job').size).toBe(0);
    net.send('alice.phone', 'bob', 'after');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['x', 'after']);
  });
});
