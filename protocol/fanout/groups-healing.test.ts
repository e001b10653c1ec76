/** Groups that lose stanzas, keys, disks and power: what heals, and what is admitted to be lost. */

import { describe, expect, test } from 'vitest';
import type { GroupRecord, MembershipRecord, ShownRecord } from '../contract.ts';
import { isRejected } from '../errors.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { attribute, children, type WireNode } from '../wire/node.ts';
import { SmallNet } from './testing/small-net.ts';

const EVERYBODY = ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web', 'carol.phone'];

function trio(unlinked: readonly string[] = []): SmallNet {
  const accounts = { alice: ['laptop'], bob: ['web'], carol: [] };
  return new SmallNet(accounts, unlinked, { walk: ['alice', 'bob', 'carol'] });
}

function write(net: SmallNet, from: string, text: string): void {
  net.command(from, { kind: 'send', chat: net.group('walk'), text });
  net.settle();
}

/** Changes the next message on its way to one device. */
function changeNext(
  net: SmallNet,
  name: string,
  changed: (message: WireNode) => WireNode | undefined,
): void {
  let isDone = false;
  net.tamper = ({ wire, toServer, kind, bytes }) => {
    if (isDone || toServer || wire.device.name !== name || !kind.startsWith('message'))
      return bytes;
    const stanza = decodeFrame(bytes);
    if (isRejected(stanza)) return bytes;
    isDone = true;
    const after = changed(stanza);
    return after === undefined ? undefined : encodeFrame(after);
  };
}

function withoutPairwise(message: WireNode): WireNode {
  const kept = children(message).filter((part) => {
    return part.tag !== 'enc' || attribute(part, 'type') === 'skmsg';
  });
  return { ...message, content: kept };
}

function damaged(message: WireNode, type: string): WireNode {
  const content = children(message).map((part) => {
    if (attribute(part, 'type') !== type || !(part.content instanceof Uint8Array)) return part;
    const bytes = part.content.slice();
    bytes[bytes.length - 1]! ^= 1;
    return { ...part, content: bytes };
  });
  return { ...message, content };
}

describe('retries in a group', () => {
  test('a device without the sender key gets message and key for itself', () => {
    const net = trio();
    changeNext(net, 'carol.phone', withoutPairwise);
    write(net, 'alice.phone', 'one');
    write(net, 'alice.phone', 'two');
    expect(net.texts('carol.phone')).toEqual(['one', 'two']);
    expect(net.lost('carol.phone')).toEqual([]);
    expect(net.sent.filter((frame) => frame === 'carol.phone receipt:retry')).toHaveLength(1);
    expect(net.outbox('alice.phone')[1]?.targets).toEqual([]);
  });

  test.each(['skmsg', 'pkmsg'])('a damaged %s is answered with one retry receipt', (type) => {
    const net = trio();
    changeNext(net, 'bob.web', (message) => damaged(message, type));
    write(net, 'alice.laptop', 'one');
    write(net, 'alice.laptop', 'two');
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['one', 'two']);
    expect(net.sent.filter((frame) => frame === 'bob.web receipt:retry')).toHaveLength(1);
    expect(net.outbox('alice.laptop')[1]?.targets).toEqual([]);
  });

  test('who came later cannot ask for what was said before', () => {
    const net = new SmallNet({ alice: [], bob: [], dave: [] }, [], { walk: ['alice', 'bob'] });
    write(net, 'alice.phone', 'secret');
    const group = net.group('walk');
    const dave = net.user('dave');
    net.command('alice.phone', { kind: 'change-group', group, change: 'add', members: [dave] });
    net.settle();
    const [said] = net.outbox('alice.phone');
    const stanza = {
      tag: 'message',
      attributes: [
        ['from', group],
        ['participant', net.user('alice')],
        ['id', said?.messageId ?? ''],
        ['t', String(said?.positionUs)],
        ['type', 'text'],
      ],
      content: [{ tag: 'unavailable', attributes: [], content: undefined }],
    } as const;
    net.deliver('dave.phone', encodeFrame(stanza));
    net.settle(600_000_000);
    expect(net.texts('dave.phone')).toEqual([]);
    expect(net.lost('dave.phone')).toHaveLength(1);
    expect(net.notices.some((line) => line.includes('resend-refused'))).toBe(true);
  });
});

describe('disks and power', () => {
  /** Everything but the crash, for `count` crashes of `name` after its n-th commit. */
  function converge(name: string, at: number): { readonly net: SmallNet; readonly fired: boolean } {
    const net = trio(['bob.pad']);
    const fired = net.crashAfterCommit(name, at, () => {
      write(net, 'alice.laptop', 'one');
      const group = net.group('walk');
      const members = [net.user('carol')];
      net.command('alice.phone', { kind: 'change-group', group, change: 'remove', members });
      net.settle();
      write(net, 'alice.laptop', 'two');
      net.command('alice.phone', { kind: 'change-group', group, change: 'add', members });
      net.settle();
      write(net, 'alice.laptop', 'three');
      write(net, 'bob.web', 'four');
    });
    net.settle(600_000_000);
    return { net, fired };
  }

  test.each(['alice.laptop', 'alice.phone', 'bob.web', 'carol.phone', 'server'])(
    'a crash of %s after any of its commits loses nothing',
    (name) => {
      for (let at = 1; ; at += 1) {
        const { net, fired } = converge(name, at);
        if (!fired) {
          expect(at).toBeGreaterThan(5);
          return;
        }
        const all = ['one', 'two', 'three', 'four'];
        for (const reader of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web']) {
          expect([reader, at, net.texts(reader)]).toEqual([reader, at, all]);
        }
        expect([at, net.texts('carol.phone')]).toEqual([at, ['one', 'three', 'four']]);
        const truth = net.member('server').store.get('membership', net.group('walk'));
        for (const reader of EVERYBODY) {
          const seen = net.member(reader).store.get('group', net.group('walk')) as GroupRecord;
          expect(seen.members).toEqual((truth as MembershipRecord).members);
        }
      }
    },
    120_000,
  );

  test('a Store that went back hands out a new sender key and learns its groups anew', () => {
    const net = trio();
    write(net, 'alice.phone', 'one');
    const before = net.member('alice.phone').store.snapshot();
    write(net, 'alice.phone', 'two');
    const group = net.group('walk');
    const members = [net.user('carol')];
    net.command('alice.laptop', { kind: 'change-group', group, change: 'promote', members });
    net.settle();
    net.restore('alice.phone', before);
    net.settle();
    write(net, 'alice.phone', 'three');
    expect(net.texts('bob.web')).toEqual(['one', 'two', 'three']);
    expect(net.outbox('alice.phone').at(-1)?.targets).toHaveLength(4);
    const record = net.member('alice.phone').store.get('group', group) as GroupRecord;
    expect(record.admins).toEqual([net.user('alice'), net.user('carol')]);
  });
});

describe('words on a group that get lost', () => {
  const DAY_US = 86_400_000_000;

  function promote(net: SmallNet, name: string): void {
    const group = net.group('walk');
    const members = [net.user(name)];
    net.command('alice.phone', { kind: 'change-group', group, change: 'promote', members });
    net.settle();
  }

  function adminsSeenBy(net: SmallNet, name: string): number | undefined {
    const record = net.member(name).store.get('group', net.group('walk'));
    return (record as GroupRecord | undefined)?.admins.length;
  }

  test('a disk that forgot a change asks for the groups at its next login', () => {
    const net = trio();
    const before = net.member('bob.web').store.snapshot();
    promote(net, 'carol');
    // Its counters are as they were: only the word on the group is missing.
    net.restore('bob.web', before);
    net.settle();
    expect(adminsSeenBy(net, 'bob.web')).toBe(2);
  });

  test('who was away when the word expired asks for the groups', () => {
    const net = trio();
    net.power('carol.phone', false);
    promote(net, 'bob');
    net.settle(13 * DAY_US);
    net.settle(18 * DAY_US);
    net.power('carol.phone', true);
    net.settle();
    expect(adminsSeenBy(net, 'carol.phone')).toBe(2);
  });
});

describe('receipts in a group', () => {
  test('every device tells the author, and reading shows on the reader’s other devices', () => {
    const net = trio();
    write(net, 'alice.laptop', 'news');
    const [said] = net.outbox('alice.laptop');
    const name = `delivered/${said?.messageId ?? ''}`;
    expect([...net.member('alice.laptop').store.collection(name).keys()]).toHaveLength(4);
    net.command('bob.phone', { kind: 'read', chat: net.group('walk') });
    net.settle();
    const delivered = net.member('alice.laptop').store.get(name, net.user('bob'));
    expect(delivered).toMatchObject({ isRead: true });
    const [shown] = [...net.member('bob.web').store.collection('shown').values()];
    expect((shown as ShownRecord).isRead).toBe(true);
    expect(net.member('bob.web').store.collection(`unread/${net.group('walk')}`).size).toBe(0);
  });
});
