/** What the fanout nodes do when something breaks: retries, stale lists, disks, clocks, noise. */

import { describe, expect, test } from 'vitest';
import { isRejected } from '../errors.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { bytesContent, child, children, node } from '../wire/node.ts';
import { SmallNet } from './testing/small-net.ts';

const EVERYBODY = ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web'];
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;

function pair(): SmallNet {
  return new SmallNet({ alice: ['laptop'], bob: ['web'] });
}

describe('healing', () => {
  test('a sender that missed a link is told by the ack and fills in within five minutes', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['bob.web']);
    net.tamper = (flight) => (flight.kind === 'notification:devices' ? undefined : flight.bytes);
    net.link('bob.phone', 'bob.web');
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
    net.restore('alice.phone', old);
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
    // Keys at the first count tell the author that the copy is gone although it was delivered.
    expect(net.texts('bob.web')).toEqual(['one', 'two']);
    net.settle(300_000_000);
    expect(net.lost('bob.web')).toEqual([]);
    net.send('alice.phone', 'bob', 'three');
    net.settle();
    expect(net.texts('bob.web')).toEqual(['one', 'two', 'three']);
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

describe('what reviews found', () => {
  test('a retry receipt that comes before the ack is answered after it', () => {
    const net = pair();
    let held: Uint8Array | undefined;
    net.tamper = (flight) => {
      const isCopy = flight.kind === 'message:text' && flight.wire.device.name === 'bob.web';
      if (flight.kind === 'ack:message' && held === undefined) {
        held = flight.bytes;
        return undefined;
      }
      if (!isCopy || flight.toServer || held !== undefined) return flight.bytes;
      const altered = flight.bytes.slice();
      const last = altered.length - 20;
      altered[last] = (altered[last] ?? 0) ^ 1;
      return altered;
    };
    net.send('alice.phone', 'bob', 'early');
    net.settle(150_000_000);
    expect(net.texts('bob.web')).toEqual(['early']);
  });

  test('a phone cannot unlink the companion of somebody else', () => {
    const net = pair();
    const bobsWeb = net.user('bob').replace('@', ':1@');
    const forged = node('iq', { xmlns: 'md', type: 'set', id: 'x' }, [
      node('remove-companion-device', { jid: bobsWeb, reason: 'user_initiated' }),
    ]);
    net.inject('alice.phone', encodeFrame(forged));
    net.settle();
    expect(net.member('bob.web').store.get('account', 'self')).toBeDefined();
    expect(net.member('server').store.get('linked', bobsWeb)).toBeDefined();
  });

  test('an old word on our devices, repeated, does not sign a new companion away', () => {
    const net = new SmallNet({ alice: ['laptop'], bob: [] }, ['alice.tablet']);
    let old: Uint8Array | undefined;
    net.tamper = (flight) => {
      const isWord = flight.kind === 'notification:account_sync';
      if (isWord && flight.wire.device.name === 'alice.phone') old ??= flight.bytes;
      return flight.bytes;
    };
    const laptop = net.user('alice').replace('@', ':1@');
    net.command('alice.laptop', { kind: 'unlink', device: laptop });
    net.settle();
    net.link('alice.phone', 'alice.tablet');
    expect(old).toBeDefined();
    net.deliver('alice.phone', old as Uint8Array);
    net.settle();
    net.send('bob.phone', 'alice', 'who is there?');
    net.settle();
    expect(net.texts('alice.tablet')).toEqual(['who is there?']);
    const { devices } = net.member('alice.phone').store.get('device-list', net.user('alice')) as {
      devices?: readonly unknown[];
    };
    expect(devices).toHaveLength(2);
  });

  test('an expired copy for an own device is reported, and so is one whose report was lost', () => {
    const net = pair();
    net.power('alice.phone', false);
    net.send('alice.laptop', 'bob', 'for my phone too');
    net.settle(31 * DAY_US);
    let isArmed = true;
    net.tamper = (flight) => {
      if (!isArmed || flight.kind !== 'success') return flight.bytes;
      isArmed = false;
      return undefined;
    };
    net.power('alice.phone', true);
    net.settle(90_000_000);
    expect(net.lost('alice.phone').map(({ reason }) => reason)).toEqual([
      'it waited more than 30 days at the server',
    ]);
  });

  test('a message that does not open teaches nothing about its sender', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['bob.web']);
    net.tamper = (flight) => (flight.kind === 'notification:devices' ? undefined : flight.bytes);
    net.link('bob.phone', 'bob.web');
    const before = net.member('alice.phone').store.get('device-list', net.user('bob'));
    net.tamper = (flight) => {
      // Without the list she asks for, only the proof that came along could teach her.
      if (flight.kind === 'iq:usync') return undefined;
      const isCopy = flight.kind === 'message:text' && flight.wire.device.name === 'alice.phone';
      if (!isCopy || flight.toServer) return flight.bytes;
      const stanza = decodeFrame(flight.bytes);
      if (isRejected(stanza)) return flight.bytes;
      const enc = child(stanza, 'enc');
      const bytes = bytesContent(enc)?.slice();
      if (enc === undefined || bytes === undefined) return flight.bytes;
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
      const others = children(stanza).filter(({ tag }) => tag !== 'enc');
      return encodeFrame({ ...stanza, content: [{ ...enc, content: bytes }, ...others] });
    };
    net.send('bob.web', 'alice', 'hello');
    net.settle();
    expect(net.texts('alice.phone')).toEqual([]);
    expect(net.member('alice.phone').store.get('device-list', net.user('bob'))).toBe(before);
  });

  test('many retries of one message use one prekey', () => {
    const net = pair();
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    const before = net.member('bob.web').store.collection('prekey').size;
    const unavailable = node(
      'message',
      { from: net.user('alice'), id: 'FEED', t: '1626220800000000', type: 'text' },
      [node('unavailable')],
    );
    for (let index = 0; index < 20; index++) net.deliver('bob.web', encodeFrame(unavailable));
    net.settle();
    expect(net.member('bob.web').store.collection('prekey').size).toBe(before + 1);
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
