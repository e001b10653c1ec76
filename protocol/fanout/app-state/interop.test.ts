/**
 * App state against zapo-js 0.3.0, another implementation: what it seals we open and the other way
 * round, whole patches and snapshots included. Its functions answer later, ours at once.
 */

import { describe, expect, test } from 'vitest';
import { WaAppStateCrypto } from 'zapo-js/appstate';
import { proto } from 'zapo-js/proto';
import { nobleProvider as provider } from '../../crypto/noble.ts';
import { hexOf } from '../../crypto/testing/back-ends.ts';
import { isRejected } from '../../errors.ts';
import { readMutation } from './action-codec.ts';
import { type AppStateMutation, indexOf, mutationOf } from './actions.ts';
import { type CollectionApplied, emptyHead, patchMacOf, snapshotMacOf } from './collection.ts';
import {
  decodeKeyRequest,
  decodeKeyShare,
  encodeKeyRequest,
  encodeKeyShare,
} from './key-messages.ts';
import { encodeKeyId } from './keys.ts';
import { changeLtHash, emptyLtHash } from './lt-hash.ts';
import { openMutation, sealMutation, valueMacOf } from './mutation.ts';
import { applyPatch, buildPatch } from './patch.ts';
import { decodePatch, encodePatch, encodeSnapshot } from './patch-codec.ts';
import { applySnapshot, foldedRecords, snapshotAfter } from './snapshot.ts';
import { keyOf, liveRecords, testKey } from './testing/replica.ts';

const zapo = new WaAppStateCrypto();
const KEY = testKey(1);
const KEY_DATA = new Uint8Array(32).fill(1);
const CHAT = '15551230001@s.whatsapp.net';
const message = { chat: CHAT, messageId: '3EB0A', isFromMe: true, participant: '' };
const TIME_MS = 1_626_220_800_000;

const MUTATIONS: readonly AppStateMutation[] = [
  mutationOf('set', { kind: 'star', message, isStarred: true }, TIME_MS),
  mutationOf('set', { kind: 'mute', chat: CHAT, isMuted: true, endMs: -1 }, TIME_MS),
  mutationOf(
    'set',
    {
      kind: 'clear-chat',
      chat: CHAT,
      deletesStarred: false,
      deletesMedia: true,
      range: {
        lastMessageS: 1_626_220_800,
        lastSystemMessageS: 0,
        messages: [{ message, timestampS: 1_626_220_800 }],
      },
    },
    TIME_MS,
  ),
  mutationOf('remove', { kind: 'mute', chat: '1203630@g.us', isMuted: false, endMs: 0 }, TIME_MS),
];

describe('zapo-js and we', () => {
  test.each(MUTATIONS)('seal $action.kind alike and open each other’s', async (mutation) => {
    const iv = new Uint8Array(16).fill(3);
    const ours = sealMutation(mutation, KEY, iv, provider);
    const operation = mutation.operation === 'set' ? 0 : 1;
    const opened = await zapo.decryptMutation({
      operation,
      keyId: KEY.keyId,
      keyData: KEY_DATA,
      indexMac: ours.indexMac,
      valueBlob: ours.valueBlob,
    });
    expect(opened.index).toBe(indexOf(mutation.action));
    expect(opened.version).toBe(mutation.version);
    const theirs = await zapo.encryptMutation({
      operation,
      keyId: KEY.keyId,
      keyData: KEY_DATA,
      index: opened.index,
      value: opened.value,
      version: opened.version,
      iv,
    });
    expect(hexOf(theirs.valueBlob)).toBe(hexOf(ours.valueBlob));
    expect(hexOf(theirs.indexMac)).toBe(hexOf(ours.indexMac));
    const { operation: _, ...sealed } = { ...ours, ...theirs };
    const data = openMutation({ ...sealed, operation: mutation.operation }, KEY.keys, provider);
    if (isRejected(data)) throw new Error(data.sentence);
    expect(readMutation(mutation.operation, data)).toEqual(mutation);
  });

  test('compute the same hash and the same MACs', async () => {
    const [one, two] = [4, 5].map((fill) => new Uint8Array(32).fill(fill)) as [
      Uint8Array,
      Uint8Array,
    ];
    const ltHash = await zapo.ltHashAdd(emptyLtHash(), [one, two]);
    expect(changeLtHash(emptyLtHash(), [], [two, one], provider)).toEqual(ltHash);
    const { hash } = await zapo.ltHashSubtractThenAdd(ltHash, [one], [two]);
    expect(changeLtHash(ltHash, [two], [one], provider)).toEqual(hash);
    const head = { version: 300, ltHash };
    const mac = await zapo.generateSnapshotMac(KEY_DATA, ltHash, 300, 'critical_block');
    expect(snapshotMacOf('critical_block', head, KEY.keys, provider)).toEqual(mac);
    expect(patchMacOf('regular', 300, mac, [two, one], KEY.keys, provider)).toEqual(
      await zapo.generatePatchMac(KEY_DATA, mac, [two, one], 300, 'regular'),
    );
  });

  test('a patch in zapo-js’s bytes is applied here', async () => {
    const sealed = await Promise.all(
      MUTATIONS.slice(0, 2).map((mutation, place) =>
        zapo.encryptMutation({
          operation: 0,
          keyId: KEY.keyId,
          keyData: KEY_DATA,
          index: indexOf(mutation.action),
          value:
            place === 0
              ? { timestamp: TIME_MS, starAction: { starred: true } }
              : { timestamp: TIME_MS, muteAction: { muted: true, muteEndTimestamp: -1 } },
          version: 2,
          iv: new Uint8Array(16).fill(place),
        }),
      ),
    );
    const macs = sealed.map(({ valueMac }) => valueMac);
    const ltHash = await zapo.ltHashAdd(emptyLtHash(), macs);
    const snapshotMac = await zapo.generateSnapshotMac(KEY_DATA, ltHash, 1, 'regular_high');
    const patchMac = await zapo.generatePatchMac(KEY_DATA, snapshotMac, macs, 1, 'regular_high');
    const bytes = proto.SyncdPatch.encode({
      version: { version: 1 },
      mutations: sealed.map(({ indexMac, valueBlob }) => ({
        operation: 0,
        record: { index: { blob: indexMac }, value: { blob: valueBlob }, keyId: { id: KEY.keyId } },
      })),
      snapshotMac,
      patchMac,
      keyId: { id: KEY.keyId },
    }).finish();
    const patch = decodePatch(new Uint8Array(bytes));
    if (isRejected(patch)) throw new Error(patch.sentence);
    const state = {
      name: 'regular_high',
      head: emptyHead(),
      records: liveRecords(new Map()),
    } as const;
    const applied = applyPatch(state, patch, patch.mutations, keyOf, provider) as CollectionApplied;
    expect(applied).toMatchObject({ kind: 'collection-applied', head: { version: 1 } });
    expect(applied.head.ltHash).toEqual(ltHash);
    expect(applied.mutations).toEqual(MUTATIONS.slice(0, 2));
  });

  test('zapo-js finds everything in our patch and our snapshot', async () => {
    const state = {
      name: 'regular_high',
      head: emptyHead(),
      records: liveRecords(new Map()),
    } as const;
    const iv = () => new Uint8Array(16).fill(8);
    const built = buildPatch(state, MUTATIONS.slice(0, 3), KEY, keyOf, iv, provider);
    if (built?.kind !== 'patch-built') throw new Error('a patch was expected');
    const read = proto.SyncdPatch.decode(encodePatch({ ...built.patch, version: 1 }));
    const macs = (read.mutations ?? []).map(
      (item: { record?: { value?: { blob?: Uint8Array } } }) =>
        valueMacOf(new Uint8Array(item.record?.value?.blob ?? [])),
    );
    const { snapshotMac, patchMac } = read;
    const ltHash = await zapo.ltHashAdd(emptyLtHash(), macs);
    const expected = await zapo.generateSnapshotMac(KEY_DATA, ltHash, 1, 'regular_high');
    expect(hexOf(new Uint8Array(snapshotMac ?? []))).toBe(hexOf(expected));
    expect(hexOf(new Uint8Array(patchMac ?? []))).toBe(
      hexOf(await zapo.generatePatchMac(KEY_DATA, expected, macs, 1, 'regular_high')),
    );
    const records = foldedRecords(new Map(), built.patch.mutations);
    const snapshot = snapshotAfter(records, { ...built.patch, version: 1 });
    const again = proto.SyncdSnapshot.decode(encodeSnapshot(snapshot));
    expect(again.records).toHaveLength(3);
    expect(hexOf(new Uint8Array(again.mac ?? []))).toBe(hexOf(expected));
    expect(applySnapshot('regular_high', snapshot, keyOf, provider)).toMatchObject({
      kind: 'collection-applied',
      head: { version: 1, ltHash },
    });
  });

  test('key shares and requests are the same bytes', () => {
    const keyId = encodeKeyId({ device: 1, epoch: 77 });
    const fingerprint = { rawId: 7, currentIndex: 2, deviceIndexes: [0, 2] };
    const key = { keyId, keyData: KEY_DATA, fingerprint, timestampMs: TIME_MS };
    const ours = encodeKeyShare({ keys: [key], missing: [KEY.keyId] });
    const theirs = proto.Message.AppStateSyncKeyShare.encode({
      keys: [
        { keyId: { keyId }, keyData: { keyData: KEY_DATA, fingerprint, timestamp: TIME_MS } },
        { keyId: { keyId: KEY.keyId }, keyData: {} },
      ],
    }).finish();
    expect(hexOf(ours)).toBe(hexOf(new Uint8Array(theirs)));
    expect(decodeKeyShare(new Uint8Array(theirs))).toMatchObject({ keys: [key], refusedCount: 0 });
    const request = proto.Message.AppStateSyncKeyRequest.encode({ keyIds: [{ keyId }] }).finish();
    expect(hexOf(encodeKeyRequest([keyId]))).toBe(hexOf(new Uint8Array(request)));
    expect(decodeKeyRequest(new Uint8Array(request))).toEqual([keyId]);
  });
});
