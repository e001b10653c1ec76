/** Groups over the small net: what a person sees on each device, and what it costs. */

import { describe, expect, test } from 'vitest';
import type { GroupRecord, MembershipRecord } from '../contract.ts';
import { SmallNet } from './testing/small-net.ts';

const EVERYBODY = ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web', 'carol.phone'];
const ACCOUNTS = { alice: ['laptop'], bob: ['web'], carol: [] };

/** Alice made the group `walk` with Bob and Carol. */
function trio(): SmallNet {
  return new SmallNet(ACCOUNTS, [], { walk: ['alice', 'bob', 'carol'] });
}

function write(net: SmallNet, from: string, text: string): void {
  net.command(from, { kind: 'send', chat: net.group('walk'), text });
  net.settle();
}

function change(
  net: SmallNet,
  by: string,
  kind: 'add' | 'remove' | 'leave' | 'promote' | 'demote',
  ...members: string[]
): void {
  const users = members.map((name) => net.user(name));
  const group = net.group('walk');
  net.command(by, { kind: 'change-group', group, change: kind, members: users });
  net.settle();
}

function groupOf(net: SmallNet, name: string): GroupRecord | undefined {
  return net.member(name).store.get('group', net.group('walk')) as GroupRecord | undefined;
}

function membersAsSeen(net: SmallNet, name: string): readonly string[] | undefined {
  return groupOf(net, name)?.members;
}

function targetsOf(net: SmallNet, name: string): (readonly string[])[] {
  return net.outbox(name).map(({ targets }) => targets);
}

describe('a group', () => {
  test('a message reaches every device of every member', () => {
    const net = trio();
    write(net, 'alice.laptop', 'hello');
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['hello']);
    const [outbox] = net.outbox('alice.laptop');
    expect(outbox?.state).toBe('acknowledged');
    expect(outbox?.targets).toHaveLength(4);
    expect(net.sent.filter((frame) => frame === 'alice.laptop message:text')).toHaveLength(1);
  });

  test('the second message goes to nobody in particular', () => {
    const net = trio();
    write(net, 'alice.laptop', 'first');
    write(net, 'alice.laptop', 'second');
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['first', 'second']);
    expect(targetsOf(net, 'alice.laptop').map((targets) => targets.length)).toEqual([4, 0]);
  });

  test('everybody writes, and all devices show the same order', () => {
    const net = trio();
    for (const name of EVERYBODY) write(net, name, `from ${name}`);
    const texts = EVERYBODY.map((name) => `from ${name}`);
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(texts);
  });

  test('a member whose phone was off reads everything when it is back', () => {
    const net = trio();
    net.power('carol.phone', false);
    write(net, 'alice.phone', 'one');
    write(net, 'bob.web', 'two');
    net.power('carol.phone', true);
    net.settle();
    expect(net.texts('carol.phone')).toEqual(['one', 'two']);
  });
});

describe('members come and go', () => {
  test('a group made over the network works', () => {
    const net = new SmallNet(ACCOUNTS, [], {});
    const group = '120363000000000077@g.us';
    const members = [net.user('bob'), net.user('carol')];
    net.command('alice.laptop', { kind: 'create-group', group, name: 'walk', members });
    // Written before the server has answered.
    net.command('alice.laptop', { kind: 'send', chat: group, text: 'welcome' });
    net.settle();
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['welcome']);
    const record = net.member('carol.phone').store.get('group', group) as GroupRecord;
    expect(record.members).toEqual([net.user('alice'), ...members]);
    expect(record.admins).toEqual([net.user('alice')]);
  });

  test('who was removed gets nothing more, and the next message has a new key', () => {
    const net = trio();
    write(net, 'alice.phone', 'before');
    change(net, 'alice.phone', 'remove', 'carol');
    write(net, 'alice.phone', 'after');
    expect(net.texts('carol.phone')).toEqual(['before']);
    expect(net.texts('bob.web')).toEqual(['before', 'after']);
    expect(targetsOf(net, 'alice.phone').map((targets) => targets.length)).toEqual([4, 3]);
    expect(groupOf(net, 'carol.phone')).toBeUndefined();
    expect(membersAsSeen(net, 'bob.web')).toEqual([net.user('alice'), net.user('bob')]);
    write(net, 'carol.phone', 'let me in');
    expect(net.outbox('carol.phone')).toEqual([]);
  });

  test('who leaves is out, and the key is new for the others', () => {
    const net = trio();
    write(net, 'bob.web', 'before');
    change(net, 'carol.phone', 'leave');
    write(net, 'bob.web', 'after');
    expect(net.texts('carol.phone')).toEqual(['before']);
    expect(targetsOf(net, 'bob.web').map((targets) => targets.length)).toEqual([4, 3]);
  });

  test('who is added reads from then on, with the key as it stands', () => {
    const net = new SmallNet({ ...ACCOUNTS, dave: ['pad'] }, [], {
      walk: ['alice', 'bob', 'carol'],
    });
    write(net, 'alice.phone', 'before');
    change(net, 'alice.phone', 'add', 'dave');
    write(net, 'alice.phone', 'after');
    expect(net.texts('dave.phone')).toEqual(['after']);
    expect(net.texts('dave.pad')).toEqual(['after']);
    expect(targetsOf(net, 'alice.phone').map((targets) => targets.length)).toEqual([4, 2]);
    expect(membersAsSeen(net, 'dave.pad')).toHaveLength(4);
  });

  test('who was removed and added again before the next message starts with a new key', () => {
    const net = trio();
    write(net, 'alice.phone', 'before');
    change(net, 'alice.phone', 'remove', 'carol');
    change(net, 'alice.phone', 'add', 'carol');
    write(net, 'alice.phone', 'after');
    expect(net.texts('carol.phone')).toEqual(['before', 'after']);
    expect(targetsOf(net, 'alice.phone').map((targets) => targets.length)).toEqual([4, 4]);
  });

  test('only admins change who is in, and the oldest member follows the last admin', () => {
    const net = trio();
    change(net, 'bob.phone', 'remove', 'carol');
    expect(membersAsSeen(net, 'alice.phone')).toHaveLength(3);
    change(net, 'alice.phone', 'promote', 'carol');
    change(net, 'carol.phone', 'demote', 'alice');
    expect(groupOf(net, 'bob.web')?.admins).toEqual([net.user('carol')]);
    change(net, 'carol.phone', 'leave');
    const membership = net.member('server').store.get('membership', net.group('walk'));
    expect((membership as MembershipRecord).admins).toEqual([net.user('alice')]);
    expect(groupOf(net, 'bob.web')?.admins).toEqual([net.user('alice')]);
  });

  test('a change whose answer is lost is carried out once', () => {
    const net = trio();
    let isDropping = true;
    net.tamper = ({ toServer, kind, bytes }) => {
      const isAnswer = isDropping && !toServer && kind.startsWith('iq');
      return isAnswer ? undefined : bytes;
    };
    change(net, 'alice.phone', 'remove', 'carol');
    change(net, 'alice.laptop', 'add', 'carol');
    isDropping = false;
    net.restart('alice.phone');
    net.settle();
    expect(membersAsSeen(net, 'bob.phone')).toHaveLength(3);
    expect(net.member('alice.phone').store.collection('outbound').size).toBe(0);
  });
});

describe('devices come and go', () => {
  test('a new companion learns its groups and reads from then on', () => {
    const net = new SmallNet(ACCOUNTS, ['bob.pad'], { walk: ['alice', 'bob', 'carol'] });
    write(net, 'alice.phone', 'before');
    net.link('bob.phone', 'bob.pad');
    expect(membersAsSeen(net, 'bob.pad')).toHaveLength(3);
    write(net, 'alice.phone', 'after');
    write(net, 'bob.pad', 'from the pad');
    expect(net.texts('bob.pad').slice(-2)).toEqual(['after', 'from the pad']);
    expect(net.texts('carol.phone')).toEqual(['before', 'after', 'from the pad']);
    expect(targetsOf(net, 'alice.phone').map((targets) => targets.length)).toEqual([4, 1]);
  });

  test('an unlinked companion that held the key makes the next message have another', () => {
    const net = trio();
    write(net, 'alice.phone', 'before');
    net.command('bob.phone', { kind: 'unlink', device: `${net.user('bob').replace('@', ':1@')}` });
    net.settle();
    write(net, 'alice.phone', 'after');
    expect(net.texts('bob.phone')).toEqual(['before', 'after']);
    expect(targetsOf(net, 'alice.phone').map((targets) => targets.length)).toEqual([4, 3]);
  });

  test('a companion nobody told the sender of gets the message after the ack', () => {
    const net = new SmallNet(ACCOUNTS, ['bob.pad'], { walk: ['alice', 'bob', 'carol'] });
    net.tamper = ({ wire, toServer, kind, bytes }) => {
      const isWord = !toServer && kind === 'notification:devices';
      return isWord && wire.device.name === 'alice.phone' ? undefined : bytes;
    };
    net.link('bob.phone', 'bob.pad');
    write(net, 'alice.phone', 'to all');
    expect(net.texts('bob.pad')).toEqual(['to all']);
    write(net, 'alice.phone', 'again');
    expect(net.texts('bob.pad')).toEqual(['to all', 'again']);
    expect(targetsOf(net, 'alice.phone').map((targets) => targets.length)).toEqual([4, 0]);
  });
});
