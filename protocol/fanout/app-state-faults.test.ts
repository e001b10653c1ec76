import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../wire/encode-node.ts';
import { encodeMessage } from '../wire/message.ts';
import { node } from '../wire/node.ts';
import { encodeProtocolMessage } from '../wire/protocol-message.ts';
import { mutationOf } from './app-state/actions.ts';
import { patchMacOf, snapshotMacOf } from './app-state/collection.ts';
import { syncQuery } from './app-state/exchange.ts';
import { encodeKeyShare } from './app-state/key-messages.ts';
import { encodeKeyId } from './app-state/keys.ts';
import { changeLtHash, emptyLtHash } from './app-state/lt-hash.ts';
import { sealMutation, valueMacOf } from './app-state/mutation.ts';
import { decodePatch, encodePatch } from './app-state/patch-codec.ts';
import { AppStateNet, provider, tamperState, treeOf } from './testing/app-state-net.ts';

const HOUR_US = 3_600_000_000;
const PAIR = ['alice.phone', 'alice.laptop'];

function pairNet(): AppStateNet {
  return new AppStateNet({ alice: ['laptop'], bob: [] }, ['alice.tablet']);
}

function expectAgreement(net: AppStateNet, names: readonly string[] = PAIR): void {
  const [first = ''] = names;
  for (const name of names) {
    expect(net.unrest(name)).toEqual([]);
    expect(net.settings(name)).toEqual(net.settings(first));
    expect(net.versions(name)).toEqual(net.versions(first));
  }
}

function heard(net: AppStateNet, words: string): number {
  return net.notices.filter((line) => line.includes(words)).length;
}

/** Drops every key of a device, as if it had never been given one. */
function forgetKeys(net: AppStateNet, name: string): void {
  const writes = net.keyNames(name).map((key) => {
    return { collection: 'app-state-key', key, record: undefined };
  });
  net.member(name).store.apply(writes);
}

describe('a key that is not there', () => {
  test('is asked for after three seconds, and its collection goes on with it', () => {
    const net = pairNet();
    forgetKeys(net, 'alice.laptop');
    net.pin('alice.phone');
    net.settle(1_000_000);
    expect(net.unrest('alice.laptop')).toHaveLength(2);
    expect(heard(net, 'app-state-keys-asked')).toBe(0);
    net.settle(5_000_000);
    expect(heard(net, 'app-state-keys-asked')).toBe(1);
    expectAgreement(net);
  });

  test('is asked for once a day while an own device is away', () => {
    const net = pairNet();
    net.pin('alice.laptop');
    net.settle();
    net.power('alice.laptop', false);
    forgetKeys(net, 'alice.phone');
    net.link('alice.phone', 'alice.tablet');
    net.settle(50 * HOUR_US);
    expect(net.unrest('alice.tablet').length).toBeGreaterThan(0);
    expect(heard(net, 'alice.tablet app-state-keys-asked')).toBe(3);
    net.power('alice.laptop', true);
    net.settle(10_000_000);
    expect(net.setting('alice.tablet', 'pin_v1')).toEqual({ pinned: true });
  });

  test('that nobody has is the end: companions are logged out, the phone begins anew', () => {
    const net = pairNet();
    net.pin('alice.phone');
    net.settle();
    for (const name of PAIR) forgetKeys(net, name);
    net.link('alice.phone', 'alice.tablet');
    net.settle(10_000_000);
    expect(heard(net, 'app-state-lost')).toBe(2);
    for (const name of ['alice.laptop', 'alice.tablet']) {
      expect(net.member(name).store.get('account', 'self')).toBeUndefined();
    }
    expect(net.setting('alice.phone', 'pin_v1')).toEqual({ pinned: true });
    net.link('alice.phone', 'alice.tablet');
    net.settle(10_000_000);
    expect(net.setting('alice.tablet', 'pin_v1')).toEqual({ pinned: true });
    expectAgreement(net, ['alice.phone', 'alice.tablet']);
  });

  test('is given up after seven days, when those who may have it stay away', () => {
    const net = pairNet();
    net.pin('alice.laptop');
    net.settle();
    net.power('alice.laptop', false);
    forgetKeys(net, 'alice.phone');
    net.link('alice.phone', 'alice.tablet');
    net.settle(6 * 24 * HOUR_US);
    expect(heard(net, 'app-state-lost')).toBe(0);
    net.settle(2 * 24 * HOUR_US);
    expect(heard(net, 'app-state-lost')).toBe(2);
    expect(net.member('alice.tablet').store.get('account', 'self')).toBeUndefined();
  });
});

describe('a share of keys', () => {
  const key = {
    keyId: encodeKeyId({ device: 9, epoch: 3 }),
    keyData: new Uint8Array(32).fill(5),
    fingerprint: { rawId: 1, currentIndex: 1, deviceIndexes: [0, 1] },
    timestampMs: 1,
  };

  test('from another account is refused', () => {
    const net = pairNet();
    net.send('bob.phone', 'alice', 'hello');
    net.settle();
    const appStateSyncKeyShare = encodeKeyShare({ keys: [key], missing: [] });
    const content = encodeMessage({
      protocol: encodeProtocolMessage({ type: 6, appStateSyncKeyShare }),
    });
    const target = net.user('alice');
    const peer = { messageId: '3EB0FEED', target, content };
    const record = { kind: 'peer', ...peer, count: 0, state: 'wanting' } as const;
    net
      .member('bob.phone')
      .store.apply([{ collection: 'peer', key: `3EB0FEED|${target}`, record }]);
    net.send('bob.phone', 'alice', 'and again');
    net.settle();
    expect(net.keyNames('alice.phone')).toHaveLength(1);
    expect(net.texts('alice.phone')).toEqual(['hello', 'and again']);
  });

  test('with another key under a known id changes nothing', () => {
    const net = pairNet();
    net.pin('alice.phone');
    net.settle();
    const [held] = net.keys('alice.phone');
    const [name = ''] = net.keyNames('alice.phone');
    const record = { kind: 'app-state-key', key: { ...key, keyId: held!.keyId } };
    net.power('alice.laptop', false);
    net.member('alice.laptop').store.apply([{ collection: 'app-state-key', key: name, record }]);
    net.link('alice.phone', 'alice.tablet');
    net.settle();
    forgetKeys(net, 'alice.tablet');
    net.pin('alice.phone', false);
    net.settle(10_000_000); // the phone is first to answer
    // The laptop can read nothing with its key, and is kept from finding out.
    net.tamper = ({ bytes, kind }) => (kind.includes('app:state') ? undefined : bytes);
    net.power('alice.laptop', true);
    net.settle();
    expect(heard(net, 'another key under a known id')).toBe(1);
    expect(net.keys('alice.tablet')[0]?.keyData).toEqual(held!.keyData);
  });
});

describe('what does not hold', () => {
  test('for once is fetched again from the beginning', () => {
    const net = pairNet();
    net.pin('alice.phone');
    net.settle();
    const damage = tamperState(net, 'alice.laptop', 2);
    net.pin('alice.phone', false);
    net.settle(10_000_000);
    expect(damage.count).toBe(2);
    expect(net.setting('alice.laptop', 'pin_v1')).toEqual({ pinned: false });
    expectAgreement(net);
  });

  test("a third time is the end of the account's state, which begins anew", () => {
    const net = pairNet();
    tamperState(net, 'alice.laptop', 3);
    net.pin('alice.phone');
    net.settle(60_000_000);
    expect(heard(net, 'app-state-lost')).toBe(2);
    expect(net.setting('alice.phone', 'pin_v1')).toEqual({ pinned: true });
    net.link('alice.phone', 'alice.tablet');
    net.settle(10_000_000);
    expect(net.setting('alice.tablet', 'pin_v1')).toEqual({ pinned: true });
    expectAgreement(net, ['alice.phone', 'alice.tablet']);
  });

  test("in one collection stands in no other's way", () => {
    const net = pairNet();
    tamperState(net, 'alice.laptop', 2, 'regular_low');
    net.pin('alice.phone');
    net.change('alice.phone', { kind: 'push-name', name: 'Alice' });
    net.settle(500_000);
    expect(net.setting('alice.laptop', 'setting_pushName')).toEqual({ name: 'Alice' });
    expect(net.setting('alice.laptop', 'pin_v1')).toBeUndefined();
    net.settle(10_000_000);
    expectAgreement(net);
  });

  test('is stepped over when its device vouched for it', () => {
    const net = pairNet();
    const key = net.sealingKey('alice.phone');
    const iv = new Uint8Array(16).fill(7);
    const good = mutationOf('set', { kind: 'push-name', name: 'Alice' }, 5);
    const sealed = [
      sealMutation(good, key, iv, provider),
      // An index that means nothing, under good MACs.
      sealMutation(
        {
          operation: 'set',
          action: { kind: 'opaque', index: 'no list', value: new Uint8Array([0xff]) },
          timestampMs: 5,
          version: 1,
        },
        key,
        iv.map((byte) => byte + 1),
        provider,
      ),
    ];
    const macs = sealed.map(({ valueBlob }) => valueMacOf(valueBlob));
    const head = { version: 1, ltHash: changeLtHash(emptyLtHash(), [], macs, provider) };
    const snapshotMac = snapshotMacOf('critical_block', head, key.keys, provider);
    const patchMac = patchMacOf('critical_block', 1, snapshotMac, macs, key.keys, provider);
    const { keyId } = key;
    const nothing = { version: undefined, external: undefined };
    const patch = encodePatch({ ...nothing, mutations: sealed, snapshotMac, patchMac, keyId });
    const request = { name: 'critical_block', version: 0, wantsSnapshot: false, patch } as const;
    net.inject('alice.phone', encodeFrame(syncQuery('made-up', [request])));
    net.settle();
    expect(heard(net, 'make no sense')).toBe(1);
    expect(net.setting('alice.laptop', 'setting_pushName')).toEqual({ name: 'Alice' });
    net.change('alice.laptop', { kind: 'push-name', name: 'Alice Two' });
    net.restart('alice.phone');
    net.settle();
    expect(net.setting('alice.phone', 'setting_pushName')).toEqual({ name: 'Alice Two' });
    expectAgreement(net);
  });
});

describe('the server', () => {
  test('that fails is asked again after one second, two, four', () => {
    const net = pairNet();
    const askedUs: number[] = [];
    net.tamper = ({ bytes, kind, toServer, wire }) => {
      if (!kind.includes('app:state') || !toServer) return bytes;
      askedUs.push(net.nowUs);
      const id = treeOf(bytes).attributes.find(([name]) => name === 'id')?.[1];
      const error = node('iq', { type: 'error', id }, [node('error', { code: '503' })]);
      if (askedUs.length < 5) net.deliver(wire.device.name, encodeFrame(error));
      return askedUs.length < 5 ? undefined : bytes;
    };
    net.pin('alice.phone');
    net.settle(60_000_000);
    const gaps = askedUs.map((us, at) => us - (askedUs[at - 1] ?? us)).slice(1, 5);
    expect(gaps).toEqual([1_000_000, 2_000_000, 4_000_000, 8_000_000]);
    expectAgreement(net);
  });

  test('that tells of versions that never were is asked once for them', () => {
    const net = pairNet();
    const collection = node('collection', { name: 'regular', version: '123456789' });
    const attributes = { type: 'server_sync', from: net.user('alice'), id: 'x', t: '5' };
    const before = net.sent.length;
    net.tell('alice.laptop', node('notification', attributes, [collection]));
    net.settle(60_000_000);
    const asked = net.sent.slice(before).filter((line) => line.includes('app:state'));
    expect(asked).toEqual(['alice.laptop iq:w:sync:app:state']);
    expect(net.unrest('alice.laptop')).toEqual([]);
  });

  test('takes a patch only on top of the newest version, and only one that is one', () => {
    const net = pairNet();
    net.pin('alice.phone');
    net.settle();
    const [patch] = [
      ...net
        .member('server')
        .store.collection(`app-state-patch/${net.user('alice')}|regular_low`)
        .values(),
    ];
    const { bytes } = patch as unknown as { bytes: Uint8Array };
    expect(decodePatch(bytes)).toMatchObject({ version: 1 });
    const inject = (version: number, upload: Uint8Array): void => {
      const request = {
        name: 'regular_low',
        version,
        wantsSnapshot: false,
        patch: upload,
      } as const;
      net.inject('alice.laptop', encodeFrame(syncQuery(`made-up-${version}`, [request])));
      net.settle();
    };
    inject(0, bytes);
    inject(7, bytes);
    inject(1, new Uint8Array([1, 2, 3]));
    const heads = net.member('server').store.collection('app-state-head');
    expect([...heads.values()]).toEqual([expect.objectContaining({ version: 1 })]);
  });

  test('forgets the collections for the phone alone', () => {
    const net = pairNet();
    net.pin('alice.phone');
    net.settle();
    const wish = node('iq', { xmlns: 'w:sync:app:state', type: 'set', id: 'wish' }, [
      node('delete_all_data'),
    ]);
    net.inject('alice.laptop', encodeFrame(wish));
    expect(net.member('server').store.collection('app-state-head').size).toBe(1);
    net.inject('alice.phone', encodeFrame(wish));
    expect(net.member('server').store.collection('app-state-head').size).toBe(0);
  });
});
