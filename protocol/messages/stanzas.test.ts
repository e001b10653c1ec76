import { describe, expect, test } from 'vitest';
import { node, type WireNode, withAttribute } from '../wire/node.ts';
import { ackOf, messageAckStanza, nackStanza, readAck } from './acks.ts';
import {
  type Ciphertext,
  encNode,
  fanoutStanza,
  readIncomingMessage,
  resentStanza,
} from './message-stanza.ts';
import { readReceipt, receiptStanza } from './receipts.ts';
import { readRetry, retryStanza } from './retry-receipt.ts';

const ALICE = '15551230001@s.whatsapp.net';
const LAPTOP = '15551230001:2@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';
const T = 1_626_220_800_000_001;
const malformed = expect.objectContaining({ kind: 'rejected', code: 'malformed' });
const enc = (type: 'pkmsg' | 'msg', retryCount = 0): Ciphertext => ({
  kind: 'enc',
  type,
  bytes: new Uint8Array(5).fill(3),
  retryCount,
});
/** What a server makes of a written stanza for its reader. */
const arriving = (stanza: WireNode, from = LAPTOP) =>
  withAttribute(withAttribute(stanza, 'to', undefined), 'from', from);

describe('message stanzas', () => {
  const fanout = {
    id: '3EB0AA',
    to: BOB,
    copies: [
      { device: BOB, enc: enc('pkmsg') },
      { device: LAPTOP, enc: enc('msg') },
    ],
    participantHash: '2:abcdefgh',
    signedIdentity: new Uint8Array([1, 2]),
    backfillOfUs: undefined,
    sentCount: 12,
  };

  test('a fan-out names its devices in order and proves a companion when a session begins', () => {
    expect(fanoutStanza(fanout)).toEqual(
      node('message', { id: '3EB0AA', to: BOB, type: 'text', phash: '2:abcdefgh', sent: '12' }, [
        node('participants', {}, [
          node('to', { jid: BOB }, [node('enc', { v: '2', type: 'pkmsg' }, enc('msg').bytes)]),
          node('to', { jid: LAPTOP }, [node('enc', { v: '2', type: 'msg' }, enc('msg').bytes)]),
        ]),
        node('device-identity', {}, new Uint8Array([1, 2])),
      ]),
    );
  });

  test('without a prekey message, or from a phone, there is no proof', () => {
    const plain = { ...fanout, copies: fanout.copies.slice(1) };
    expect(fanoutStanza(plain).content).toHaveLength(1);
    expect(fanoutStanza({ ...fanout, signedIdentity: undefined }).content).toHaveLength(1);
  });

  test('backfill and retries keep the time stamp and say that they are no fan-out', () => {
    expect(fanoutStanza({ ...fanout, backfillOfUs: T }).attributes).toContainEqual([
      't',
      String(T),
    ]);
    const resent = resentStanza({
      id: 'AA',
      copy: { device: LAPTOP, enc: enc('msg', 2) },
      recipient: BOB,
      positionUs: T,
      signedIdentity: undefined,
      sentCount: 13,
    });
    expect(resent.attributes).toContainEqual(['device_fanout', 'false']);
    expect(readIncomingMessage(arriving(resent))).toMatchObject({
      id: 'AA',
      author: LAPTOP,
      authorUser: ALICE,
      authorDeviceId: 2,
      recipient: BOB,
      positionUs: T,
      payload: enc('msg', 2),
    });
  });

  const incoming = node('message', { from: LAPTOP, id: 'AA', t: String(T), type: 'text' }, [
    encNode(enc('msg')),
  ]);

  test('a copy the server does not have is unavailable', () => {
    const stanza = { ...incoming, content: [node('unavailable')] };
    expect(readIncomingMessage(stanza)).toMatchObject({ payload: { kind: 'unavailable' } });
  });

  test.each([
    ['no author', withAttribute(incoming, 'from', undefined)],
    ['an author that is no device', withAttribute(incoming, 'from', 'x@g.us')],
    ['no id', withAttribute(incoming, 'id', undefined)],
    ['an id with a separator', withAttribute(incoming, 'id', 'A|B')],
    ['no time', withAttribute(incoming, 't', undefined)],
    ['a time that is no number', withAttribute(incoming, 't', '1e3')],
    ['a recipient that is a device', withAttribute(incoming, 'recipient', LAPTOP)],
    ['no content', { ...incoming, content: undefined }],
    ['two ciphertexts', { ...incoming, content: [encNode(enc('msg')), encNode(enc('msg'))] }],
    [
      'an unknown kind of ciphertext',
      { ...incoming, content: [node('enc', { v: '2', type: 'skmsg' })] },
    ],
    ['another tag', { ...incoming, tag: 'receipt' }],
  ])('a message with %s is malformed', (_, stanza) => {
    expect(readIncomingMessage(stanza)).toEqual(malformed);
  });
});

describe('receipts', () => {
  test('of every type come back, with their list of ids', () => {
    for (const type of ['delivered', 'sender', 'inactive', 'read', 'read-self'] as const) {
      const stanza = receiptStanza({ type, ids: ['A1', 'A2', 'A3'], to: BOB, recipient: ALICE });
      expect(readReceipt(withAttribute(arriving(stanza), 't', String(T)))).toEqual({
        kind: 'incoming-receipt',
        type,
        ids: ['A1', 'A2', 'A3'],
        from: LAPTOP,
        participant: undefined,
        recipient: ALICE,
        stampUs: T,
      });
    }
  });

  test('have no list for one id and no type when delivered', () => {
    const stanza = receiptStanza({ type: 'delivered', ids: ['A1'], to: BOB });
    expect(stanza).toEqual(node('receipt', { id: 'A1', to: BOB }));
  });

  test('of other types are not spoken, and broken ones are malformed', () => {
    const stanza = arriving(receiptStanza({ type: 'read', ids: ['A1'], to: BOB }));
    expect(readReceipt(withAttribute(stanza, 'type', 'played'))).toMatchObject({
      code: 'not-allowed',
    });
    expect(readReceipt(withAttribute(stanza, 'id', ''))).toEqual(malformed);
    expect(readReceipt(withAttribute(stanza, 'participant', 'x'))).toEqual(malformed);
    const list = [node('list', {}, [node('item')])];
    expect(readReceipt({ ...stanza, content: list })).toEqual(malformed);
  });
});

describe('retry receipts', () => {
  const request = {
    id: 'AA',
    device: LAPTOP,
    recipient: undefined,
    count: 2,
    positionUs: T,
    errorCode: 7,
    registrationId: 4_000,
    isPeer: false,
    keys: {
      bundle: {
        registrationId: 4_000,
        identityKey: new Uint8Array(32).fill(1),
        signedPrekey: {
          id: 1,
          publicKey: new Uint8Array(32).fill(2),
          signature: new Uint8Array(64).fill(3),
        },
        prekey: { id: 0xfffffe, publicKey: new Uint8Array(32).fill(4) },
      },
      deviceIdentity: new Uint8Array([5]),
    },
  };

  test('come back with and without keys', () => {
    expect(readRetry(arriving(retryStanza(request)))).toEqual({
      kind: 'retry-request',
      ...request,
    });
    const bare = { ...request, keys: undefined, errorCode: 0, count: 1, recipient: BOB };
    expect(readRetry(arriving(retryStanza(bare)))).toEqual({ kind: 'retry-request', ...bare });
  });

  test('with an unusable part are malformed', () => {
    const stanza = arriving(retryStanza(request));
    const parts = stanza.content as readonly WireNode[];
    expect(readRetry(withAttribute(stanza, 'from', undefined))).toEqual(malformed);
    for (const index of [0, 1]) {
      const content = parts.filter((_, at) => at !== index);
      expect(readRetry({ ...stanza, content })).toEqual(malformed);
    }
    const zero = { ...request, count: 0 };
    expect(readRetry(arriving(retryStanza(zero)))).toEqual(malformed);
    const { bundle } = request.keys;
    const short = { ...bundle, identityKey: new Uint8Array(31) };
    const unnumbered = { ...bundle, prekey: { id: 0, publicKey: new Uint8Array(32) } };
    for (const broken of [short, unnumbered]) {
      const keys = { ...request.keys, bundle: broken };
      expect(readRetry(arriving(retryStanza({ ...request, keys })))).toEqual(malformed);
    }
  });
});

describe('acks', () => {
  test('of a message carry its time and a differing hash', () => {
    const ack = { id: 'AA', from: BOB, stampUs: T, participantHash: '2:x', sent: '7' };
    expect(readAck(messageAckStanza(ack))).toEqual({ kind: 'message-ack', ...ack });
    expect(readAck(messageAckStanza({ ...ack, participantHash: undefined }))).toMatchObject({
      participantHash: undefined,
    });
  });

  test('of other stanzas go back to where they came from', () => {
    const notification = node('notification', { type: 'devices', from: BOB, id: 'n1', t: '5' });
    expect(readAck(ackOf(notification))).toEqual({
      kind: 'ack',
      stanza: 'notification',
      id: 'n1',
      peer: BOB,
      type: 'devices',
      errorCode: undefined,
      sent: undefined,
    });
  });

  test('a nack is an ack with an error', () => {
    expect(readAck(nackStanza('AA', BOB, 496))).toMatchObject({ kind: 'ack', errorCode: 496 });
  });

  test('without id, class, time or with a strange error are malformed', () => {
    const ack = messageAckStanza({
      id: 'AA',
      from: BOB,
      stampUs: T,
      participantHash: undefined,
      sent: undefined,
    });
    for (const [name, value] of [
      ['id', undefined],
      ['class', undefined],
      ['from', undefined],
      ['t', '0'],
      ['error', 'many'],
    ] as const) {
      expect(readAck(withAttribute(ack, name, value))).toEqual(malformed);
    }
  });
});
