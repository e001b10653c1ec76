/**
 * Sender keys with zapo-js 0.3.0, both directions: announcements, messages in and out of order,
 * what it refuses. It keeps one state per sender. Source: specification 14.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { SenderKeyManager } from 'zapo-js/signal';
import { SenderKeyMemoryStore } from 'zapo-js/store';
import { isRejected } from '../../errors.ts';
import {
  createSenderKey,
  decryptFromGroup,
  distributionMessage,
  encryptForGroup,
  leaveGroupGap,
  processDistribution,
} from '../sender-keys.ts';
import { PROVIDERS, SignalDevice } from '../testing/device.ts';

const GROUP = '15551230001-1626220800@g.us';
const OURS = { jid: '15551230001:2@s.whatsapp.net', address: { user: '15551230001', device: 2 } };
const THEIRS = { jid: '15551230002:3@s.whatsapp.net', address: { user: '15551230002', device: 3 } };
const text = (value: number): Uint8Array =>
  Uint8Array.from({ length: 1 + (value % 40) }, (_, index) => (value + index) & 0xff);

describe.each(PROVIDERS)('sender keys of $name with zapo-js', (provider) => {
  let ours: SignalDevice;
  let theirs: SenderKeyManager;

  beforeEach(() => {
    ours = new SignalDevice(OURS.jid, provider);
    theirs = new SenderKeyManager(new SenderKeyMemoryStore());
    ours.act((tx, ctx) => {
      createSenderKey(tx, GROUP, ctx);
    });
  });

  const say = (value: number) =>
    ours.act((tx, ctx) => encryptForGroup(tx, GROUP, text(value), ctx));
  const giveThem = () =>
    theirs.processSenderKeyDistributionPayload(
      GROUP,
      OURS.address,
      ours.read((tx) => distributionMessage(tx, GROUP)),
    );
  const theyRead = (ciphertext: Uint8Array) =>
    theirs.decryptGroupMessage({ groupId: GROUP, sender: OURS.address, ciphertext });
  const theySay = async (value: number) => {
    const sent = await theirs.prepareGroupEncryption(GROUP, THEIRS.address, text(value));
    const announced = sent.distributionMessage.axolotlSenderKeyDistributionMessage;
    return { bytes: sent.ciphertext.ciphertext, announced: announced as Uint8Array };
  };
  const take = (announced: Uint8Array) =>
    ours.act((tx) => processDistribution(tx, GROUP, THEIRS.jid, announced));
  const weRead = (bytes: Uint8Array): Uint8Array | string => {
    const opened = ours.act((tx, ctx) => decryptFromGroup(tx, GROUP, THEIRS.jid, bytes, ctx));
    return isRejected(opened) ? opened.code : opened.plaintext;
  };

  it('they read ours, in and out of order, across a gap and a rotation', async () => {
    await giveThem();
    const messages = [say(0), say(1), say(2)];
    ours.act((tx, ctx) => leaveGroupGap(tx, GROUP, 16, ctx));
    messages.push(say(3));
    for (const value of [3, 0, 2, 1]) {
      const plaintext = await theyRead(messages[value] as Uint8Array);
      expect(new Uint8Array(plaintext)).toEqual(text(value));
    }
    await expect(theyRead(messages[0] as Uint8Array)).rejects.toThrow();
    ours.act((tx, ctx) => {
      createSenderKey(tx, GROUP, ctx);
    });
    const message = say(4);
    await expect(theyRead(message)).rejects.toThrow();
    await giveThem();
    expect(new Uint8Array(await theyRead(say(5)))).toEqual(text(5));
  });

  it('we read theirs, in and out of order, from the announcement on', async () => {
    const sent: { bytes: Uint8Array; announced: Uint8Array }[] = [];
    for (let value = 0; value < 5; value += 1) sent.push(await theySay(value));
    expect(take(sent[1]!.announced)).toBeUndefined();
    expect(weRead(sent[3]!.bytes)).toEqual(text(3));
    expect(weRead(sent[0]!.bytes)).toBe('no-session');
    expect(weRead(sent[1]!.bytes)).toEqual(text(1));
    expect(weRead(sent[4]!.bytes)).toEqual(text(4));
    expect(weRead(sent[2]!.bytes)).toEqual(text(2));
    expect(weRead(sent[2]!.bytes)).toBe('duplicate-message');
  });
});
