/** The names that people give themselves, over the small world (specification 6.4, 8.2). */

import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { attribute, type WireNode, withAttribute } from '../wire/node.ts';
import { AppStateNet } from './testing/app-state-net.ts';
import type { SmallNet } from './testing/small-net.ts';

function named(
  unlinked: readonly string[] = [],
  groups: Readonly<Record<string, readonly string[]>> = {},
): AppStateNet {
  const net = new AppStateNet({ alice: ['laptop'], bob: ['web'] }, unlinked, groups);
  net.change('bob.phone', { kind: 'push-name', name: 'Bobby' });
  net.settle();
  return net;
}

/** What a device holds of how an account calls itself. */
function nameOn(net: SmallNet, device: string, account: string): unknown {
  const record = net.member(device).store.get('push-name', net.user(account));
  return (record as { readonly name?: string } | undefined)?.name;
}

/** Every message on its way to Alice says this name instead. */
function renamed(net: SmallNet, name: string): void {
  net.tamper = ({ bytes, toServer, kind }) => {
    const stanza = decodeFrame(bytes) as WireNode;
    if (toServer || !kind.startsWith('message')) return bytes;
    if (attribute(stanza, 'notify') === undefined) return bytes;
    return encodeFrame(withAttribute(stanza, 'notify', name));
  };
}

describe('a name that somebody gives themselves', () => {
  test('comes with each message, from every device of theirs, to every device of others', () => {
    const net = named();
    net.send('bob.web', 'alice', 'It is I.');
    net.settle();
    for (const device of ['alice.phone', 'alice.laptop']) {
      expect(nameOn(net, device, 'bob')).toBe('Bobby');
    }
    expect(nameOn(net, 'bob.phone', 'bob')).toBeUndefined();
    net.change('bob.web', { kind: 'push-name', name: 'Robert' });
    net.settle();
    net.send('bob.phone', 'alice', 'And now?');
    net.settle();
    expect(nameOn(net, 'alice.laptop', 'bob')).toBe('Robert');
  });

  test('comes with messages of groups, too', () => {
    const net = named([], { team: ['alice', 'bob'] });
    net.command('bob.phone', { kind: 'send', chat: net.group('team'), text: 'Hello, all!' });
    net.settle();
    expect(nameOn(net, 'alice.laptop', 'bob')).toBe('Bobby');
  });

  test('is no part of messages of people who have none', () => {
    const net = named();
    net.send('alice.phone', 'bob', 'I am nobody.');
    net.settle();
    expect(nameOn(net, 'bob.phone', 'alice')).toBeUndefined();
  });

  test('is handed to a new companion with the history, where its phone knows it', () => {
    const net = named(['alice.tablet']);
    net.send('bob.phone', 'alice', 'Before the tablet.');
    net.settle();
    net.link('alice.phone', 'alice.tablet');
    net.settle(10_000_000);
    expect(net.texts('alice.tablet')).toEqual(['Before the tablet.']);
    expect(nameOn(net, 'alice.tablet', 'bob')).toBe('Bobby');
  });

  test('that a message has said meanwhile is not replaced by the history', () => {
    const net = named(['alice.tablet']);
    net.send('bob.phone', 'alice', 'Before the tablet.');
    net.settle();
    // Bob has another name by the time the part with the old one is fetched.
    net.power('blobs', false);
    net.link('alice.phone', 'alice.tablet');
    net.settle();
    net.change('bob.phone', { kind: 'push-name', name: 'Robert' });
    net.settle();
    net.send('bob.phone', 'alice', 'After it.');
    net.settle();
    expect(nameOn(net, 'alice.tablet', 'bob')).toBe('Robert');
    net.power('blobs', true);
    net.settle(120_000_000);
    expect(nameOn(net, 'alice.tablet', 'bob')).toBe('Robert');
  });

  test.each([
    ['empty', ''],
    ['too long', 'B'.repeat(201)],
  ])('is not believed when it is %s, and its message is shown all the same', (_, name) => {
    const net = named();
    renamed(net, name);
    net.send('bob.phone', 'alice', 'Hello!');
    net.settle();
    expect(net.texts('alice.phone')).toEqual(['Hello!']);
    expect(nameOn(net, 'alice.phone', 'bob')).toBeUndefined();
  });
});
