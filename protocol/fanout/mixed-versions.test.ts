import { expect, it } from 'vitest';
import { SmallNet } from './testing/small-net.ts';

const net = (): SmallNet => new SmallNet({ alice: ['laptop'], bob: [] }, ['bob.web'], {}, ['bob']);

it('a companion cannot write to an old contact, and nothing of it is stored', () => {
  const small = net();
  small.send('alice.laptop', 'bob', 'hello?');
  small.settle();
  expect(small.outbox('alice.laptop')).toEqual([]);
  expect(small.texts('bob.phone')).toEqual([]);
  expect(small.notices.some((notice) => notice.includes('old-contact'))).toBe(true);
});

it('the phone can, and its own companion has a copy', () => {
  const small = net();
  small.send('alice.phone', 'bob', 'hello');
  small.settle();
  expect(small.texts('bob.phone')).toEqual(['hello']);
  expect(small.texts('alice.laptop')).toEqual(['hello']);
});

it('what an old contact writes reaches only the phone, and nothing waits for it elsewhere', () => {
  const small = net();
  small.send('bob.phone', 'alice', 'hi');
  small.settle();
  expect(small.texts('alice.phone')).toEqual(['hi']);
  expect(small.texts('alice.laptop')).toEqual([]);
  expect([...small.member('alice.laptop').store.collection('placeholder')]).toEqual([]);
});

it('an old phone links no companion', () => {
  const small = net();
  small.link('bob.phone', 'bob.web');
  expect(small.member('bob.web').store.get('account', 'self')).toBeUndefined();
});

it('after the update both sides reach every device', () => {
  const small = net();
  small.send('bob.phone', 'alice', 'before');
  small.settle();
  small.command('bob.phone', { kind: 'upgrade' });
  small.settle();
  small.send('bob.phone', 'alice', 'after');
  small.send('alice.laptop', 'bob', 'at last');
  small.settle();
  expect(small.texts('alice.laptop')).toEqual(['after', 'at last']);
  small.link('bob.phone', 'bob.web');
  small.send('alice.laptop', 'bob', 'both of you');
  small.settle();
  expect(small.texts('bob.web')).toContain('both of you');
});

it('an update is told to the server after a crash, and told once is enough', () => {
  const small = net();
  small.tamper = ({ bytes, toServer }) => (toServer ? undefined : bytes);
  small.command('bob.phone', { kind: 'upgrade' });
  small.settle();
  small.tamper = ({ bytes }) => bytes;
  small.restart('bob.phone');
  small.settle();
  small.command('bob.phone', { kind: 'upgrade' });
  small.send('alice.laptop', 'bob', 'heard');
  small.settle();
  expect(small.texts('bob.phone')).toEqual(['heard']);
});

it('where the phone passes on what old contacts write, companions show it as history', () => {
  const accounts = { alice: ['laptop'], bob: [] };
  const always = (): boolean => true;
  const small = new SmallNet(accounts, [], {}, ['bob'], always, { mirrorsOldContacts: true });
  small.send('bob.phone', 'alice', 'hi');
  small.settle(60_000_000);
  expect(small.texts('alice.laptop')).toEqual(['hi']);
  const [shown] = small.member('alice.laptop').store.collection('shown').values();
  expect(shown).toMatchObject({ via: 'history', author: small.user('bob') });
});

it('in a group with an old member phones write and read, and its own messages reach phones', () => {
  const groups = { team: ['alice', 'bob', 'carol'] };
  const small = new SmallNet({ alice: ['laptop'], bob: [], carol: ['web'] }, [], groups, ['bob']);
  const chat = small.group('team');
  small.command('alice.laptop', { kind: 'send', chat, text: 'not from here' });
  small.command('alice.phone', { kind: 'send', chat, text: 'hello all' });
  small.settle();
  small.command('bob.phone', { kind: 'send', chat, text: 'hello phones' });
  small.settle();
  for (const phone of ['alice.phone', 'bob.phone', 'carol.phone']) {
    expect(small.texts(phone), phone).toEqual(['hello all', 'hello phones']);
  }
  for (const companion of ['alice.laptop', 'carol.web']) {
    expect(small.texts(companion), companion).toEqual(['hello all']);
    expect([...small.member(companion).store.collection('placeholder')]).toEqual([]);
  }
});
