import { describe, expect, test } from 'vitest';
import type { AccountRecord, LinkedRecord, PageRecord } from '../contract.ts';
import type { SmallNet } from '../fanout/testing/small-net.ts';
import { codeOn, join, linkPage, open, relayNet, scan } from './testing/relay-net.ts';

function leave(net: SmallNet, name: string): void {
  net.command(`${name}.phone`, { kind: 'leave-beta' });
  net.settle();
}

function generationOf(net: SmallNet, device: string): string {
  const record = net.member(device).store.get('page', 'self') as PageRecord | undefined;
  return record?.generation ?? 'old';
}

function deviceOf(net: SmallNet, host: string): string | undefined {
  return (net.member(host).store.get('account', 'self') as AccountRecord | undefined)?.device;
}

function isOld(net: SmallNet, name: string): boolean[] {
  const [server, phone] = [net.member('server'), net.member(`${name}.phone`)];
  const user = net.user(name);
  return [server.store.get('old-app', user), phone.store.get('old-app', 'self')].map(
    (record) => record !== undefined,
  );
}

describe('joining the beta', () => {
  test('logs out every browser, which keeps nothing, and makes the phone one of fanout', () => {
    const net = relayNet({ alice: ['web', 'desktop'], bob: ['web'] });
    open(net, 'alice.web');
    join(net, 'alice');
    open(net, 'alice.desktop');
    net.settle(60_000_000);
    expect(isOld(net, 'alice')).toEqual([false, false]);
    expect(isOld(net, 'bob')).toEqual([true, true]);
    for (const name of ['alice.web', 'alice.desktop']) {
      expect([...net.member(name).store.collectionNames()]).toEqual([]);
    }
    const { store } = net.member('alice.phone');
    for (const name of ['browser', 'pending-pair', 'browser-deed']) {
      expect(store.collection(name).size).toBe(0);
    }
    expect([...net.member('server').store.collection('paired-browser').keys()]).toHaveLength(1);
    expect(net.member('server').store.collection('browser-token').size).toBe(1);
  });

  test('a page of old scanned by a phone in the beta reloads and is linked as a device', () => {
    const net = relayNet({ alice: ['web'], bob: ['web'] });
    join(net, 'alice');
    join(net, 'bob');
    net.settle(60_000_000);
    net.command('alice.web', { kind: 'link' });
    net.settle();
    const oldCode = codeOn(net, 'alice.web');
    scan(net, 'alice', 'alice.web');
    expect(generationOf(net, 'alice.web')).toBe('new');
    expect(oldCode?.split(',')).toHaveLength(3);
    expect(codeOn(net, 'alice.web')?.split(',')).toHaveLength(4);
    scan(net, 'alice', 'alice.web');
    net.settle(60_000_000);
    linkPage(net, 'bob', 'bob.web');
    net.settle(60_000_000);
    net.power('alice.phone', false);
    net.power('bob.phone', false);
    net.send('alice.web', 'bob', 'no phone needed');
    net.settle(60_000_000);
    expect(net.texts('bob.web')).toEqual(['no phone needed']);
  });

  test('no companion gets the address of a former browser', () => {
    const net = relayNet({ alice: ['web', 'desktop'], bob: [] });
    const before = [deviceOf(net, 'alice.web'), deviceOf(net, 'alice.desktop')];
    join(net, 'alice');
    net.settle(60_000_000);
    open(net, 'alice.web');
    linkPage(net, 'alice', 'alice.web');
    expect(before).not.toContain(deviceOf(net, 'alice.web'));
    expect(deviceOf(net, 'alice.web')).toBeDefined();
  });

  test('a browser that has not heard of it shows a code when a person wants one', () => {
    const net = relayNet({ alice: ['web', 'desktop'], bob: [] });
    open(net, 'alice.web');
    join(net, 'alice');
    net.settle(60_000_000);
    expect(deviceOf(net, 'alice.desktop')).toBeDefined();
    net.command('alice.desktop', { kind: 'link' });
    net.settle();
    scan(net, 'alice', 'alice.desktop');
    scan(net, 'alice', 'alice.desktop');
    net.settle(60_000_000);
    expect(generationOf(net, 'alice.desktop')).toBe('new');
    expect(deviceOf(net, 'alice.desktop')).toBeDefined();
  });

  test('a browser that is paired shows none', () => {
    const net = relayNet({ alice: ['web'] });
    net.command('alice.web', { kind: 'link' });
    net.settle(60_000_000);
    expect(codeOn(net, 'alice.web')).toBeUndefined();
    expect(net.notices.join()).toContain('this browser is paired already');
    expect(net.member('alice.web').store.get('wants-code', 'self')).toBeUndefined();
  });

  test('the keys and tokens of a former browser open nothing any more', () => {
    const net = relayNet({ alice: ['web'], bob: [] });
    open(net, 'alice.web');
    net.send('bob.phone', 'alice', 'before');
    net.settle();
    const stolen = net.member('alice.web').store.snapshot();
    expect(net.texts('alice.web')).toEqual(['before']);
    join(net, 'alice');
    net.settle(60_000_000);
    net.restore('alice.web', stolen);
    open(net, 'alice.web');
    net.send('bob.phone', 'alice', 'after');
    net.settle(60_000_000);
    expect(net.texts('alice.phone')).toEqual(['before', 'after']);
    expect([...net.member('alice.web').store.collectionNames()]).toEqual([]);
    expect(net.notices.join('\n')).toContain('alice.web logged-out');
  });

  test('is refused to a phone that has not connected yet, and to one that has joined', () => {
    const net = relayNet({ alice: ['web'] });
    join(net, 'alice');
    const count = net.sent.length;
    net.command('alice.phone', { kind: 'upgrade' });
    net.settle();
    expect(net.sent.slice(count)).toEqual([]);
    expect(net.notices.at(-1)).toContain('no phone that could join');
  });
});

describe('leaving the beta', () => {
  function inBeta(): SmallNet {
    const net = relayNet({ alice: ['web'], bob: ['web'] });
    for (const name of ['alice', 'bob']) {
      join(net, name);
      net.settle(60_000_000);
      open(net, `${name}.web`);
      linkPage(net, name, `${name}.web`);
      net.settle(60_000_000);
    }
    return net;
  }

  test('logs out the companions, and to everybody the account is one phone', () => {
    const net = inBeta();
    leave(net, 'alice');
    net.settle(60_000_000);
    expect(isOld(net, 'alice')).toEqual([true, true]);
    expect(deviceOf(net, 'alice.web')).toBeUndefined();
    const linked = [...net.member('server').store.collection('linked').values()] as LinkedRecord[];
    expect(linked.filter(({ user }) => user === net.user('alice'))).toHaveLength(1);
    net.send('bob.web', 'alice', 'refused');
    net.settle();
    net.send('bob.phone', 'alice', 'taken');
    net.send('alice.phone', 'bob', 'for the phone alone');
    net.settle(60_000_000);
    expect(net.texts('alice.phone')).toEqual(['taken', 'for the phone alone']);
    expect(net.texts('bob.phone')).toContain('for the phone alone');
    expect(net.texts('bob.web')).toEqual(['taken']);
    expect(net.lost('bob.web').map(({ reason }) => reason)).toEqual([
      'the contact has to update its app',
    ]);
  });

  test('a page of the new client scanned then reloads into the legacy one and is paired', () => {
    const net = inBeta();
    leave(net, 'alice');
    net.settle(60_000_000);
    expect(generationOf(net, 'alice.web')).toBe('new');
    linkPage(net, 'alice', 'alice.web');
    net.settle(10_000_000);
    expect(generationOf(net, 'alice.web')).toBe('old');
    net.send('bob.phone', 'alice', 'as in the old days');
    net.settle(10_000_000);
    expect(net.texts('alice.web')).toEqual(['as in the old days']);
    const { store } = net.member('server');
    expect(store.collection('paired-browser').size).toBe(1);
  });

  test('and joining a second time', () => {
    const net = inBeta();
    leave(net, 'alice');
    net.settle(60_000_000);
    join(net, 'alice');
    net.settle(60_000_000);
    linkPage(net, 'alice', 'alice.web');
    net.settle(60_000_000);
    net.power('alice.phone', false);
    net.send('bob.web', 'alice', 'back again');
    net.settle(60_000_000);
    expect(net.texts('alice.web')).toEqual(['back again']);
  });
});
