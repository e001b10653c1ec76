/** App state while somebody crashes, after each commit in turn: all devices agree in the end. */

import { expect, test } from 'vitest';
import { AppStateNet } from './testing/app-state-net.ts';

const MINUTE_US = 60_000_000;
const NAMES = ['alice.phone', 'alice.laptop', 'alice.tablet'];

/** Races, a new companion, one that goes, a rotation, and a patch too large for a stanza. */
function story(net: AppStateNet): void {
  net.pin('alice.laptop');
  net.pin('alice.phone', false);
  net.settle();
  net.link('alice.phone', 'alice.tablet');
  net.change('alice.tablet', { kind: 'push-name', name: 'Alice' });
  net.settle();
  net.command('alice.phone', { kind: 'unlink', device: net.user('alice').replace('@', ':1@') });
  net.settle();
  net.change('alice.tablet', { kind: 'mark-read', chat: net.user('bob'), value: true });
  net.settle();
}

function expectAgreement(net: AppStateNet, where: string, names: readonly string[]): void {
  const [first = ''] = names;
  for (const name of names) {
    expect([where, name, net.unrest(name)]).toEqual([where, name, []]);
    expect([where, net.settings(name)]).toEqual([where, net.settings(first)]);
    expect([where, net.versions(name)]).toEqual([where, net.versions(first)]);
  }
}

test.each(['alice.phone', 'alice.laptop', 'alice.tablet', 'server'])(
  'a crash of %s after any of its commits is made good',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = new AppStateNet({ alice: ['laptop'], bob: [] }, ['alice.tablet']);
      net.send('bob.phone', 'alice', 'hello');
      net.settle();
      const isFired = net.crashAfterCommit(name, at, () => story(net));
      net.settle(2 * MINUTE_US);
      const linked = NAMES.filter((device) => net.member(device).store.get('account', 'self'));
      net.pin(linked.at(-1) ?? '', true, net.user('alice'));
      net.settle(2 * MINUTE_US);
      expectAgreement(net, `${name} ${at}`, linked);
      if (!isFired) {
        expect(at).toBeGreaterThan(5);
        return;
      }
    }
  },
  120_000,
);

test.each(['alice.phone', 'blobs', 'server'])(
  'a crash of %s while a large patch is on its way is made good',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = new AppStateNet({ alice: ['laptop'], bob: [] });
      net.tamper = ({ bytes, kind }) => (kind.includes('app:state') ? undefined : bytes);
      for (let chat = 0; chat < 110; chat += 1) {
        net.pin('alice.phone', true, `1555${1_000 + chat}@s.whatsapp.net`);
      }
      net.tamper = ({ bytes }) => bytes;
      const isFired = net.crashAfterCommit(name, at, () => {
        net.restart('alice.phone');
        net.settle(MINUTE_US);
      });
      net.settle(3 * MINUTE_US);
      expect(Object.keys(net.settings('alice.laptop'))).toHaveLength(110);
      expectAgreement(net, `${name} ${at}`, ['alice.phone', 'alice.laptop']);
      if (!isFired) {
        expect(at).toBeGreaterThan(1);
        return;
      }
    }
  },
  120_000,
);

test.each(['alice.phone', 'alice.laptop', 'server'])(
  'a crash of %s while the state of an account is given up and made anew is made good',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = new AppStateNet({ alice: ['laptop'], bob: [] }, ['alice.tablet']);
      net.pin('alice.phone');
      net.settle();
      for (const device of ['alice.phone', 'alice.laptop']) {
        const keys = net.keyNames(device);
        net
          .member(device)
          .store.apply(
            keys.map((key) => ({ collection: 'app-state-key', key, record: undefined })),
          );
      }
      // What the laptop held is gone, too: it asks for all of it, and for the key that nobody has.
      const gone = { collection: 'app-state-version', key: 'regular_low', record: undefined };
      net.member('alice.laptop').store.apply([gone]);
      const isFired = net.crashAfterCommit(name, at, () => {
        net.restart('alice.laptop');
        net.settle(MINUTE_US);
      });
      net.settle(2 * MINUTE_US);
      net.link('alice.phone', 'alice.tablet');
      net.settle(2 * MINUTE_US);
      const where = `${name} ${at}`;
      const laptop = net.member('alice.laptop').store.get('account', 'self');
      expect([where, laptop]).toEqual([where, undefined]);
      expect([where, net.setting('alice.tablet', 'pin_v1')]).toEqual([where, { pinned: true }]);
      expectAgreement(net, where, ['alice.phone', 'alice.tablet']);
      if (!isFired) {
        expect(at).toBeGreaterThan(3);
        return;
      }
    }
  },
  120_000,
);
