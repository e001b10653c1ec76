import { describe, expect, it } from 'vitest';
import { Store } from '../../protocol/store.ts';
import {
  isArchived,
  isDeleted,
  isFetched,
  isMuted,
  isPinned,
  isRead,
  isStarred,
} from './chat-state.ts';

const ALICE = '15550000001@s.whatsapp.net';
const BOB = '15550000002@s.whatsapp.net';
const LUNCH = { chat: BOB, author: BOB, messageId: 'AAA' };
const NOON_US = 1_626_264_000_000_000;

function storeOf(settings: readonly (readonly [index: readonly string[], value: object])[]): Store {
  const store = new Store();
  const writes = settings.map(([words, value]) => {
    const index = JSON.stringify(words);
    const record = {
      ...{ kind: 'setting', collection: 'regular', index },
      ...{ value: JSON.stringify(value), timestampMs: 1 },
    };
    return { collection: 'setting', key: index, record };
  });
  store.apply(writes);
  return store;
}

function show(store: Store, messageId: string, author: string, isRead: boolean): void {
  const base = { kind: 'shown', account: ALICE, device: ALICE, chat: BOB, via: 'live', text: 'hi' };
  const record = { ...base, messageId, author, textDigest: '', positionUs: 1, isRead };
  store.apply([{ collection: 'shown', key: `${BOB}|${author}|${messageId}`, record }]);
}

describe('the state of chats', () => {
  it('a chat is muted until its time is over, or for ever', () => {
    const until = (endMs: number) =>
      storeOf([[['mute', BOB], { muted: true, muteEndTimestamp: endMs }]]);
    expect(isMuted(until(NOON_US / 1000 + 1), BOB, NOON_US)).toBe(true);
    expect(isMuted(until(NOON_US / 1000), BOB, NOON_US)).toBe(false);
    expect(isMuted(until(-1), BOB, NOON_US)).toBe(true);
    expect(isMuted(until(-1), ALICE, NOON_US)).toBe(false);
    expect(isMuted(storeOf([[['mute', BOB], { muted: false }]]), BOB, NOON_US)).toBe(false);
  });

  it('a chat is pinned or in the archive as its own setting says', () => {
    const store = storeOf([
      [['pin_v1', BOB], { pinned: true }],
      [['archive', ALICE], { archived: true }],
      [['archive', BOB], { archived: false }],
    ]);
    expect([isPinned(store, BOB), isPinned(store, ALICE)]).toEqual([true, false]);
    expect([isArchived(store, BOB), isArchived(store, ALICE)]).toEqual([false, true]);
  });

  it('messages are deleted with their chat as far as it was known', () => {
    const shownAt = (positionS: number, value: object, name = 'clearChat') => {
      const store = storeOf([[[name, BOB, '1', '0'], value]]);
      show(store, 'AAA', BOB, true);
      const key = `${BOB}|${BOB}|AAA`;
      const record = { ...store.get('shown', key), kind: 'shown', positionUs: positionS * 1e6 };
      store.apply([{ collection: 'shown', key, record }]);
      return isDeleted(store, LUNCH, true);
    };
    const range = { lastMessageTimestamp: 50, messages: [{ key: { id: 'BBB' }, timestamp: 50 }] };
    expect(shownAt(49, { range })).toBe(true);
    expect(shownAt(49, { range }, 'deleteChat')).toBe(true);
    expect(shownAt(50, { range })).toBe(false);
    const listed = { ...range, messages: [{ key: { id: 'AAA' }, timestamp: 50 }] };
    expect(shownAt(50, { range: listed })).toBe(true);
    expect(shownAt(49, {})).toBe(false);
  });

  it('a chat is read when all that others wrote is, unless it is marked unread', () => {
    const store = storeOf([]);
    show(store, 'own', ALICE, false);
    expect(isRead(store, BOB)).toBe(true);
    show(store, 'other', BOB, false);
    expect(isRead(store, BOB, new Set(['other']))).toBe(true);
    expect(isRead(store, BOB)).toBe(false);
    show(store, 'other', BOB, true);
    expect(isRead(store, BOB)).toBe(true);
    const marked = storeOf([[['markChatAsRead', BOB], { read: false }]]);
    expect(isRead(marked, BOB)).toBe(false);
  });
});

describe('the state of messages', () => {
  it('a star belongs to one message of one chat', () => {
    const index = ['star', BOB, 'AAA', '0', '0'];
    expect(isStarred(storeOf([[index, { starred: true }]]), LUNCH)).toBe(true);
    expect(isStarred(storeOf([[index, { starred: false }]]), LUNCH)).toBe(false);
    const other = ['star', BOB, 'AAB', '0', '0'];
    expect(isStarred(storeOf([[other, { starred: true }]]), LUNCH)).toBe(false);
  });

  it('a message is deleted by its own setting, or gone with its chat', () => {
    const index = ['deleteMessageForMe', BOB, 'AAA', '0', '0'];
    expect(isDeleted(storeOf([[index, {}]]), LUNCH, false)).toBe(true);
    const store = storeOf([]);
    expect(isDeleted(store, LUNCH, false)).toBe(false);
    expect(isDeleted(store, LUNCH, true)).toBe(true);
    show(store, 'AAA', BOB, true);
    expect(isDeleted(store, LUNCH, true)).toBe(false);
  });

  it('a file is there once it is fetched', () => {
    const store = new Store();
    expect(isFetched(store, LUNCH)).toBe(false);
    for (const state of ['wanted', 'missing', 'fetched']) {
      const record = { kind: 'media', state, fileDigest: '00' };
      store.apply([{ collection: 'media', key: `${BOB}|${BOB}|AAA`, record }]);
      expect(isFetched(store, LUNCH)).toBe(state === 'fetched');
    }
  });
});
