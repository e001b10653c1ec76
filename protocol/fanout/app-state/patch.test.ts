import { describe, expect, test } from 'vitest';
import { nobleProvider as provider } from '../../crypto/noble.ts';
import { isRejected } from '../../errors.ts';
import { type AppStateMutation, mutationOf, type OpaqueAction } from './actions.ts';
import {
  type CollectionApplied,
  emptyHead,
  patchMacOf,
  type RecordEntry,
  snapshotMacOf,
} from './collection.ts';
import type { CollectionName } from './collections.ts';
import { changeLtHash } from './lt-hash.ts';
import { type SealedMutation, sealMutation, valueMacOf } from './mutation.ts';
import { applyPatch, buildPatch, type CollectionState, compacted, isTooLarge } from './patch.ts';
import { decodeSnapshot, encodeSnapshot, type Patch } from './patch-codec.ts';
import { applySnapshot, foldedRecords, snapshotAfter } from './snapshot.ts';
import { keyOf, liveRecords, testKey } from './testing/replica.ts';

const CHAT = '15551230001@s.whatsapp.net';
const [KEY_1, KEY_2] = [testKey(1), testKey(2)];
const STRANGE = testKey(9);

const pin = (isPinned: boolean, timestampMs = 5, chat = CHAT) =>
  mutationOf('set', { kind: 'pin', chat, isPinned }, timestampMs);
const unpin = mutationOf('remove', { kind: 'pin', chat: CHAT, isPinned: true }, 6);

function emptyState(name: CollectionName = 'regular_low'): CollectionState {
  return { name, head: emptyHead(), records: liveRecords(new Map()) };
}

function ivs(): () => Uint8Array {
  let count = 0;
  return () => new Uint8Array(16).fill((count += 1));
}

function built(state: CollectionState, pending: readonly AppStateMutation[], key = KEY_1) {
  const result = buildPatch(state, pending, key, keyOf, ivs(), provider);
  if (result?.kind !== 'patch-built') throw new Error('a patch was expected');
  return { ...result, patch: { ...result.patch, version: state.head.version + 1 } };
}

function stateAfter(state: CollectionState, applied: Pick<CollectionApplied, 'head' | 'changes'>) {
  const entries = new Map<string, RecordEntry>();
  for (const { name, entry } of applied.changes) if (entry !== undefined) entries.set(name, entry);
  return { ...state, head: applied.head, records: liveRecords(entries) };
}

function apply(state: CollectionState, patch: Patch, mutations = patch.mutations) {
  return applyPatch(state, patch, mutations, keyOf, provider);
}

function rejectedAs(answer: unknown): string {
  return isRejected(answer) ? answer.code : 'not rejected';
}

/** A patch whose MACs hold over records of the test's own making, each new to the collection. */
function vouched(state: CollectionState, mutations: readonly SealedMutation[]): Patch {
  const { keyId, keys } = KEY_1;
  const valueMacs = mutations.map(({ valueBlob }) => valueMacOf(valueBlob));
  const version = state.head.version + 1;
  const ltHash = changeLtHash(state.head.ltHash, [], valueMacs, provider);
  const snapshotMac = snapshotMacOf(state.name, { version, ltHash }, keys, provider);
  const patchMac = patchMacOf(state.name, version, snapshotMac, valueMacs, keys, provider);
  return { version, mutations, external: undefined, snapshotMac, patchMac, keyId };
}

describe('a patch', () => {
  test('brings a device from one version to the next', () => {
    const made = built(emptyState(), [pin(true)]);
    const applied = apply(emptyState(), made.patch) as CollectionApplied;
    expect(applied).toMatchObject({ kind: 'collection-applied', refusedCount: 0 });
    expect(applied.mutations).toEqual([pin(true)]);
    expect(applied.head).toEqual(made.head);
    expect(applied.changes).toEqual(made.changes);
    expect(applied.head.version).toBe(1);
  });

  test('leaves an empty hash when it removes what there was', () => {
    const first = built(emptyState(), [pin(true)]);
    const state = stateAfter(emptyState(), first);
    const second = built(state, [unpin]);
    const applied = apply(state, second.patch) as CollectionApplied;
    expect(applied.head).toEqual({ version: 2, ltHash: new Uint8Array(128) });
    expect(applied.mutations).toEqual([unpin]);
    expect(applied.changes).toEqual([{ name: first.changes[0]?.name, entry: undefined }]);
  });

  test('is not made for nothing', () => {
    const make = (pending: readonly AppStateMutation[]) =>
      buildPatch(emptyState(), pending, KEY_1, keyOf, ivs(), provider);
    expect(make([])).toBeUndefined();
    expect(make([unpin])).toBeUndefined();
  });

  test('carries the last change of each index, in the order of those', () => {
    const other = pin(true, 5, '15551230002@s.whatsapp.net');
    expect(compacted([pin(true, 1), other, pin(false, 2)])).toEqual([other, pin(false, 2)]);
    expect(built(emptyState(), [pin(true, 1), pin(false, 2)]).patch.mutations).toHaveLength(1);
  });

  test('under a new key takes the old record of its index away', () => {
    const first = built(emptyState(), [pin(true)]);
    const state = stateAfter(emptyState(), first);
    const second = built(state, [pin(false, 6)], KEY_2);
    expect(second.patch.mutations.map(({ operation }) => operation)).toEqual(['remove', 'set']);
    const applied = apply(state, second.patch) as CollectionApplied;
    expect(applied.mutations).toEqual([pin(false, 6)]);
    const left = applied.changes.filter(({ entry }) => entry !== undefined);
    expect(left.map(({ entry }) => entry?.index)).toEqual([`["pin_v1","${CHAT}"]`]);
    expect(left.map(({ entry }) => entry?.keyId)).toEqual([KEY_2.keyId]);
  });
});

describe('a patch is refused whole', () => {
  const { patch } = built(emptyState(), [pin(true), pin(true, 5, 'b@s.whatsapp.net')]);
  const [one, two] = patch.mutations as [SealedMutation, SealedMutation];
  const flipped = (bytes: Uint8Array, at: number) => {
    const copy = bytes.slice();
    copy[at] = (copy[at] as number) ^ 1;
    return copy;
  };

  test.each([
    ['of another version', 'unexpected', { ...patch, version: 2 }],
    ['without a version', 'unexpected', { ...patch, version: undefined }],
    ['with an altered patch MAC', 'bad-mac', { ...patch, patchMac: flipped(patch.patchMac, 0) }],
    [
      'with an altered hash MAC',
      'bad-mac',
      { ...patch, snapshotMac: flipped(patch.snapshotMac, 0) },
    ],
    ['lacking a mutation', 'bad-mac', { ...patch, mutations: [one] }],
    ['in another order', 'bad-mac', { ...patch, mutations: [two, one] }],
    ['under another key', 'bad-mac', { ...patch, keyId: KEY_2.keyId }],
    [
      'with an altered value',
      'bad-mac',
      { ...patch, mutations: [{ ...one, valueBlob: flipped(one.valueBlob, 20) }, two] },
    ],
    [
      'with a removal made of a set',
      'bad-mac',
      { ...patch, mutations: [{ ...one, operation: 'remove' as const }, two] },
    ],
    [
      'with records filed under each other’s index',
      'bad-mac',
      {
        ...patch,
        mutations: [
          { ...one, indexMac: two.indexMac },
          { ...two, indexMac: one.indexMac },
        ],
      },
    ],
  ] as const)('%s', (_, code, altered) => {
    expect(rejectedAs(apply(emptyState(), altered))).toBe(code);
  });

  test('for another collection', () => {
    expect(rejectedAs(apply(emptyState('regular'), patch))).toBe('bad-mac');
  });

  test('on top of another past', () => {
    const elsewhere = [pin(true, 5, 'b@s.whatsapp.net')];
    const other = stateAfter(emptyState(), built(emptyState(), elsewhere));
    const next = built(stateAfter(emptyState(), built(emptyState(), [pin(true)])), [pin(true, 9)]);
    expect(rejectedAs(apply(other, next.patch))).toBe('bad-mac');
  });

  test('until all its keys are there', () => {
    const sealed = sealMutation(pin(true), STRANGE, new Uint8Array(16), provider);
    const needs = { kind: 'needs-keys', keyIds: [STRANGE.keyId] };
    expect(apply(emptyState(), { ...patch, mutations: [one, sealed, sealed] })).toEqual(needs);
    expect(apply(emptyState(), { ...patch, keyId: STRANGE.keyId })).toEqual(needs);
  });
});

describe('what one mutation cannot spoil', () => {
  const opaque: OpaqueAction = {
    kind: 'opaque',
    index: '["quick_reply","7"]',
    value: Uint8Array.of(8, 5),
  };
  const unknown: AppStateMutation = {
    operation: 'set',
    action: opaque,
    timestampMs: 5,
    version: 2,
  };
  const timeless: AppStateMutation = {
    ...unknown,
    action: { ...opaque, value: new Uint8Array(0) },
  };
  const seal = (mutation: AppStateMutation, fill: number) =>
    sealMutation(mutation, KEY_1, new Uint8Array(16).fill(fill), provider);

  test('an action we do not know comes through as it is', () => {
    const applied = apply(emptyState(), built(emptyState(), [unknown, pin(true)]).patch);
    expect(applied).toMatchObject({ mutations: [unknown, pin(true)], refusedCount: 0 });
  });

  test('one that means nothing is stepped over, and stays in the hash', () => {
    const patch = vouched(emptyState(), [seal(timeless, 1), seal(pin(true), 2)]);
    const applied = apply(emptyState(), patch) as CollectionApplied;
    expect(applied).toMatchObject({ mutations: [pin(true)], refusedCount: 1 });
    expect(applied.changes.map(({ entry }) => entry?.index)).toEqual([
      undefined,
      `["pin_v1","${CHAT}"]`,
    ]);
  });

  test('a removal of what is not there takes nothing out of the hash', () => {
    const removal = seal(unpin, 1);
    const { keyId, keys } = KEY_1;
    const head = { version: 1, ltHash: emptyHead().ltHash };
    const snapshotMac = snapshotMacOf('regular_low', head, keys, provider);
    const macs = [valueMacOf(removal.valueBlob)];
    const patchMac = patchMacOf('regular_low', 1, snapshotMac, macs, keys, provider);
    const mutations = [removal];
    const patch = { version: 1, mutations, external: undefined, snapshotMac, patchMac, keyId };
    expect(apply(emptyState(), patch)).toMatchObject({ kind: 'collection-applied', head });
  });
});

describe('a snapshot', () => {
  const first = built(emptyState(), [pin(true), pin(true, 5, 'b@s.whatsapp.net')]);
  const state = stateAfter(emptyState(), first);
  const second = built(state, [pin(false, 6)]);
  const records = foldedRecords(
    foldedRecords(new Map(), first.patch.mutations),
    second.patch.mutations,
  );
  const snapshot = snapshotAfter(records, second.patch);

  test('made without keys holds for a device that has nothing', () => {
    const applied = applySnapshot('regular_low', snapshot, keyOf, provider);
    expect(applied).toMatchObject({ kind: 'collection-applied', head: second.head });
    const { mutations } = applied as CollectionApplied;
    expect(mutations).toEqual([pin(true, 5, 'b@s.whatsapp.net'), pin(false, 6)]);
    expect(decodeSnapshot(encodeSnapshot(snapshot))).toEqual(snapshot);
  });

  test.each([
    ['lacks a record', 'bad-mac', { ...snapshot, records: snapshot.records.slice(1) }],
    ['is said to be of another version', 'bad-mac', { ...snapshot, version: 3 }],
    [
      'has a record twice',
      'malformed',
      { ...snapshot, records: [...snapshot.records, ...snapshot.records.slice(0, 1)] },
    ],
  ] as const)('is refused when it %s', (_, code, altered) => {
    expect(rejectedAs(applySnapshot('regular_low', altered, keyOf, provider))).toBe(code);
    expect(rejectedAs(applySnapshot('regular', snapshot, keyOf, provider))).toBe('bad-mac');
  });

  test('waits for its keys', () => {
    const answer = applySnapshot('regular_low', snapshot, () => undefined, provider);
    expect(answer).toEqual({ kind: 'needs-keys', keyIds: [KEY_1.keyId] });
  });
});

describe('mutations go into a blob', () => {
  const many = (count: number, length: number) =>
    Array.from({ length: count }, (_, at) =>
      mutationOf(
        'set',
        { kind: 'contact', contact: `${at}`, fullName: 'x'.repeat(length), firstName: '' },
        5,
      ),
    );
  const state = emptyState('critical_unblock_low');

  test.each([
    [1, 10, false],
    [40, 1, false],
    [40, 200, true],
    [101, 1, true],
  ])('%i of %i characters: %s', (count, length, isBlob) => {
    expect(isTooLarge(built(state, many(count, length)).patch)).toBe(isBlob);
  });

  test('a patch holds with the mutations of its blob', () => {
    const { patch } = built(state, many(3, 1));
    const outside = { ...patch, mutations: [] };
    expect(apply(state, outside, patch.mutations)).toMatchObject({ kind: 'collection-applied' });
    expect(rejectedAs(apply(state, outside, []))).toBe('bad-mac');
  });
});
