/** Arbitrary app-state actions and mutations of every kind, for property tests. */

import fc from 'fast-check';
import { encode } from '../../../wire/protobuf.ts';
import { SYNC_ACTION_VALUE } from '../action-codec.ts';
import { type AppStateAction, type AppStateMutation, mutationOf } from '../actions.ts';
import { COLLECTIONS } from '../collections.ts';
import { normalRange } from '../message-range.ts';

const chat = fc.constantFrom('15551230001@s.whatsapp.net', '120363041234567890@g.us');
const flag = fc.boolean();
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
/** Few values, so that ties occur. */
const fewMs = fc.integer({ min: 0, max: 4 }).map((step) => 1_626_220_800_000 + step);
const fewS = fc.integer({ min: 0, max: 4 }).map((step) => 1_626_220_800 + step);

const reference = fc.record({
  chat,
  messageId: fc.constantFrom('3EB0A', '3EB0B', '3EB0C'),
  isFromMe: flag,
  participant: fc.constantFrom('', '15551230002@s.whatsapp.net'),
});

/** Ranges that overlap in every way. */
export const range = fc
  .record({
    lastMessageS: fewS,
    lastSystemMessageS: fc.oneof(fc.constant(0), fewS),
    messages: fc.array(fc.record({ message: reference, timestampS: fewS }), { maxLength: 4 }),
  })
  .map(normalRange);

type Known = Exclude<AppStateAction, { kind: 'opaque' }>;

/** Actions by kind: what two devices may set the same index to. */
const byKind: { readonly [K in Known['kind']]: fc.Arbitrary<Extract<Known, { kind: K }>> } = {
  star: fc.record({ kind: fc.constant('star' as const), message: reference, isStarred: flag }),
  'delete-message': fc.record({
    kind: fc.constant('delete-message' as const),
    message: reference,
    deletesMedia: flag,
    timestampS: fewS,
  }),
  mute: fc.record({
    kind: fc.constant('mute' as const),
    chat,
    isMuted: flag,
    endMs: fc.constantFrom(undefined, -1, 1_626_307_200_000),
  }),
  pin: fc.record({ kind: fc.constant('pin' as const), chat, isPinned: flag }),
  archive: fc.record({ kind: fc.constant('archive' as const), chat, isArchived: flag, range }),
  'mark-read': fc.record({ kind: fc.constant('mark-read' as const), chat, isRead: flag, range }),
  'clear-chat': fc.record({
    kind: fc.constant('clear-chat' as const),
    chat,
    deletesStarred: flag,
    deletesMedia: flag,
    range,
  }),
  'delete-chat': fc.record({
    kind: fc.constant('delete-chat' as const),
    chat,
    deletesMedia: flag,
    range,
  }),
  contact: fc.record({
    kind: fc.constant('contact' as const),
    contact: chat,
    fullName: text,
    firstName: text,
  }),
  'push-name': fc.record({ kind: fc.constant('push-name' as const), name: text }),
  locale: fc.record({ kind: fc.constant('locale' as const), locale: text }),
  'security-notification': fc.record({
    kind: fc.constant('security-notification' as const),
    isShown: flag,
  }),
  'unarchive-chats': fc.record({ kind: fc.constant('unarchive-chats' as const), isOn: flag }),
  'key-expiration': fc.record({
    kind: fc.constant('key-expiration' as const),
    collection: fc.constantFrom(...COLLECTIONS),
    expiredEpoch: fc.nat({ max: 3 }),
  }),
};

/** Every kind we know. */
export const ACTION_KINDS = Object.keys(byKind) as readonly Known['kind'][];

const operation = fc.constantFrom('set', 'set', 'set', 'remove') as fc.Arbitrary<'set' | 'remove'>;

/** A mutation of a kind. */
export function mutationOfKind(kind: Known['kind']): fc.Arbitrary<AppStateMutation> {
  return fc
    .tuple(operation, byKind[kind] as fc.Arbitrary<Known>, fewMs)
    .map(([what, action, timestampMs]) => mutationOf(what, action, timestampMs));
}

/** A mutation that no release of ours knows. */
export const opaqueMutation: fc.Arbitrary<AppStateMutation> = fc
  .tuple(operation, fewMs, fc.nat({ max: 2 }))
  .map(([what, timestampMs, version]) => ({
    operation: what,
    action: {
      kind: 'opaque',
      index: '["futureAction","x"]',
      value: encode(SYNC_ACTION_VALUE, { timestamp: timestampMs }),
    },
    timestampMs,
    version,
  }));

/** A mutation of any kind, known or not. */
export const anyMutation: fc.Arbitrary<AppStateMutation> = fc.oneof(
  ...ACTION_KINDS.map(mutationOfKind),
  opaqueMutation,
);

/** Mutations of one index: of the first one's. */
export function sameIndex(count: number): fc.Arbitrary<readonly AppStateMutation[]> {
  const ofKind = ACTION_KINDS.map((kind) =>
    fc
      .array(mutationOfKind(kind), { minLength: count, maxLength: count })
      .map((mutations) => alike(mutations)),
  );
  const opaque = fc.array(opaqueMutation, { minLength: count, maxLength: count });
  return fc.oneof(...ofKind, opaque);
}

/** Gives all mutations, of one kind, the index of the first. */
function alike(mutations: readonly AppStateMutation[]): AppStateMutation[] {
  const first = mutations[0]?.action;
  if (first === undefined) return [];
  return mutations.map((mutation) => {
    const action = { ...mutation.action } as Record<string, unknown>;
    const names = ['message', 'chat', 'contact', 'deletesStarred', 'collection'];
    if (first.kind !== 'delete-message') names.push('deletesMedia');
    for (const name of names) if (name in first) action[name] = first[name as keyof typeof first];
    return { ...mutation, action: action as unknown as AppStateAction };
  });
}
