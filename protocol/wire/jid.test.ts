import { describe, expect, test } from 'vitest';
import * as integers from './integers.ts';
import * as jid from './jid.ts';

const ALICE = '15551230001@s.whatsapp.net';
const LAPTOP = '15551230001:2@s.whatsapp.net';

describe('addresses', () => {
  test('are built and taken apart', () => {
    expect(jid.userJid('15551230001')).toBe(ALICE);
    expect(jid.deviceJid(ALICE, 0)).toBe(ALICE);
    expect(jid.deviceJid(ALICE, 2)).toBe(LAPTOP);
    expect([jid.userOf(LAPTOP), jid.userOf(ALICE)]).toEqual([ALICE, ALICE]);
    expect([jid.deviceIdOf(LAPTOP), jid.deviceIdOf(ALICE)]).toEqual([2, 0]);
    expect(jid.numberOf(LAPTOP)).toBe('15551230001');
    expect(jid.parseDeviceJid(LAPTOP)).toEqual({
      kind: 'jid',
      user: ALICE,
      deviceId: 2,
      jid: LAPTOP,
    });
    expect(jid.parseUserJid(ALICE)).toBe(ALICE);
  });

  test.each([
    '',
    '@s.whatsapp.net',
    's.whatsapp.net',
    'alice@s.whatsapp.net',
    '1555@g.us',
    '1555@c.us',
    '1555:0@s.whatsapp.net',
    '1555:01@s.whatsapp.net',
    '1555:@s.whatsapp.net',
    '1555:1:2@s.whatsapp.net',
    '1555:65536@s.whatsapp.net',
    '1555:-1@s.whatsapp.net',
    '1555@s.whatsapp.net@s.whatsapp.net',
    '123456789012345678901@s.whatsapp.net',
  ])('%j is none', (text) => {
    expect(jid.parseDeviceJid(text)).toMatchObject({ kind: 'rejected', code: 'malformed' });
    expect(jid.isDeviceJid(text)).toBe(false);
  });

  test('a device is not an account', () => {
    expect(jid.parseUserJid(LAPTOP)).toMatchObject({ code: 'malformed' });
  });

  test('impossible ones are crashes of our own', () => {
    expect(() => jid.userJid('alice')).toThrow('digits');
    expect(() => jid.deviceJid(ALICE, 65_536)).toThrow('two bytes');
  });
});

describe('integers', () => {
  test('are big-endian and of fixed length', () => {
    expect([...integers.prekeyIdBytes(0xfffffe)]).toEqual([255, 255, 254]);
    expect([...integers.registrationIdBytes(16_380)]).toEqual([0, 0, 0x3f, 0xfc]);
    expect([...integers.bigEndian(1_626_220_800, 8)]).toEqual([0, 0, 0, 0, 0x60, 0xee, 0x29, 0]);
    expect(integers.prekeyIdFrom(new Uint8Array([1, 2, 3]))).toBe(0x010203);
    expect(integers.registrationIdFrom(new Uint8Array([255, 255, 255, 255]))).toBe(0xffff_ffff);
  });

  test('of another length are not read', () => {
    expect(integers.prekeyIdFrom(new Uint8Array(4))).toBeUndefined();
    expect(integers.registrationIdFrom(undefined)).toBeUndefined();
    expect(() => integers.prekeyIdBytes(0x1_000_000)).toThrow('fits');
  });
});
