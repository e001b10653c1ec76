/**
 * Stories of the fanout nodes over the smallest possible net: what a person would see on each
 * device.
 */

import { describe, expect, test } from 'vitest';
import { SmallNet } from './testing/small-net.ts';

const EVERYBODY = ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web'];
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

function pair(): SmallNet {
  return new SmallNet({ alice: ['laptop'], bob: ['web'] });
}

describe('client fanout', () => {
  test('a text reaches every device of both accounts, once per device in one stanza', () => {
    const net = pair();
    net.send('alice.laptop', 'bob', 'hi');
    net.settle();
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['hi']);
    const [outbox] = net.outbox('alice.laptop');
    expect(outbox?.state).toBe('acknowledged');
    expect(outbox?.targets).toHaveLength(3);
    expect(net.sent.filter((frame) => frame === 'alice.laptop message:text')).toHaveLength(1);
  });

  test('companions talk while both phones are off, and the phones catch up', () => {
    const net = pair();
    net.power('alice.phone', false);
    net.power('bob.phone', false);
    net.send('alice.laptop', 'bob', 'phones are off');
    net.settle();
    net.send('bob.web', 'alice', 'never mind');
    net.settle();
    expect(net.texts('bob.web')).toEqual(['phones are off', 'never mind']);
    net.power('alice.phone', true);
    net.power('bob.phone', true);
    net.settle();
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['phones are off', 'never mind']);
  });

  test('both sides starting at once converge and nothing is shown twice', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'a1');
    net.send('bob.phone', 'alice', 'b1');
    net.settle();
    net.send('alice.phone', 'bob', 'a2');
    net.send('bob.phone', 'alice', 'b2');
    net.settle();
    for (const name of EVERYBODY) {
      expect([...net.texts(name)].sort()).toEqual(['a1', 'a2', 'b1', 'b2']);
    }
  });

  test('a note to oneself goes to the own other devices only', () => {
    const net = pair();
    net.send('alice.phone', 'alice', 'milk');
    net.settle();
    expect(net.texts('alice.laptop')).toEqual(['milk']);
    expect(net.texts('bob.phone')).toEqual([]);
  });

  test('reading on one device clears the chat on the others', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'one');
    net.send('alice.phone', 'bob', 'two');
    net.settle();
    net.command('bob.web', { kind: 'read', chat: net.user('alice') });
    net.settle();
    const isRead = [...net.member('bob.phone').store.collection('shown').values()];
    expect(isRead.map((record) => (record as { isRead?: boolean }).isRead)).toEqual([true, true]);
    expect(net.member('bob.phone').store.collection(`unread/${net.user('alice')}`).size).toBe(0);
  });
});

describe('linking', () => {
  test('a new companion is linked, gets messages and can write first', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] }, ['alice.tablet']);
    net.link('alice.phone', 'alice.tablet');
    net.send('bob.web', 'alice', 'welcome');
    net.settle();
    expect(net.texts('alice.tablet')).toEqual(['welcome']);
    net.send('alice.tablet', 'bob', 'thanks');
    net.settle();
    for (const name of ['alice.phone', 'alice.tablet', 'bob.phone', 'bob.web']) {
      expect(net.texts(name)).toEqual(['welcome', 'thanks']);
    }
  });

  test('a fifth companion is refused', () => {
    const net = new SmallNet({ alice: ['a', 'b', 'c', 'd'], bob: [] }, ['alice.e']);
    net.link('alice.phone', 'alice.e');
    expect(net.member('alice.e').store.get('account', 'self')).toBeUndefined();
    expect(net.notices.join('\n')).toContain('at most 4 companions');
  });

  test('a code that nobody scans expires', () => {
    const net = new SmallNet({ alice: [] }, ['alice.tablet']);
    net.command('alice.tablet', { kind: 'link' });
    net.settle();
    expect(net.member('alice.tablet').store.get('qr', 'self')).toBeDefined();
    net.settle(160_000_000);
    expect(net.member('alice.tablet').store.get('qr', 'self')).toBeUndefined();
  });

  test('a phone that loses the answer asks again and the companion is linked once', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['alice.tablet']);
    let isArmed = true;
    net.tamper = (flight) => {
      const isAnswer = flight.kind === 'iq:result' && flight.wire.device.name === 'alice.phone';
      if (isArmed && isAnswer && !flight.toServer) {
        isArmed = false;
        return undefined;
      }
      return flight.bytes;
    };
    net.link('alice.phone', 'alice.tablet');
    net.settle(120_000_000);
    net.send('bob.phone', 'alice', 'hello');
    net.settle();
    expect(net.texts('alice.tablet')).toEqual(['hello']);
    expect(net.member('alice.phone').store.get('pending-link', 'self')).toBeUndefined();
  });

  test('an unlinked companion wipes its data, and gets nothing more', () => {
    const net = pair();
    net.send('bob.phone', 'alice', 'before');
    net.settle();
    const laptop = `${net.user('alice').replace('@', ':1@')}`;
    net.command('alice.phone', { kind: 'unlink', device: laptop });
    net.settle();
    expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
    net.send('bob.phone', 'alice', 'after');
    net.settle();
    expect(net.outbox('bob.phone').at(-1)?.targets).not.toContain(laptop);
    expect(net.texts('alice.phone')).toEqual(['before', 'after']);
  });

  test('a companion can log itself out, and the phone signs a list without it', () => {
    const net = pair();
    const laptop = `${net.user('alice').replace('@', ':1@')}`;
    net.command('alice.laptop', { kind: 'unlink', device: laptop });
    net.settle();
    expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
    net.send('alice.phone', 'bob', 'alone');
    net.settle();
    expect(net.outbox('alice.phone').at(-1)?.targets).not.toContain(laptop);
    expect(net.member('server').store.get('linked', laptop)).toBeUndefined();
  });

  test('companions are logged out when the phone stays away for more than 14 days', () => {
    const net = pair();
    net.power('alice.phone', false);
    net.settle(14 * DAY_US - HOUR_US);
    net.send('alice.laptop', 'bob', 'still here');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['still here']);
    net.settle(2 * HOUR_US);
    expect(net.member('alice.laptop').store.get('account', 'self')).toBeUndefined();
  });
});
