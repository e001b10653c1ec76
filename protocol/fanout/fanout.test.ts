/**
 * Stories of the fanout nodes over the smallest possible net: what a person would see on each
 * device.
 */

import { describe, expect, test } from 'vitest';
import type { QrRecord } from '../contract.ts';
import { SmallNet } from './testing/small-net.ts';

const EVERYBODY = ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web'];
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

function pair(): SmallNet {
  return new SmallNet({ alice: ['laptop'], bob: ['web'] });
}

function link(net: SmallNet, phone: string, companion: string): void {
  net.command(companion, { kind: 'link' });
  net.settle();
  const qr = net.member(companion).store.get('qr', 'self') as QrRecord;
  net.command(phone, { kind: 'scan', qr: qr.text });
  net.settle();
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
    link(net, 'alice.phone', 'alice.tablet');
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
    link(net, 'alice.phone', 'alice.e');
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
    link(net, 'alice.phone', 'alice.tablet');
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

describe('healing', () => {
  test('a sender that missed a link is told by the ack and fills in within five minutes', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['bob.web']);
    net.tamper = (flight) => (flight.kind === 'notification:devices' ? undefined : flight.bytes);
    link(net, 'bob.phone', 'bob.web');
    net.send('alice.phone', 'bob', 'did you get this?');
    net.settle();
    expect(net.texts('bob.web')).toEqual(['did you get this?']);
    expect(net.notices.some((line) => line.startsWith('alice.phone stale-list'))).toBe(true);
  });

  test('an altered ciphertext is asked for again and shown once, at its place', () => {
    const net = pair();
    let isArmed = true;
    net.tamper = (flight) => {
      const isCopy = flight.kind === 'message:text' && flight.wire.device.name === 'bob.web';
      if (!isArmed || !isCopy || flight.toServer) return flight.bytes;
      isArmed = false;
      const altered = flight.bytes.slice();
      const last = altered.length - 20;
      altered[last] = (altered[last] ?? 0) ^ 1;
      return altered;
    };
    net.send('alice.phone', 'bob', 'first');
    net.send('alice.phone', 'bob', 'second');
    net.settle();
    expect(net.texts('bob.web')).toEqual(['first', 'second']);
    expect(net.member('bob.web').store.collection('placeholder').size).toBe(0);
    expect(net.lost('bob.web')).toEqual([]);
  });

  test('a session gone on one side is made again after a retry with keys', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    net.send('bob.phone', 'alice', 'two');
    net.settle();
    const { store } = net.member('bob.phone');
    const keys = [...store.collection('session').keys()];
    store.apply(keys.map((key) => ({ collection: 'session', key, record: undefined })));
    net.send('alice.phone', 'bob', 'three');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['one', 'two', 'three']);
  });

  test('a placeholder that nobody answers is reported lost, never silent', () => {
    const net = pair();
    net.tamper = (flight) => {
      const isCopy = flight.kind === 'message:text' && flight.wire.device.name === 'bob.web';
      if (!isCopy || flight.toServer) return flight.bytes;
      const altered = flight.bytes.slice();
      const last = altered.length - 20;
      altered[last] = (altered[last] ?? 0) ^ 1;
      return altered;
    };
    net.send('alice.phone', 'bob', 'cursed');
    net.settle(600_000_000);
    expect(net.texts('bob.web')).toEqual([]);
    expect(net.lost('bob.web')).toHaveLength(1);
    expect(net.member('bob.web').store.collection('placeholder').size).toBe(0);
  });

  test('a lost acknowledgement leads to the same stanza again and no second showing', () => {
    const net = pair();
    let isArmed = true;
    net.tamper = (flight) => {
      if (!isArmed || flight.kind !== 'ack:message') return flight.bytes;
      isArmed = false;
      return undefined;
    };
    net.send('alice.phone', 'bob', 'once');
    net.settle(130_000_000);
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['once']);
    expect(net.outbox('alice.phone')[0]?.state).toBe('acknowledged');
  });

  test('a Store that went back makes new sessions before its first send', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    net.send('bob.phone', 'alice', 'two');
    net.settle();
    const member = net.member('alice.phone');
    const old = member.store.snapshot();
    net.send('alice.phone', 'bob', 'three');
    net.settle();
    for (const name of [...member.store.collectionNames()]) {
      const records = [...member.store.collection(name).keys()];
      member.store.apply(records.map((key) => ({ collection: name, key, record: undefined })));
    }
    for (const name of old.collectionNames()) {
      for (const [key, record] of old.collection(name))
        member.store.apply([{ collection: name, key, record }]);
    }
    net.restart('alice.phone');
    net.settle();
    expect(net.notices.some((line) => line.startsWith('alice.phone rolled-back'))).toBe(true);
    net.send('alice.phone', 'bob', 'four');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['one', 'two', 'three', 'four']);
  });

  test('a pool that runs low is filled again', () => {
    const net = new SmallNet({
      alice: ['a', 'b', 'c', 'd'],
      bob: ['e', 'f', 'g', 'h'],
      carol: [],
    });
    for (const name of ['phone', 'a', 'b', 'c', 'd']) {
      net.send(`alice.${name}`, 'carol', `from ${name}`);
      net.settle();
    }
    for (const name of ['phone', 'e', 'f', 'g', 'h']) {
      net.send(`bob.${name}`, 'carol', `from ${name}`);
      net.settle();
    }
    expect(net.texts('carol.phone')).toHaveLength(10);
    const carol = net.user('carol');
    expect(net.member('server').store.collection(`prekeys/${carol}`).size).toBeGreaterThanOrEqual(
      5,
    );
  });
});

describe('what time and disks do', () => {
  test('a signed prekey is rotated monthly, and its predecessor still opens messages', () => {
    const net = new SmallNet({ alice: [], bob: [] });
    const bob = net.user('bob');
    const served = (): unknown => net.member('server').store.get('bundle', bob);
    const idOf = (record: unknown): number => (record as { signedPrekeyId: number }).signedPrekeyId;
    const before = idOf(served());
    net.settle(31 * DAY_US);
    expect(idOf(served())).toBe(before + 1);
    expect(net.member('bob.phone').store.collection('signed-prekey').size).toBe(2);
    net.send('alice.phone', 'bob', 'with the new key');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['with the new key']);
  });

  test('a copy that waited more than 30 days is reported lost at the next login', () => {
    const net = pair();
    net.power('bob.phone', false);
    net.power('bob.web', false);
    net.send('alice.phone', 'bob', 'are you there?');
    net.settle(31 * DAY_US);
    net.power('bob.phone', true);
    net.settle();
    expect(net.texts('bob.phone')).toEqual([]);
    expect(net.lost('bob.phone').map(({ reason }) => reason)).toEqual([
      'it waited more than 30 days at the server',
    ]);
  });

  test('a Store that lost its last commit asks for the copy it had acknowledged', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    const { store } = net.member('bob.web');
    const old = store.snapshot();
    net.send('alice.phone', 'bob', 'two');
    net.settle();
    for (const name of ['shown', 'session', `unread/${net.user('alice')}`]) {
      const keys = [...store.collection(name).keys()];
      store.apply(keys.map((key) => ({ collection: name, key, record: old.get(name, key) })));
    }
    expect(net.texts('bob.web')).toEqual(['one']);
    net.restart('bob.web');
    net.settle();
    expect(net.sent.filter((frame) => frame === 'bob.web receipt:retry')).toHaveLength(1);
    net.settle(300_000_000);
    // Its author knows it delivered there (6.9) and sends nothing: the loss is admitted, not
    // silent.
    expect(net.lost('bob.web')).toHaveLength(1);
    net.send('alice.phone', 'bob', 'three');
    net.settle();
    expect(net.texts('bob.web')).toEqual(['one', 'three']);
  });

  test('keys that a lost commit may have used are not used again', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    net.send('bob.phone', 'alice', 'two');
    net.settle();
    const { store } = net.member('alice.phone');
    const counterOf = (): number => {
      const session = store.get('session', net.user('bob'));
      return (session as unknown as { senderCounter: number }).senderCounter;
    };
    const before = counterOf();
    net.send('alice.phone', 'bob', 'three');
    net.settle();
    expect(counterOf()).toBe(before + 1);
    net.restart('alice.phone');
    net.settle();
    net.send('alice.phone', 'bob', 'four');
    net.settle();
    expect(counterOf()).toBe(before + 1 + 16 + 1);
    net.send('alice.phone', 'bob', 'five');
    net.settle();
    expect(counterOf()).toBe(before + 1 + 16 + 2);
    expect(net.texts('bob.phone')).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  test('a message to nobody is given back to its author as lost', () => {
    const net = pair();
    net.command('alice.phone', { kind: 'send', chat: '15559999@s.whatsapp.net', text: 'hello?' });
    net.settle(130_000_000);
    expect(net.lost('alice.phone').map(({ reason }) => reason)).toEqual([
      'the server refused it (404)',
    ]);
    expect(net.member('alice.phone').store.collection('outbound').size).toBe(0);
  });

  test('a login whose first stanza is lost is tried again', () => {
    const net = pair();
    net.power('bob.phone', false);
    let isArmed = true;
    net.tamper = (flight) => {
      if (!isArmed || flight.kind !== 'login') return flight.bytes;
      isArmed = false;
      return undefined;
    };
    net.power('bob.phone', true);
    net.settle(90_000_000);
    net.send('alice.phone', 'bob', 'back?');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['back?']);
  });
});

describe('hostile bytes', () => {
  test('frames of noise change no record and break nothing', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    const noise = new Uint8Array(64).map((_, index) => (index * 37 + 11) & 255);
    const before = net.member('server').store.snapshot();
    net.tamper = (flight) =>
      flight.kind === 'message:text' && flight.toServer ? noise : flight.bytes;
    net.send('alice.phone', 'bob', 'two');
    net.settle();
    expect(net.notices.some((line) => line.startsWith('server rejected'))).toBe(true);
    expect(net.member('server').store.collection('accepted').size).toBe(
      before.collection('accepted').size,
    );
    net.tamper = (flight) => flight.bytes;
    net.settle(130_000_000);
    expect(net.texts('bob.phone')).toEqual(['one', 'two']);
  });
});
