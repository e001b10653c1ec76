/** A phone set up anew while somebody crashes, after each of its commits in turn. */

import { expect, test } from 'vitest';
import type { AlarmRecord } from '../contract.ts';
import type { DeviceListRecord } from '../devices/device-list.ts';
import { SmallNet } from './testing/small-net.ts';

const MINUTE_US = 60_000_000;

function alarms(net: SmallNet, device: string): string[] {
  const records = [...net.member(device).store.collection('alarm').values()] as AlarmRecord[];
  return records.map(({ reason }) => reason);
}

function story(net: SmallNet): void {
  net.send('alice.laptop', 'bob', 'before');
  net.command('bob.phone', { kind: 're-register' });
  net.settle();
  net.send('bob.phone', 'alice', 'from the new phone');
  net.settle();
  net.send('alice.phone', 'bob', 'to the new phone');
  net.settle();
  net.link('bob.phone', 'bob.pad');
}

test.each(['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web', 'server'])(
  'a crash of %s after any of its commits leaves everybody with the new keys',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = new SmallNet({ alice: ['laptop'], bob: ['web'] }, ['bob.pad']);
      net.send('bob.web', 'alice', 'hello');
      net.settle();
      const isFired = net.crashAfterCommit(name, at, () => story(net));
      net.settle(12 * MINUTE_US);
      net.send('alice.laptop', 'bob', 'last word');
      net.settle(2 * MINUTE_US);
      const where = `${name} ${at}`;
      expect([where, net.member('bob.web').store.get('account', 'self')]).toEqual([
        where,
        undefined,
      ]);
      for (const device of ['alice.phone', 'alice.laptop']) {
        expect([where, alarms(net, device)]).toEqual([where, ['identity-changed']]);
        const shown = net.texts(device).slice(-3);
        expect([where, shown]).toEqual([
          where,
          ['from the new phone', 'to the new phone', 'last word'],
        ]);
        const held = net.member(device).store.get('device-list', net.user('bob'));
        const own = net.member('bob.phone').store.get('device-list', net.user('bob'));
        const ids = ({ devices }: DeviceListRecord) => devices.map(({ id }) => id);
        expect([where, ids(held as DeviceListRecord)]).toEqual([
          where,
          ids(own as DeviceListRecord),
        ]);
      }
      const texts = net.texts('bob.phone');
      expect([where, texts.slice(-3)]).toEqual([
        where,
        ['from the new phone', 'to the new phone', 'last word'],
      ]);
      const isKnown = texts.includes('before') || net.lost('bob.phone').length > 0;
      expect([where, isKnown || texts.length === 3]).toEqual([where, true]);
      if (!isFired) {
        expect(at).toBeGreaterThan(2);
        return;
      }
    }
  },
  120_000,
);
