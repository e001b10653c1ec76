/**
 * Sender keys with `@whiskeysockets/baileys`, both directions: announcements, messages in and out
 * of order, and what it refuses. It skips one key after each message but the first.
 */

import { beforeAll, beforeEach, expect, it } from 'vitest';
import { isRejected } from '../errors.ts';
import {
  createSenderKey,
  decryptFromGroup,
  distributionMessage,
  encryptForGroup,
  leaveGroupGap,
  processDistribution,
} from '../signal/sender-keys.ts';
import { PROVIDERS, SignalDevice } from '../signal/testing/device.ts';
import { describeWithBaileys, loadBaileys } from './testing/baileys.ts';

const GROUP = '15551230001-1626220800@g.us';
const OURS = '15551230001:2@s.whatsapp.net';
const THEIRS = '15551230002:3@s.whatsapp.net';
const text = (value: number): Uint8Array =>
  Uint8Array.from({ length: 1 + (value % 40) }, (_, index) => (value + index) & 0xff);

interface SenderKeyName {
  toString(): string;
}

interface Announcement {
  serialize(): Uint8Array;
}

/** What of the package is used here. */
interface GroupPart {
  readonly SenderKeyName: new (
    group: string,
    sender: { readonly id: string; readonly deviceId: number; toString(): string },
  ) => SenderKeyName;
  readonly SenderKeyRecord: new () => unknown;
  readonly SenderKeyDistributionMessage: new (
    ...nothingThenBytes: [null, null, null, null, Uint8Array]
  ) => Announcement;
  readonly GroupSessionBuilder: new (
    store: KeyStore,
  ) => {
    create(name: SenderKeyName): Promise<Announcement>;
    process(name: SenderKeyName, message: Announcement): Promise<void>;
  };
  readonly GroupCipher: new (
    store: KeyStore,
    name: SenderKeyName,
  ) => {
    encrypt(plaintext: Uint8Array): Promise<Uint8Array>;
    decrypt(message: Uint8Array): Promise<Uint8Array>;
  };
}

interface KeyStore {
  loadSenderKey(name: SenderKeyName): Promise<unknown>;
  storeSenderKey(name: SenderKeyName, record: unknown): Promise<void>;
}

/** Their side: one device that sends, and that reads what ours sends. */
class TheirDevice {
  readonly #part: GroupPart;
  readonly #records = new Map<string, unknown>();
  readonly #store: KeyStore = {
    loadSenderKey: async (name) =>
      this.#records.get(name.toString()) ?? new this.#part.SenderKeyRecord(),
    storeSenderKey: async (name, record) => {
      this.#records.set(name.toString(), record);
    },
  };

  constructor(part: GroupPart) {
    this.#part = part;
  }

  #name(id: string, deviceId: number): SenderKeyName {
    return new this.#part.SenderKeyName(GROUP, {
      id,
      deviceId,
      toString: () => `${id}.${deviceId}`,
    });
  }

  async announce(): Promise<Uint8Array> {
    const builder = new this.#part.GroupSessionBuilder(this.#store);
    const message = await builder.create(this.#name('15551230002', 3));
    return Uint8Array.from(message.serialize());
  }

  async say(plaintext: Uint8Array): Promise<Uint8Array> {
    const cipher = new this.#part.GroupCipher(this.#store, this.#name('15551230002', 3));
    return Uint8Array.from(await cipher.encrypt(Buffer.from(plaintext)));
  }

  async take(announcement: Uint8Array): Promise<void> {
    const { SenderKeyDistributionMessage, GroupSessionBuilder } = this.#part;
    const message = new SenderKeyDistributionMessage(null, null, null, null, announcement);
    await new GroupSessionBuilder(this.#store).process(this.#name('15551230001', 2), message);
  }

  async read(message: Uint8Array): Promise<Uint8Array> {
    const cipher = new this.#part.GroupCipher(this.#store, this.#name('15551230001', 2));
    return Uint8Array.from(await cipher.decrypt(Buffer.from(message)));
  }
}

describeWithBaileys('sender keys with baileys', () => {
  let part: GroupPart;
  let ours: SignalDevice;
  let theirs: TheirDevice;

  beforeAll(async () => {
    part = await loadBaileys<GroupPart>('lib/Signal/Group/index.js');
  });

  beforeEach(() => {
    ours = new SignalDevice(OURS, PROVIDERS[1] ?? PROVIDERS[0]!);
    theirs = new TheirDevice(part);
  });

  const take = (bytes: Uint8Array) =>
    ours.act((tx) => processDistribution(tx, GROUP, THEIRS, bytes));
  const read = (bytes: Uint8Array): Uint8Array | string => {
    const opened = ours.act((tx, ctx) => decryptFromGroup(tx, GROUP, THEIRS, bytes, ctx));
    return isRejected(opened) ? opened.code : opened.plaintext;
  };
  const create = () =>
    ours.act((tx, ctx) => {
      createSenderKey(tx, GROUP, ctx);
    });
  const announce = () => ours.read((tx) => distributionMessage(tx, GROUP));
  const say = (plaintext: Uint8Array) =>
    ours.act((tx, ctx) => encryptForGroup(tx, GROUP, plaintext, ctx));

  it('we read what they announce and send, in and out of order', async () => {
    expect(take(await theirs.announce())).toBeUndefined();
    const messages: Uint8Array[] = [];
    for (let value = 0; value < 6; value += 1) messages.push(await theirs.say(text(value)));
    const order = [3, 0, 1, 5, 2, 4];
    for (const value of order) expect(read(messages[value] as Uint8Array)).toEqual(text(value));
    for (const value of order) {
      expect(read(messages[value] as Uint8Array)).toBe('duplicate-message');
    }
  });

  it('they read what we announce and send, in and out of order, across a gap', async () => {
    create();
    await theirs.take(announce());
    const messages: Uint8Array[] = [];
    for (let value = 0; value < 6; value += 1) {
      if (value === 3) ours.act((tx, ctx) => leaveGroupGap(tx, GROUP, 16, ctx));
      messages.push(say(text(value)));
    }
    for (const value of [3, 0, 1, 5, 2, 4]) {
      expect(await theirs.read(messages[value] as Uint8Array)).toEqual(text(value));
    }
    await expect(theirs.read(messages[0] as Uint8Array)).rejects.toThrow();
  });

  it('both begin in the middle of a chain and end after a rotation', async () => {
    create();
    const before = say(text(1));
    await theirs.take(announce());
    await expect(theirs.read(before)).rejects.toThrow();
    const late = say(text(2));
    create();
    await theirs.take(announce());
    expect(await theirs.read(say(text(3)))).toEqual(text(3));
    expect(await theirs.read(late)).toEqual(text(2));

    await theirs.announce();
    const theirFirst = await theirs.say(text(4));
    take(await theirs.announce());
    expect(read(theirFirst)).toBe('no-session');
    expect(read(await theirs.say(text(5)))).toEqual(text(5));
  });

  it('neither side takes a message with a damaged signature', async () => {
    create();
    await theirs.take(announce());
    take(await theirs.announce());
    const fromUs = say(text(1));
    const fromThem = await theirs.say(text(2));
    const damaged = (bytes: Uint8Array): Uint8Array => {
      const copy = bytes.slice();
      copy[copy.length - 40] = (copy[copy.length - 40] as number) ^ 1;
      return copy;
    };
    await expect(theirs.read(damaged(fromUs))).rejects.toThrow();
    expect(read(damaged(fromThem))).toBe('bad-signature');
    expect(await theirs.read(fromUs)).toEqual(text(1));
    expect(read(fromThem)).toEqual(text(2));
  });

  it('a jump of 2000 is taken on both sides, one of 2001 on neither', async () => {
    create();
    await theirs.take(announce());
    const early = announce();
    ours.act((tx, ctx) => leaveGroupGap(tx, GROUP, 2_000, ctx));
    const at2000 = say(text(1));
    const at2001 = say(text(2));
    await expect(theirs.read(at2001)).rejects.toThrow();
    expect(await theirs.read(at2000)).toEqual(text(1));
    const reader = new SignalDevice(THEIRS, ours.provider);
    reader.act((tx) => processDistribution(tx, GROUP, OURS, early));
    const codeOf = (bytes: Uint8Array) => {
      const opened = reader.act((tx, ctx) => decryptFromGroup(tx, GROUP, OURS, bytes, ctx));
      return isRejected(opened) ? opened.code : 'opened';
    };
    expect([codeOf(at2001), codeOf(at2000)]).toEqual(['too-far-ahead', 'opened']);
  });
});
