import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { proto } from 'zapo-js/proto';
import { encode } from '../../wire/protobuf.ts';
import { encodeMutation, encodeValue, readMutation, SYNC_ACTION_VALUE } from './action-codec.ts';
import { type AppStateAction, collectionOf, indexOf, mutationOf } from './actions.ts';
import { COLLECTIONS } from './collections.ts';
import { covers, rangeOf, unitedRange } from './message-range.ts';

const CHAT = '15551230001@s.whatsapp.net';
const message = { chat: CHAT, messageId: '3EB0A', isFromMe: true, participant: '' };
const inGroup = {
  chat: '1203630@g.us',
  messageId: '3EB0B',
  isFromMe: false,
  participant: '15551230002@s.whatsapp.net',
};
const range = rangeOf([{ message, timestampS: 1_626_220_800 }]);

const WRITTEN: readonly (readonly [Exclude<AppStateAction, { kind: 'opaque' }>, string, string])[] =
  [
    [
      { kind: 'star', message, isStarred: true },
      `["star","${CHAT}","3EB0A","1","0"]`,
      'regular_high',
    ],
    [
      { kind: 'delete-message', message: inGroup, deletesMedia: true, timestampS: 7 },
      '["deleteMessageForMe","1203630@g.us","3EB0B","0","15551230002@s.whatsapp.net"]',
      'regular_high',
    ],
    [{ kind: 'mute', chat: CHAT, isMuted: true, endMs: -1 }, `["mute","${CHAT}"]`, 'regular_high'],
    [{ kind: 'pin', chat: CHAT, isPinned: true }, `["pin_v1","${CHAT}"]`, 'regular_low'],
    [
      { kind: 'archive', chat: CHAT, isArchived: true, range },
      `["archive","${CHAT}"]`,
      'regular_low',
    ],
    [
      { kind: 'mark-read', chat: CHAT, isRead: true, range },
      `["markChatAsRead","${CHAT}"]`,
      'regular_low',
    ],
    [
      { kind: 'clear-chat', chat: CHAT, deletesStarred: true, deletesMedia: false, range },
      `["clearChat","${CHAT}","1","0"]`,
      'regular_high',
    ],
    [
      { kind: 'delete-chat', chat: CHAT, deletesMedia: true, range },
      `["deleteChat","${CHAT}","1"]`,
      'regular_high',
    ],
    [
      { kind: 'contact', contact: CHAT, fullName: 'Zoë "Z" 東', firstName: 'Zoë' },
      `["contact","${CHAT}"]`,
      'critical_unblock_low',
    ],
    [{ kind: 'push-name', name: 'Ann' }, '["setting_pushName"]', 'critical_block'],
    [{ kind: 'locale', locale: 'en_GB' }, '["setting_locale"]', 'critical_block'],
    [
      { kind: 'security-notification', isShown: true },
      '["setting_securityNotification"]',
      'critical_block',
    ],
    [{ kind: 'unarchive-chats', isOn: true }, '["setting_unarchiveChats"]', 'regular_low'],
    [
      { kind: 'key-expiration', collection: 'regular', expiredEpoch: 9 },
      '["sentinel","regular"]',
      'regular',
    ],
  ];

/** The action's part of the value as zapo-js names and reads it; it lacks one setting. */
const AS_ZAPO: readonly (readonly [string, string, object])[] = [
  ['star', 'starAction', { starred: true }],
  ['delete-message', 'deleteMessageForMeAction', { deleteMedia: true, messageTimestamp: 7 }],
  ['mute', 'muteAction', { muted: true, muteEndTimestamp: -1 }],
  ['pin', 'pinAction', { pinned: true }],
  ['archive', 'archiveChatAction', { archived: true }],
  ['mark-read', 'markChatAsReadAction', { read: true }],
  ['clear-chat', 'clearChatAction', {}],
  ['delete-chat', 'deleteChatAction', {}],
  ['contact', 'contactAction', { fullName: 'Zoë "Z" 東', firstName: 'Zoë' }],
  ['push-name', 'pushNameSetting', { name: 'Ann' }],
  ['locale', 'localeSetting', { locale: 'en_GB' }],
  ['unarchive-chats', 'unarchiveChatsSetting', { unarchiveChats: true }],
  ['key-expiration', 'keyExpiration', { expiredKeyEpoch: 9 }],
];

/** A decoded message as plain values: pairs of 32 bits as numbers. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => {
      const pair = item as { low?: number; high?: number } | null;
      if (typeof pair?.low !== 'number' || typeof pair.high !== 'number') return item;
      return pair.high * 2 ** 32 + (pair.low >>> 0);
    }),
  );
}

describe('actions', () => {
  test.each(WRITTEN)('$kind has its index and its collection', (action, index, collection) => {
    expect(indexOf(action)).toBe(index);
    expect(collectionOf(action)).toBe(collection);
  });

  test.each(WRITTEN)('$kind is read as it was written', (action) => {
    const mutation = mutationOf('set', action, 1_626_220_800_000);
    const { version } = mutation;
    const index = utf8ToBytes(indexOf(action));
    const value = encodeValue(mutation);
    expect(readMutation('set', { index, value, version })).toEqual(mutation);
  });

  test.each(AS_ZAPO)('zapo-js finds %s in %s', (kind, field, expected) => {
    const action = WRITTEN.map(([written]) => written).find((written) => written.kind === kind);
    const bytes = encodeMutation(mutationOf('set', action as never, 1_626_220_800_000));
    const { value } = proto.SyncActionData.decode(bytes);
    const read = plain(value) as Record<string, object>;
    expect(read).toMatchObject({ timestamp: 1_626_220_800_000 });
    expect(read[field]).toMatchObject(expected);
    const hasRange = ['archive', 'mark-read', 'clear-chat', 'delete-chat'].includes(kind);
    if (!hasRange) return;
    expect(read[field]).toMatchObject({
      messageRange: {
        lastMessageTimestamp: 1_626_220_800,
        messages: [
          { key: { remoteJid: CHAT, fromMe: true, id: '3EB0A' }, timestamp: 1_626_220_800 },
        ],
      },
    });
  });

  test('every collection has a name of its own', () => {
    expect(new Set(COLLECTIONS).size).toBe(5);
  });
});

describe('actions we cannot read', () => {
  const value = encode(SYNC_ACTION_VALUE, { timestamp: 5, pin: { pinned: true } });
  const read = (index: string, bytes = value, version = 1) =>
    readMutation('set', { index: utf8ToBytes(index), value: bytes, version });

  test.each([
    ['an unknown name', '["label_edit","3"]', 1],
    ['no JSON', 'pin_v1', 1],
    ['an array of other things', '["pin_v1",3]', 1],
    ['nesting', '['.repeat(3_000), 1],
    ['another spelling', '[ "pin_v1","15551230001@s.whatsapp.net"]', 1],
    ['a later version', '["pin_v1","15551230001@s.whatsapp.net"]', 6],
    ['an argument too many', '["pin_v1","15551230001@s.whatsapp.net","x"]', 1],
  ])('%s is kept as it came', (_, index, version) => {
    const opaque = { kind: 'opaque', index, value };
    expect(read(index, value, version)).toEqual({
      operation: 'set',
      action: opaque,
      timestampMs: 5,
      version,
    });
    expect(indexOf(opaque as AppStateAction)).toBe(index);
  });

  test.each([
    ['no time', '["pin_v1","a"]', encode(SYNC_ACTION_VALUE, { pin: { pinned: true } })],
    ['a time before 1970', '["pin_v1","a"]', encode(SYNC_ACTION_VALUE, { timestamp: -1 })],
    ['no value of its kind', '["mute","a"]', value],
    ['no chat', '["pin_v1"]', value],
    ['a value that is cut off', '["pin_v1","a"]', value.subarray(0, 3)],
    ['a sentinel of no collection', '["sentinel","other"]', value],
  ])('%s is malformed', (_, index, bytes) => {
    expect(read(index, bytes)).toMatchObject({ kind: 'rejected', code: 'malformed' });
  });

  test('an index that is no text is malformed', () => {
    const data = { index: Uint8Array.of(0xff), value, version: 1 };
    expect(readMutation('set', data)).toMatchObject({ kind: 'rejected', code: 'malformed' });
  });

  test('a removal needs no value', () => {
    const bytes = encode(SYNC_ACTION_VALUE, { timestamp: 5 });
    const data = { index: utf8ToBytes('["contact","a"]'), value: bytes, version: 2 };
    expect(readMutation('remove', data)).toMatchObject({
      operation: 'remove',
      action: { kind: 'contact', contact: 'a', fullName: '' },
    });
  });
});

describe('message ranges', () => {
  const at = (messageId: string, timestampS: number) => ({
    message: { ...message, messageId },
    timestampS,
  });

  test('list the last second and cover all before it', () => {
    const made = rangeOf([at('a', 10), at('b', 11), at('c', 11), at('d', 9)]);
    expect(made.lastMessageS).toBe(11);
    expect(made.messages.map((item) => item.message.messageId)).toEqual(['b', 'c']);
    expect(covers(made, { ...message, messageId: 'unheard of' }, 10)).toBe(true);
    expect(covers(made, { ...message, messageId: 'b' }, 11)).toBe(true);
    expect(covers(made, { ...message, messageId: 'e' }, 11)).toBe(false);
    expect(covers(made, { ...message, messageId: 'e' }, 12)).toBe(false);
  });

  test('of two devices cover together what each covered', () => {
    const united = unitedRange(rangeOf([at('a', 10), at('b', 11)]), rangeOf([at('c', 11)]));
    expect(united).toEqual(rangeOf([at('b', 11), at('c', 11)]));
    expect(unitedRange(rangeOf([at('a', 10)]), rangeOf([at('c', 11)]))).toEqual(
      rangeOf([at('c', 11)]),
    );
  });
});
