/**
 * Sender keys between devices: what each side can read, in which order, and what a refusal leaves
 * behind. Every act that is refused is checked to have written nothing.
 */

import { utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { isRejected } from '../errors.ts';
import {
  type AnySenderKeyRecord,
  describeSenderKeyRecord,
  isSenderKeyRecord,
  keysInSenderKeyRecord,
} from './sender-key-records.ts';
import {
  createSenderKey,
  decryptFromGroup,
  deleteOwnSenderKey,
  deleteOwnSenderKeys,
  distributionMessage,
  encryptForGroup,
  forgetGroup,
  forgetSenderKey,
  forgetSenderKeysOf,
  hasSenderKey,
  leaveGroupGap,
  processDistribution,
} from './sender-keys.ts';
import { PROVIDERS, SignalDevice } from './testing/device.ts';

const GROUP = '15551230001-1626220800@g.us';
const OTHER = '15551230001-1626220801@g.us';
const ALICE = '15551230001@s.whatsapp.net';
const ALICE_2 = '15551230001:2@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';

describe.each(PROVIDERS)('with $name', (provider) => {
  let alice: SignalDevice;
  let bob: SignalDevice;

  const create = (group = GROUP): void =>
    alice.act((tx, ctx) => {
      createSenderKey(tx, group, ctx);
    });
  const announce = (group = GROUP): Uint8Array =>
    alice.read((tx) => distributionMessage(tx, group));
  const give = (bytes: Uint8Array, group = GROUP, sender = ALICE) =>
    bob.act((tx) => processDistribution(tx, group, sender, bytes));
  const say = (text: string, group = GROUP): Uint8Array =>
    alice.act((tx, ctx) => encryptForGroup(tx, group, utf8ToBytes(text), ctx));
  /** The text, or the code of the rejection. */
  const open = (bytes: Uint8Array, group = GROUP, sender = ALICE): string => {
    const opened = bob.act((tx, ctx) => decryptFromGroup(tx, group, sender, bytes, ctx));
    return isRejected(opened) ? opened.code : new TextDecoder().decode(opened.plaintext);
  };
  const left = (device: SignalDevice): string[] => [...device.store.collectionNames()];

  beforeEach(() => {
    alice = new SignalDevice(ALICE, provider);
    bob = new SignalDevice(BOB, provider);
    create();
  });

  it('messages are read in order, out of order, and each once', () => {
    give(announce());
    const messages = ['a', 'b', 'c', 'd'].map((text) => say(text)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(open(messages[2])).toBe('c');
    expect(open(messages[0])).toBe('a');
    expect(open(messages[0])).toBe('duplicate-message');
    expect(open(messages[2])).toBe('duplicate-message');
    expect(open(messages[3])).toBe('d');
    expect(open(messages[1])).toBe('b');
    expect(left(bob)).toEqual([`sender-key/${ALICE}`, `sender-key-senders/${GROUP}`]);
  });

  it('draws a chain id, a chain key and a signing key once, then one signature a message', () => {
    say('a');
    say('b');
    expect(alice.drawn).toEqual([
      'sender-chain-key',
      'sender-signing-key',
      'sender-key-signature',
      'sender-key-signature',
    ]);
  });

  it('a newcomer reads from the announcement on and nothing before it', () => {
    const before = say('before');
    const announced = announce();
    const after = say('after');
    give(announced);
    expect(open(before)).toBe('no-session');
    expect(open(after)).toBe('after');
    expect(open(before)).toBe('no-session');
    expect(open(after)).toBe('duplicate-message');
  });

  it('without the key, with that of another device or for another group, nothing opens', () => {
    const message = say('a');
    expect(open(message)).toBe('no-session');
    give(announce(), GROUP, ALICE_2);
    give(announce(), OTHER);
    expect(open(message)).toBe('no-session');
  });

  it('an announcement that comes again changes nothing, an older one neither', () => {
    const first = announce();
    const messages = [say('a'), say('b')];
    const second = announce();
    give(second);
    give(first);
    expect(open(messages[0] as Uint8Array)).toBe('no-session');
    expect(open(say('c'))).toBe('c');
    const before = bob.store.get(`sender-key/${ALICE}`, [...stateKeys()][0] as string);
    give(second);
    expect(bob.store.get(`sender-key/${ALICE}`, [...stateKeys()][0] as string)).toBe(before);
  });

  function stateKeys(): Iterable<string> {
    return bob.store.collection(`sender-key/${ALICE}`).keys();
  }

  it('after a rotation new messages need the new key, late ones open with the old', () => {
    give(announce());
    const late = say('late');
    create();
    const message = say('new');
    expect(open(message)).toBe('no-session');
    give(announce());
    expect(open(message)).toBe('no-session');
    expect(open(say('newer'))).toBe('newer');
    expect(open(late)).toBe('late');
  });

  it('a chain id that comes back with another signing key starts over', () => {
    const announced = announce();
    give(announced);
    const message = say('a');
    const mallory = new SignalDevice(ALICE_2, provider);
    mallory.act((tx, ctx) => {
      createSenderKey(tx, GROUP, ctx);
    });
    const other = mallory.read((tx) => distributionMessage(tx, GROUP));
    // The id of the first announcement: version byte, tag, then the varint up to the next tag.
    const idEnd = announced.indexOf(0x10, 2);
    const forged = [...announced.subarray(0, idEnd), ...other.subarray(other.indexOf(0x10, 2))];
    give(Uint8Array.from(forged));
    expect(open(message)).toBe('bad-signature');
    expect([...stateKeys()]).toHaveLength(1);
    give(announced);
    expect(open(message)).toBe('a');
  });

  it('a damaged message is refused for its signature and opens afterwards unharmed', () => {
    give(announce());
    const message = say('a');
    for (const at of [message.length - 1, message.length - 70]) {
      const damaged = message.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(open(damaged)).toBe('bad-signature');
    }
    const versioned = message.slice();
    versioned[0] = 0x34;
    expect(open(versioned)).toBe('bad-signature');
    versioned[0] = 0x23;
    expect(open(versioned)).toBe('unknown-version');
    expect(open(message.subarray(0, 40))).toBe('malformed');
    expect(open(new Uint8Array(0))).toBe('malformed');
    expect(open(message)).toBe('a');
  });

  it('an announcement that is cut, of another version or with a wrong key is refused', () => {
    const bytes = announce();
    const codeOf = (input: Uint8Array) => {
      const answer = give(input);
      return isRejected(answer) ? answer.code : answer;
    };
    expect(codeOf(bytes.subarray(0, 20))).toBe('malformed');
    expect(codeOf(Uint8Array.from([0x44, ...bytes.subarray(1)]))).toBe('unknown-version');
    const wrongType = bytes.slice();
    wrongType[bytes.length - 33] = 0x06;
    expect(codeOf(wrongType)).toBe('bad-key');
    expect(codeOf(bytes.subarray(0, bytes.length - 35))).toBe('malformed');
    expect(left(bob)).toEqual([]);
    expect(codeOf(bytes)).toBeUndefined();
  });

  it('a gap leaves keys unused that the others can do without', () => {
    give(announce());
    const lost = say('lost with the disk');
    alice.act((tx, ctx) => leaveGroupGap(tx, GROUP, 16, ctx));
    expect(open(say('after the gap'))).toBe('after the gap');
    expect(open(lost)).toBe('lost with the disk');
    expect(bob.store.get(`sender-key/${ALICE}`, [...stateKeys()][0] as string)).toMatchObject({
      iteration: 18,
      skippedCount: 16,
    });
    alice.act((tx, ctx) => leaveGroupGap(tx, OTHER, 16, ctx));
    expect(alice.read((tx) => hasSenderKey(tx, OTHER))).toBe(false);
  });

  it('the own key can be deleted for one group or all', () => {
    create(OTHER);
    alice.act((tx) => deleteOwnSenderKey(tx, GROUP));
    expect(alice.read((tx) => [hasSenderKey(tx, GROUP), hasSenderKey(tx, OTHER)])).toEqual([
      false,
      true,
    ]);
    alice.act((tx) => deleteOwnSenderKeys(tx));
    expect(left(alice)).toEqual([]);
  });

  it('a forgotten device, member or group leaves no record behind', () => {
    const fill = (): void => {
      give(announce());
      say('skipped');
      open(say('read'));
    };
    fill();
    expect(left(bob)).toHaveLength(3);
    bob.act((tx) => forgetSenderKeysOf(tx, ALICE));
    expect(left(bob)).toEqual([]);
    fill();
    bob.act((tx) => forgetSenderKey(tx, GROUP, ALICE));
    expect(left(bob)).toEqual([]);
    fill();
    create(OTHER);
    give(announce(OTHER), OTHER);
    bob.act((tx) => forgetGroup(tx, GROUP));
    expect(left(bob)).toEqual([`sender-key/${ALICE}`, `sender-key-senders/${OTHER}`]);
    expect(open(say('still here', OTHER), OTHER)).toBe('still here');
    bob.act((tx, ctx) => {
      createSenderKey(tx, OTHER, ctx);
      forgetGroup(tx, OTHER);
    });
    expect(left(bob)).toEqual([]);
  });

  it('every secret is in the view of judges and none in that of people', () => {
    give(announce());
    say('skipped');
    open(say('read'));
    const seen = new Map<string, number>();
    for (const device of [alice, bob]) {
      for (const name of device.store.collectionNames()) {
        for (const record of device.store.collection(name).values()) {
          if (!isSenderKeyRecord(record)) throw new Error(`unexpected record ${record.kind}`);
          seen.set(record.kind, keysInSenderKeyRecord(record).length);
          expectNoBytes(record);
        }
      }
    }
    expect([...seen]).toEqual([
      ['own-sender-key', 2],
      ['sender-key', 1],
      ['sender-key-sender', 0],
      ['skipped-sender-key', 1],
    ]);
  });
});

function expectNoBytes(record: AnySenderKeyRecord): void {
  for (const value of Object.values(describeSenderKeyRecord(record))) {
    expect(['string', 'number', 'boolean']).toContain(typeof value);
  }
}
