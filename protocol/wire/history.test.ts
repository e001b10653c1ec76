/**
 * History, requests between own devices and their settings against the definitions that zapo-js
 * 0.3.0 carries: same field numbers, same bytes. Then the parts as the protocol builds them.
 */

import { zlibSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { proto } from 'zapo-js/proto';
import { isRejected } from '../errors.ts';
import { deflate, inflate } from '../messages/deflate.ts';
import {
  historyPartBytes,
  type PassedMessage,
  type PushName,
  readHistoryPart,
} from '../messages/history.ts';
import {
  decodeHistorySyncNotification,
  encodeHistorySync,
  encodeHistorySyncNotification,
} from './history.ts';
import { encodeMessage } from './message.ts';
import {
  decodePeerDataRequest,
  decodePeerDataResponse,
  encodePeerDataRequest,
  encodePeerDataResponse,
} from './peer-data.ts';
import { encodeSecurityNotificationSetting } from './security-setting.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fill = (byte: number, length: number): Uint8Array => new Uint8Array(length).fill(byte);

const CHAT = '15551230002@s.whatsapp.net';
const AUTHOR = '15551230002:3@s.whatsapp.net';

describe('zapo-js writes the same bytes', () => {
  test('HistorySyncNotification', () => {
    const common = {
      fileSha256: fill(1, 32),
      fileLength: 70_000,
      mediaKey: fill(2, 32),
      fileEncSha256: fill(3, 32),
      directPath: '/v/x',
      syncType: 3,
      chunkOrder: 2,
      progress: 40,
    };
    const session = { peerDataRequestSessionId: 'ABC' };
    const ours = encodeHistorySyncNotification({ ...common, oldestMessageS: 99, ...session });
    const theirs = proto.Message.HistorySyncNotification.encode({
      ...common,
      oldestMsgInChunkTimestampSec: 99,
      ...session,
    } as object).finish();
    expect(hex(ours)).toBe(hex(theirs));
    expect(decodeHistorySyncNotification(Uint8Array.from(theirs))).toMatchObject({
      ...common,
      oldestMessageS: 99,
    });
  });

  test('HistorySync with a conversation', () => {
    const message = { conversation: 'old' };
    const key = { remoteJid: CHAT, fromMe: false, id: 'ABC', participant: AUTHOR };
    const ours = encodeHistorySync({
      syncType: 0,
      conversations: [
        {
          id: CHAT,
          messages: [
            { info: { key, message: encodeMessage(message), timestampUs: 7_000, status: 4 } },
          ],
          unreadCount: 1,
          endOfHistoryTransfer: true,
          name: 'Somebody',
        },
      ],
      chunkOrder: 1,
      progress: 50,
    });
    const theirs = proto.HistorySync.encode({
      syncType: 0,
      conversations: [
        {
          id: CHAT,
          messages: [{ message: { key, message, messageTimestamp: 7_000, status: 4 } }],
          unreadCount: 1,
          endOfHistoryTransfer: true,
          name: 'Somebody',
        },
      ],
      chunkOrder: 1,
      progress: 50,
    } as object).finish();
    expect(hex(ours)).toBe(hex(theirs));
  });

  test('requests of a companion, and the answer to one', () => {
    const key = { remoteJid: CHAT, fromMe: false, id: 'ABC', participant: AUTHOR };
    const asked = encodePeerDataRequest({ type: 4, placeholders: [{ key }] });
    expect(hex(asked)).toBe(
      hex(
        proto.Message.PeerDataOperationRequestMessage.encode({
          peerDataOperationRequestType: 4,
          placeholderMessageResendRequest: [{ messageKey: key }],
        } as object).finish(),
      ),
    );
    const older = { chatJid: CHAT, count: 50, oldestMessageId: 'ABC', oldestFromMe: true };
    expect(
      hex(encodePeerDataRequest({ type: 3, historyOnDemand: { ...older, oldestUs: 5 } })),
    ).toBe(
      hex(
        proto.Message.PeerDataOperationRequestMessage.encode({
          peerDataOperationRequestType: 3,
          historySyncOnDemandRequest: {
            chatJid: CHAT,
            oldestMsgId: 'ABC',
            oldestMsgFromMe: true,
            onDemandMsgCount: 50,
            oldestMsgTimestampMs: 5,
          },
        } as object).finish(),
      ),
    );
    const webMessageInfo = fill(9, 12);
    const results = [{ placeholder: { webMessageInfo } }];
    expect(hex(encodePeerDataResponse({ type: 4, stanzaId: 'X', results }))).toBe(
      hex(
        proto.Message.PeerDataOperationRequestResponseMessage.encode({
          peerDataOperationRequestType: 4,
          stanzaId: 'X',
          peerDataOperationResult: [
            { placeholderMessageResendResponse: { webMessageInfoBytes: webMessageInfo } },
          ],
        } as object).finish(),
      ),
    );
  });

  test('the setting of security notices', () => {
    const theirs = proto.Message.InitialSecurityNotificationSettingSync.encode({
      securityNotificationEnabled: true,
    }).finish();
    expect(hex(encodeSecurityNotificationSetting(true))).toBe(hex(theirs));
  });
});

describe('parts of the history', () => {
  const passed: PassedMessage = {
    chat: CHAT,
    author: AUTHOR,
    messageId: 'ABC',
    isOwn: false,
    positionUs: 1_626_220_800_000_000,
    isRead: false,
    message: encodeMessage({ conversation: 'old' }),
  };

  function partOf(messages: readonly PassedMessage[], chat = CHAT): Uint8Array {
    const conversation = { chat, name: undefined, unreadCount: 0, isEnd: true, messages };
    const [syncType, order, progress] = [3, 0, 9];
    const conversations = [conversation];
    return historyPartBytes({ syncType, order, progress, conversations, pushNames: [] });
  }

  function namesOf(pushNames: readonly PushName[]): Uint8Array {
    return historyPartBytes({ syncType: 4, order: 1, progress: 50, conversations: [], pushNames });
  }

  test('carry the names that people give themselves', () => {
    const pushNames = [{ user: CHAT, name: 'Bob' }];
    const taken = readHistoryPart(namesOf(pushNames));
    expect(taken).toMatchObject({ kind: 'taken-part', syncType: 4, messages: [], pushNames });
  });

  test('with a name of nobody, or more names than are believed, are refused', () => {
    const nobody = namesOf([{ user: 'nobody', name: 'Bob' }]);
    expect(readHistoryPart(nobody)).toMatchObject({ code: 'bad-content' });
    const many = Array.from({ length: 10_001 }, () => ({ user: CHAT, name: 'B' }));
    expect(readHistoryPart(namesOf(many))).toMatchObject({ code: 'limit-reached' });
  });

  test('come out as they went in', () => {
    const taken = readHistoryPart(partOf([passed, { ...passed, messageId: 'DEF', isRead: true }]));
    expect(taken).toMatchObject({ kind: 'taken-part', syncType: 3, progress: 9 });
    const messages = isRejected(taken) ? [] : taken.messages;
    expect(messages.map(({ messageId, isRead }) => [messageId, isRead])).toEqual([
      ['ABC', false],
      ['DEF', true],
    ]);
    expect(messages[0]).toMatchObject({ chat: CHAT, author: AUTHOR, positionUs: 1.6262208e15 });
    expect(messages[0]?.content.body).toEqual({ kind: 'text', text: 'old' });
  });

  test.each<[string, Partial<PassedMessage>]>([
    ['no author', { author: 'nobody' }],
    ['no id', { messageId: '' }],
    ['no place', { positionUs: 0 }],
    ['nothing to say', { message: new Uint8Array(0) }],
    ['another chat', { chat: '15551230009@s.whatsapp.net' }],
  ])('with a message that has %s are refused', (_, change) => {
    expect(readHistoryPart(partOf([{ ...passed, ...change }]))).toMatchObject({
      kind: 'rejected',
      code: 'bad-content',
    });
  });

  test('with more messages than a part may have are refused', () => {
    const messages = Array.from({ length: 2_001 }, (_, at) => ({ ...passed, messageId: `A${at}` }));
    expect(readHistoryPart(partOf(messages))).toMatchObject({ code: 'limit-reached' });
  });
});

describe('inflating', () => {
  const text = new TextEncoder().encode('hello, hello, hello '.repeat(500));

  test('gives back what was deflated, by us or by anybody', () => {
    expect(inflate(deflate(text), 10_000)).toEqual(text);
    expect(inflate(zlibSync(text, { level: 9, mem: 4 }), 10_000)).toEqual(text);
    expect(inflate(deflate(new Uint8Array(0)), 0)).toEqual(new Uint8Array(0));
  });

  test('stops at its bound', () => {
    expect(inflate(deflate(text), 9_999)).toMatchObject({ code: 'limit-reached' });
  });

  test('refuses every beginning of a stream, and what is none', () => {
    const whole = deflate(text);
    for (let length = 0; length < whole.length - 4; length += 1) {
      expect(inflate(whole.subarray(0, length), 10_000)).toMatchObject({ code: 'malformed' });
    }
    expect(inflate(fill(7, 100), 10_000)).toMatchObject({ code: 'malformed' });
  });
});

test('requests and answers that do not decode are refused', () => {
  for (const decode of [decodePeerDataRequest, decodePeerDataResponse]) {
    expect(decode(fill(0xff, 9))).toMatchObject({ code: 'malformed' });
  }
});
