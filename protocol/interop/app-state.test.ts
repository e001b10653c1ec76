/**
 * App state with `@whiskeysockets/baileys`: patches of either side applied by the other, chained in
 * turns, and a snapshot; both hashes must stay the same. Found: after a removal of its own its
 * state remembers the removed record, so its removals come last here.
 */

import { beforeAll, beforeEach, expect, it } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { type AppStateMutation, mutationOf } from '../fanout/app-state/actions.ts';
import {
  type CollectionHead,
  emptyHead,
  type KeyLookup,
  type RecordChange,
  type RecordEntry,
} from '../fanout/app-state/collection.ts';
import type { CollectionName } from '../fanout/app-state/collections.ts';
import { encodeKeyId, keyName, mutationKeys } from '../fanout/app-state/keys.ts';
import type { SealedMutation } from '../fanout/app-state/mutation.ts';
import { applyPatch, buildPatch, type CollectionState } from '../fanout/app-state/patch.ts';
import {
  decodePatch,
  encodePatch,
  encodeSnapshot,
  type Patch,
} from '../fanout/app-state/patch-codec.ts';
import { foldedRecords, snapshotAfter } from '../fanout/app-state/snapshot.ts';
import { describeWithBaileys, loadBaileys } from './testing/baileys.ts';

/** Their state of a collection. */
interface ForeignState {
  readonly version: number;
  readonly hash: Uint8Array;
  readonly indexValueMap: Readonly<Record<string, unknown>>;
}

type ForeignKeys = (keyId: string) => Promise<{ readonly keyData: Uint8Array } | undefined>;
type Mutations = Readonly<
  Record<string, { readonly syncAction: { readonly value: object }; readonly index: string[] }>
>;
interface Complaints {
  warn(facts: unknown, sentence: string): void;
  trace(): void;
  debug(): void;
}

/** What of the package is used here. */
interface AppStatePart {
  newLTHashState(): ForeignState;
  chatModificationToAppPatch(change: object, chat: string): object;
  encodeSyncdPatch(
    change: object,
    keyId: string,
    state: ForeignState,
    keys: ForeignKeys,
  ): Promise<{ readonly patch: object; readonly state: ForeignState }>;
  decodePatches(
    name: string,
    patches: readonly object[],
    state: ForeignState,
    keys: ForeignKeys,
    options: object,
    minimumVersion: undefined,
    logger: Complaints,
    validateMacs: true,
  ): Promise<{ readonly state: ForeignState; readonly mutationMap: Mutations }>;
  decodeSyncdSnapshot(
    name: string,
    snapshot: object,
    keys: ForeignKeys,
    minimumVersion: undefined,
    validateMacs: true,
    logger: Complaints,
  ): Promise<{ readonly state: ForeignState; readonly mutationMap: Mutations }>;
}

interface Codec {
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
}

interface ProtoPart {
  readonly proto: { readonly SyncdPatch: Codec; readonly SyncdSnapshot: Codec };
}

const provider = opensslProvider();
const CHAT = '15551230002@s.whatsapp.net';
const KEY_ID = encodeKeyId({ device: 0, epoch: 70_000 });
const KEY_DATA = new Uint8Array(32).fill(0x31);
const KEYS = mutationKeys(KEY_DATA, provider);
const KEY_TEXT = Buffer.from(KEY_ID).toString('base64');
const keyOf: KeyLookup = (name) => (name === keyName(KEY_ID) ? KEYS : undefined);
const foreignKeys: ForeignKeys = async (keyId) =>
  keyId === KEY_TEXT ? { keyData: KEY_DATA } : undefined;

/** Our device and the server's records of one collection. */
class OurSide {
  readonly name: CollectionName;
  head: CollectionHead = emptyHead();
  stored: ReadonlyMap<string, SealedMutation> = new Map();
  last: Patch | undefined;
  readonly #records = new Map<string, RecordEntry>();
  #ivs = 0;

  constructor(name: CollectionName) {
    this.name = name;
  }

  #state(): CollectionState {
    const records = {
      find: (name: string) => this.#records.get(name),
      ofIndex: (index: string) =>
        [...this.#records.values()].filter((entry) => entry.index === index),
    };
    return { name: this.name, head: this.head, records };
  }

  #become(patch: Patch, head: CollectionHead, changes: readonly RecordChange[]): void {
    for (const { name, entry } of changes) {
      if (entry === undefined) this.#records.delete(name);
      else this.#records.set(name, entry);
    }
    this.head = head;
    this.stored = foldedRecords(this.stored, patch.mutations);
    this.last = patch;
  }

  /** The bytes of our next patch, as the server hands them on. */
  write(pending: readonly AppStateMutation[]): Uint8Array {
    const nextIv = (): Uint8Array => new Uint8Array(16).fill((this.#ivs += 1));
    const active = { keyId: KEY_ID, keys: KEYS };
    const built = buildPatch(this.#state(), pending, active, keyOf, nextIv, provider);
    if (built?.kind !== 'patch-built') throw new Error('nothing to write');
    const patch = { ...built.patch, version: built.head.version };
    this.#become(patch, built.head, built.changes);
    return encodePatch(patch);
  }

  /** Applies a patch; what it means, or the code of the rejection. */
  take(bytes: Uint8Array): readonly AppStateMutation[] | string {
    const patch = decodePatch(bytes);
    if (isRejected(patch)) return patch.code;
    const applied = applyPatch(this.#state(), patch, patch.mutations, keyOf, provider);
    if (isRejected(applied)) return applied.code;
    if (applied.kind === 'needs-keys') return applied.kind;
    this.#become(patch, applied.head, applied.changes);
    expect(applied.refusedCount).toBe(0);
    return applied.mutations;
  }
}

describeWithBaileys('app state with baileys', () => {
  let part: AppStatePart;
  let proto: ProtoPart['proto'];
  let complaints: string[];
  let logger: Complaints;

  beforeAll(async () => {
    part = await loadBaileys<AppStatePart>('lib/Utils/chat-utils.js');
    ({ proto } = await loadBaileys<ProtoPart>('WAProto/index.js'));
  });

  beforeEach(() => {
    complaints = [];
    logger = {
      warn: (_facts, sentence) => complaints.push(sentence),
      trace: () => undefined,
      debug: () => undefined,
    };
  });

  /** Their next patch for a change of `chat`: its bytes as the server hands them on. */
  async function theyWrite(state: ForeignState, change: object, chat = CHAT) {
    const asked = part.chatModificationToAppPatch(change, chat);
    const made = await part.encodeSyncdPatch(asked, KEY_TEXT, state, foreignKeys);
    const patch = { ...made.patch, version: { version: made.state.version } };
    return { state: made.state, bytes: Uint8Array.from(proto.SyncdPatch.encode(patch).finish()) };
  }

  async function theyTake(name: CollectionName, state: ForeignState, bytes: Uint8Array) {
    const patch = proto.SyncdPatch.decode(bytes);
    const keys = foreignKeys;
    return part.decodePatches(name, [patch], state, keys, {}, undefined, logger, true);
  }

  const hashOf = (side: { readonly hash: Uint8Array }) => Uint8Array.from(side.hash);

  it('we apply what it writes: mute, star, contact and its removal, archive', async () => {
    const muted = await theyWrite(part.newLTHashState(), { mute: 1_626_307_200_000 });
    const high = new OurSide('regular_high');
    expect(high.take(muted.bytes)).toMatchObject([
      {
        operation: 'set',
        action: { kind: 'mute', chat: CHAT, isMuted: true, endMs: 1_626_307_200_000 },
      },
    ]);
    const unmuted = await theyWrite(muted.state, { mute: null });
    expect(high.take(unmuted.bytes)).toMatchObject([{ action: { kind: 'mute', isMuted: false } }]);
    expect(high.head.ltHash).toEqual(hashOf(unmuted.state));

    const contacts = new OurSide('critical_unblock_low');
    const contact = { fullName: 'Bob Brown', firstName: 'Bob' };
    const named = await theyWrite(part.newLTHashState(), { contact });
    expect(contacts.take(named.bytes)).toMatchObject([{ action: { kind: 'contact', ...contact } }]);
    const forgotten = await theyWrite(named.state, { contact: null });
    expect(contacts.take(forgotten.bytes)).toMatchObject([{ operation: 'remove' }]);
    expect(contacts.head.ltHash).toEqual(new Uint8Array(128));

    const low = new OurSide('regular_low');
    const key = { remoteJid: CHAT, id: '3EB0AA', fromMe: false };
    const lastMessages = [{ key, messageTimestamp: 1_626_220_800 }];
    const archived = await theyWrite(part.newLTHashState(), { archive: true, lastMessages });
    expect(low.take(archived.bytes)).toMatchObject([
      {
        action: {
          kind: 'archive',
          isArchived: true,
          range: { lastMessageS: 1_626_220_800, messages: [{ message: { messageId: '3EB0AA' } }] },
        },
      },
    ]);
  });

  it('it applies what we write, several at once, replaced and removed', async () => {
    const ours = new OurSide('regular_high');
    const message = { chat: CHAT, messageId: '3EB0AA', isFromMe: true, participant: '' };
    const star = mutationOf('set', { kind: 'star', message, isStarred: true }, 1_626_220_800_000);
    const mute = mutationOf(
      'set',
      { kind: 'mute', chat: CHAT, isMuted: true, endMs: 1_626_307_200_000 },
      1_626_220_801_000,
    );
    const first = await theyTake('regular_high', part.newLTHashState(), ours.write([star, mute]));
    expect(hashOf(first.state)).toEqual(ours.head.ltHash);
    const muteText = JSON.stringify(['mute', CHAT]);
    const starText = JSON.stringify(['star', CHAT, '3EB0AA', '1', '0']);
    expect(Object.keys(first.mutationMap)).toEqual([starText, muteText]);
    expect(first.mutationMap[starText]?.syncAction.value).toMatchObject({
      starAction: { starred: true },
    });
    expect(first.mutationMap[muteText]?.index).toEqual(['mute', CHAT]);

    const unmuted = mutationOf(
      'set',
      { kind: 'mute', chat: CHAT, isMuted: false, endMs: undefined },
      1_626_220_802_000,
    );
    const second = await theyTake('regular_high', first.state, ours.write([unmuted]));
    expect(hashOf(second.state)).toEqual(ours.head.ltHash);
    const gone = [star, unmuted].map((mutation) => ({ ...mutation, operation: 'remove' as const }));
    const third = await theyTake('regular_high', second.state, ours.write(gone));
    expect(hashOf(third.state)).toEqual(ours.head.ltHash);
    expect(ours.head).toEqual({ version: 3, ltHash: new Uint8Array(128) });
    expect(complaints).toEqual([]);
  });

  it('twenty patches in turns leave both at the same hash, and the snapshot is read', async () => {
    const ours = new OurSide('regular_low');
    let theirs = part.newLTHashState();
    for (let turn = 0; turn < 20; turn += 1) {
      const chat = `1555123${1_000 + (turn % 7)}@s.whatsapp.net`;
      if (turn % 2 === 0) {
        const written = await theyWrite(theirs, { pin: turn % 3 === 0 }, chat);
        theirs = written.state;
        expect(ours.take(written.bytes)).toHaveLength(1);
      } else {
        const pin = { kind: 'pin', chat, isPinned: turn % 3 === 0 } as const;
        const bytes = ours.write([mutationOf('set', pin, 1_626_220_800_000 + turn)]);
        theirs = (await theyTake('regular_low', theirs, bytes)).state;
      }
      expect(hashOf(theirs)).toEqual(ours.head.ltHash);
      expect(theirs.version).toBe(turn + 1);
    }
    const snapshot = encodeSnapshot(snapshotAfter(ours.stored, ours.last as Patch));
    const read = await part.decodeSyncdSnapshot(
      'regular_low',
      proto.SyncdSnapshot.decode(snapshot),
      foreignKeys,
      undefined,
      true,
      logger,
    );
    expect(hashOf(read.state)).toEqual(ours.head.ltHash);
    expect(Object.keys(read.mutationMap)).toHaveLength(7);
    expect(complaints).toEqual([]);
  });

  it('neither applies a patch with one bit changed in its value', async () => {
    const ours = new OurSide('regular_low');
    const written = await theyWrite(part.newLTHashState(), { pin: true });
    const flipped = (bytes: Uint8Array): Uint8Array => {
      const copy = bytes.slice();
      copy[70] = (copy[70] as number) ^ 1;
      return copy;
    };
    expect(ours.take(flipped(written.bytes))).toBe('bad-mac');
    expect(ours.take(written.bytes)).toHaveLength(1);
    const pin = { kind: 'pin', chat: CHAT, isPinned: false } as const;
    const bytes = ours.write([mutationOf('set', pin, 1_626_220_800_000)]);
    const refused = await theyTake('regular_low', written.state, flipped(bytes));
    expect(hashOf(refused.state)).toEqual(hashOf(written.state));
    expect(complaints).toHaveLength(1);
  });
});
