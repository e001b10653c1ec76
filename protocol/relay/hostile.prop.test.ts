/**
 * Hostile bytes at every door of the relay: a browser, its phone and the server never throw, and
 * what does not decode changes nothing that is shown or kept of a pairing.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { node, type WireNode } from '../wire/node.ts';
import { codeOn, join, linkPage, relayNet } from './testing/relay-net.ts';
import { readAdminWord, readServerWord } from './wire/admin.ts';
import { readCallNews, readCallRequest } from './wire/calls.ts';
import { readDeed } from './wire/deeds.ts';
import {
  binaryFrame,
  readFromBrowser,
  readFromServer,
  sealedFrame,
  textFrame,
} from './wire/frames.ts';
import { readPairing } from './wire/pairing.ts';
import { readBrowserCode, unwrapKeys } from './wire/pairing-keys.ts';
import { readGroupRecord, readSettingRecord } from './wire/records.ts';
import { open, seal } from './wire/sealed.ts';
import { readPhoneWord, readRequest } from './wire/words.ts';

const RUNS = { seed: 7, numRuns: 150 };
const provider = opensslProvider();
const keys = { encKey: new Uint8Array(32).fill(1), macKey: new Uint8Array(32).fill(2) };

const word = fc.constantFrom(
  'action',
  'query',
  'response',
  'received',
  'message',
  'chat',
  'read',
  'lost',
  'ack',
  'group',
  'relay',
  'set',
  'chats',
  'status',
  'create',
  'pair',
  'secret',
  'upgrade',
  'downgrade',
  'downgrade_webclient',
  'ref',
  'app',
  'call',
  'offer',
  'keys',
  'over',
  'packet',
  'ring',
  '0123456789abcdef0123456789abcdef',
  'true',
  '200',
  '15550001@s.whatsapp.net',
  '',
);
const name = fc.constantFrom('type', 'add', 'jid', 'id', 'participant', 'count', 'unread', 't');
const names = fc.oneof(
  name,
  fc.constantFrom('level', 'until', 'before', 'index', 'browser', 'tag', 'call-id', 'outcome'),
);
const value = fc.oneof(word, fc.string({ maxLength: 20 }));

const trees: fc.Arbitrary<WireNode> = fc.letrec<{ tree: WireNode }>((tie) => ({
  tree: fc
    .record({
      tag: word.filter((tag) => tag !== ''),
      attributes: fc.array(fc.tuple(names, value), { maxLength: 5 }),
      content: fc.oneof(
        { depthSize: 'small' },
        fc.constant(undefined),
        fc.uint8Array({ maxLength: 60 }),
        fc.array(tie('tree'), { maxLength: 4 }),
      ),
    })
    .map(({ tag, attributes, content }) => node(tag, Object.fromEntries(attributes), content)),
})).tree;

const texts = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.json(),
  fc.array(fc.oneof(value, fc.integer(), fc.json()), { maxLength: 6 }).map((array) => {
    return JSON.stringify(['admin', ...array]);
  }),
  fc.constantFrom('["Cmd",{"type":"upgrade_md_prod"}]', '["Cmd",{"type":"upgrade_md_prod","a":1}]'),
  fc.constantFrom('["Conn",{}]', '["Cmd",{"type":"challenge"}]', '["Pong",1]', '{"status":0}'),
);

const frames = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  fc.tuple(value, texts).map(([tag, text]) => textFrame(tag, text)),
  fc.tuple(value, fc.uint8Array({ maxLength: 120 })).map(([tag, bytes]) => {
    return binaryFrame(tag, 16, 0x80, bytes);
  }),
  fc.tuple(value, fc.uint8Array({ maxLength: 120 })).map(([tag, bytes]) => sealedFrame(tag, bytes)),
);

describe('decoders answer every input with a value or a rejection', () => {
  test('frames', () => {
    fc.assert(
      fc.property(frames, (bytes) => {
        readFromBrowser(bytes);
        readFromServer(bytes);
      }),
      RUNS,
    );
  });

  test('readable words', () => {
    fc.assert(
      fc.property(texts, (text) => {
        readAdminWord(text);
        readServerWord(text);
        readBrowserCode(text);
      }),
      RUNS,
    );
  });

  test('what is inside a payload', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        readRequest(tree);
        readPhoneWord(tree);
        readDeed(tree);
        readCallRequest(tree);
        readCallNews(tree);
        readPairing(tree);
      }),
      RUNS,
    );
  });

  test('mirrored records: whole ones are taken field by field, nothing else', () => {
    const user = fc.constantFrom('15550001@s.whatsapp.net', '', 'nobody', 7);
    const fields = fc.record(
      {
        group: fc.constantFrom('120363000000000010@g.us', '15550001@s.whatsapp.net', 1),
        name: fc.oneof(fc.string(), fc.integer()),
        members: fc.oneof(fc.array(user, { maxLength: 4 }), fc.json()),
        admins: fc.array(user, { maxLength: 4 }),
        changedUs: fc.oneof(fc.integer(), fc.double(), fc.string()),
        collection: fc.oneof(fc.string(), fc.integer()),
        index: fc.string(),
        value: fc.oneof(fc.string(), fc.boolean()),
        timestampMs: fc.oneof(fc.nat(), fc.double()),
        extra: fc.json(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fields.map((one) => JSON.stringify(one)),
          texts,
        ),
        (text) => {
          const group = readGroupRecord(text);
          const setting = readSettingRecord(text);
          const groupFields = ['kind', 'group', 'name', 'members', 'admins', 'changedUs'];
          if (group !== undefined) expect(Object.keys(group)).toEqual(groupFields);
          const settingFields = ['kind', 'collection', 'index', 'value', 'timestampMs'];
          if (setting !== undefined) expect(Object.keys(setting)).toEqual(settingFields);
          expect(group?.members.every((member) => typeof member === 'string') ?? true).toBe(true);
        },
      ),
      { ...RUNS, numRuns: 500 },
    );
  });

  test('payloads: only what was sealed opens, whole', () => {
    fc.assert(
      fc.property(trees, fc.nat(), fc.nat({ max: 7 }), (tree, at, bit) => {
        const sealed = seal(keys, new Uint8Array(16).fill(3), tree, provider);
        const opened = open(keys, sealed, provider);
        expect(isRejected(opened) || opened.tag).toBe(tree.tag);
        const changed = sealed.slice();
        const place = at % changed.length;
        changed[place] = (changed[place] ?? 0) ^ (1 << bit);
        expect(isRejected(open(keys, changed, provider))).toBe(true);
        expect(isRejected(open(keys, sealed.subarray(0, place), provider))).toBe(true);
      }),
      RUNS,
    );
  });

  test('secrets of pairings', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 160 }), (secret) => {
        expect(isRejected(unwrapKeys(keys.encKey, secret, provider))).toBe(true);
      }),
      RUNS,
    );
  });
});

describe('a step never throws, and nothing comes of it', () => {
  const net = relayNet({ alice: ['laptop'], bob: [] });
  net.send('bob.phone', 'alice', 'before');
  net.settle();
  const shownOn = (device: string): number => net.member(device).store.collection('shown').size;

  test('frames from the server to a browser', () => {
    fc.assert(
      fc.property(frames, (bytes) => {
        net.deliver('alice.laptop', bytes);
        expect(shownOn('alice.laptop')).toBe(1);
        expect(net.member('alice.laptop').store.get('channel', 'self')).toBeDefined();
      }),
      { ...RUNS, numRuns: 100 },
    );
  });

  test('frames from a browser to the server', () => {
    fc.assert(
      fc.property(frames, (bytes) => {
        net.inject('alice.laptop', bytes);
        net.settle(1_000);
        expect(net.member('server').store.collection('paired-browser').size).toBe(1);
      }),
      { ...RUNS, numRuns: 100 },
    );
  });

  test('stanzas about browsers, to the phone and to the server', () => {
    fc.assert(
      fc.property(
        trees,
        fc.constantFrom('phone', 'live', 'gone', 'test', 'browser', 'pong'),
        (tree, type) => {
          const browser = '15550001:1@s.whatsapp.net';
          const bytes = encodeFrame(node('relay', { type, browser, tag: 'x' }, [tree]));
          net.deliver('alice.phone', bytes);
          net.inject('alice.phone', bytes);
          const query = { xmlns: 'web', type: 'set', id: 'q' };
          net.inject('alice.phone', encodeFrame(node('iq', query, [tree])));
          net.settle(1_000);
          expect(shownOn('alice.phone')).toBe(1);
          expect(net.member('alice.phone').store.collection('browser').size).toBe(1);
        },
      ),
      { ...RUNS, numRuns: 100 },
    );
  });
});

describe('the words of the rollout, from the wrong side or at the wrong time', () => {
  const isOld = (net: ReturnType<typeof relayNet>): boolean => {
    return net.member('server').store.get('old-app', net.user('alice')) !== undefined;
  };

  test('a paired browser that is told to upgrade keeps all it has', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.deliver('alice.laptop', textFrame('s1', '["Cmd",{"type":"upgrade_md_prod"}]'));
    expect(net.member('alice.laptop').store.get('channel', 'self')).toBeDefined();
    expect(net.member('alice.laptop').store.get('page', 'self')).toBeUndefined();
    expect(net.notices.at(-1)).toContain('rejected');
  });

  test('a linked companion that is told to downgrade keeps all it has', () => {
    const net = relayNet({ alice: [], bob: [] }, ['alice.web']);
    join(net, 'alice');
    linkPage(net, 'alice', 'alice.web');
    net.settle(60_000_000);
    const before = net.member('alice.web').store.get('account', 'self');
    net.deliver('alice.web', encodeFrame(node('ib', {}, [node('downgrade_webclient')])));
    expect(before).toBeDefined();
    expect(net.member('alice.web').store.get('account', 'self')).toBe(before);
    expect(net.member('alice.web').store.get('page', 'self')).toMatchObject({ generation: 'new' });
  });

  test('nobody but the phone says what its app is', () => {
    const net = relayNet({ alice: [], bob: [] }, ['alice.web']);
    join(net, 'alice');
    linkPage(net, 'alice', 'alice.web');
    net.settle(60_000_000);
    fc.assert(
      fc.property(fc.oneof(value, fc.constantFrom('true', 'false')), trees, (word, tree) => {
        const app = node('app', { multidevice: word }, [tree]);
        const removal = node('remove-companion-device', { all: 'true' });
        const query = { xmlns: 'md', type: 'set', id: 'q' };
        net.inject('alice.web', encodeFrame(node('iq', query, [app, removal])));
        if (word !== 'false') {
          net.inject('alice.phone', encodeFrame(node('iq', query, [app])));
        }
        net.settle(1_000);
        expect(isOld(net)).toBe(false);
        expect(net.member('alice.web').store.get('account', 'self')).toBeDefined();
      }),
      { ...RUNS, numRuns: 60 },
    );
  });

  test('a phone turns no page that it has not seen, nor one of its own generation', () => {
    const net = relayNet({ alice: [], bob: [] }, ['alice.web', 'bob.web']);
    net.command('alice.web', { kind: 'link' });
    net.settle();
    const reference = (codeOn(net, 'alice.web') ?? '').split(',')[0] ?? '';
    for (const verb of ['upgrade', 'downgrade']) {
      for (const ref of [reference, 'another', '']) {
        const ask = node(verb, {}, [node('ref', {}, ref)]);
        net.inject(
          'bob.phone',
          encodeFrame(node('iq', { xmlns: 'web', type: 'set', id: 'q' }, [ask])),
        );
        net.settle(1_000);
        expect(codeOn(net, 'alice.web')?.startsWith(`${reference},`)).toBe(true);
      }
    }
  });
});
