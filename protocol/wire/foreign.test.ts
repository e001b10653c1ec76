/**
 * Our structures against the definitions that zapo-js 0.3.0 carries: same field numbers, same
 * bytes. Its protobuf writer orders fields by number, as our schemas do.
 */

import { describe, expect, test } from 'vitest';
import { proto } from 'zapo-js/proto';
import * as adv from './adv.ts';
import { decodeClientPayload, encodeClientPayload } from './client-payload.ts';
import { encodeMessage } from './message.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const fill = (byte: number, length: number) => new Uint8Array(length).fill(byte);

describe('zapo-js writes the same bytes', () => {
  test('Message with text and with a device-sent copy', () => {
    const inner = { conversation: 'späti?' };
    expect(hex(encodeMessage(inner))).toBe(hex(proto.Message.encode(inner).finish()));
    const destinationJid = '15551230002@s.whatsapp.net';
    const ours = encodeMessage({
      deviceSentMessage: { destinationJid, message: encodeMessage(inner), phash: '2:abc' },
    });
    const theirs = proto.Message.encode({
      deviceSentMessage: { destinationJid, message: inner, phash: '2:abc' },
    }).finish();
    expect(hex(ours)).toBe(hex(theirs));
  });

  test('ClientPayload of a login and of a registration', () => {
    const login = { username: 15_551_230_001, passive: true, device: 3, pull: true };
    expect(hex(encodeClientPayload(login))).toBe(hex(proto.ClientPayload.encode(login).finish()));
    const registration = {
      passive: false,
      connectType: 1,
      connectReason: 1,
      devicePairingData: {
        eRegid: fill(1, 4),
        eKeytype: fill(5, 1),
        eIdent: fill(2, 32),
        eSkeyId: fill(3, 3),
        eSkeyVal: fill(4, 32),
        eSkeySig: fill(6, 64),
        buildHash: fill(7, 16),
        deviceProps: fill(8, 5),
      },
      pull: false,
    };
    expect(hex(encodeClientPayload(registration))).toBe(
      hex(proto.ClientPayload.encode(registration).finish()),
    );
  });

  test('the five ADV structures', () => {
    const numbers = { rawId: 7, keyIndex: 2, currentIndex: 3 };
    const { rawId, keyIndex, currentIndex } = numbers;
    const timestamp = 1_626_220_800;
    const identity = { rawId, timestampS: timestamp, keyIndex };
    expect(hex(adv.encodeDeviceIdentity(identity))).toBe(
      hex(proto.ADVDeviceIdentity.encode({ rawId, timestamp, keyIndex }).finish()),
    );
    const list = { rawId, timestampS: timestamp, currentIndex, validIndexes: [0, 2, 300] };
    expect(hex(adv.encodeKeyIndexList(list))).toBe(
      hex(proto.ADVKeyIndexList.encode({ ...list, timestamp } as object).finish()),
    );
    const signed = {
      details: fill(1, 9),
      accountSignatureKey: fill(2, 32),
      accountSignature: fill(3, 64),
      deviceSignature: fill(4, 64),
    };
    expect(hex(adv.encodeSignedDeviceIdentity(signed))).toBe(
      hex(proto.ADVSignedDeviceIdentity.encode(signed).finish()),
    );
    const mac = { details: fill(1, 9), hmac: fill(2, 32) };
    expect(hex(adv.encodeSignedDeviceIdentityHmac(mac))).toBe(
      hex(proto.ADVSignedDeviceIdentityHMAC.encode(mac).finish()),
    );
    const signedList = {
      details: fill(1, 9),
      accountSignature: fill(3, 64),
      accountSignatureKey: fill(2, 32),
    };
    expect(hex(adv.encodeSignedKeyIndexList(signedList))).toBe(
      hex(proto.ADVSignedKeyIndexList.encode(signedList).finish()),
    );
  });

  test('its login payload, with fields we do not name, reads as ours', () => {
    const bytes = proto.ClientPayload.encode({
      username: 15_551_230_001,
      passive: true,
      pushName: 'Alice',
      device: 3,
    }).finish();
    expect(decodeClientPayload(bytes)).toEqual({
      username: 15_551_230_001,
      passive: true,
      device: 3,
    });
  });
});
