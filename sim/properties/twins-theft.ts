/** Broken twins that only a thief notices: C3, C5. */

import type { StepContext } from '../../protocol/contract.ts';
import {
  type SessionRecord,
  type SkippedKeyRecord,
  skippedCollection,
} from '../../protocol/signal/records.ts';
import type { RecordWrite } from '../../protocol/store.ts';
import { attribute, bytesContent, child, type WireNode } from '../../protocol/wire/node.ts';
import { readCiphertextHead } from './stanzas.ts';
import { mapWrites, onHost, type Twin, withWrites, writesOf } from './twin-tools.ts';

const ROBBED = 'bob.phone';

/** A context whose key derivations leave the seeds of message keys in a list. */
function remembering(context: StepContext, seeds: Uint8Array[]): StepContext {
  const { crypto: provider } = context;
  const hkdf: typeof provider.hkdf = (material, salt, info, lengths) => {
    if (info === 'WhisperMessageKeys') seeds.push(material);
    return provider.hkdf(material, salt, info, lengths);
  };
  return { ...context, crypto: { ...provider, hkdf } };
}

/** Where a skipped key of the copy in a stanza would lie. */
function skippedPlace(
  stanza: WireNode | undefined,
  writes: readonly RecordWrite[],
): Pick<RecordWrite, 'collection' | 'key'> | undefined {
  const enc = stanza?.tag === 'message' ? child(stanza, 'enc') : undefined;
  const bytes = bytesContent(enc);
  if (stanza === undefined || enc === undefined || bytes === undefined) return undefined;
  const author = attribute(stanza, 'from') ?? '';
  const head = readCiphertextHead(attribute(enc, 'type') ?? '', bytes);
  const write = writes.find(({ collection, key }) => collection === 'session' && key === author);
  const session = write?.record as SessionRecord | undefined;
  if (head === undefined || session === undefined) return undefined;
  const collection = skippedCollection(author, session.sessionId);
  return { collection, key: `${head.ratchetKey}/${head.counter}` };
}

/** Takes every message for one that was passed over. */
export const messageKeysKept: Twin = {
  id: 'message-keys-kept',
  catches: 'C3',
  does: 'keeps the key of each message it has opened, as if the message had been passed over',
  make: () =>
    onHost(ROBBED, ({ inner, input, context, stanza }) => {
      const seeds: Uint8Array[] = [];
      const effects = inner(input, remembering(context, seeds));
      const writes = writesOf(effects);
      const place = skippedPlace(stanza, writes);
      const messageSeed = seeds.at(-1);
      if (place === undefined || messageSeed === undefined) return effects;
      const record: SkippedKeyRecord = { kind: 'skipped-key', messageSeed };
      return withWrites(effects, [...writes, { ...place, record }]);
    }),
};

/** Goes on with the chain it has. */
export const neverTurns: Twin = {
  id: 'never-turns',
  catches: 'C5',
  does: 'makes no new ratchet key when its peer has, and goes on sending on the chain it has',
  make: () =>
    onHost(ROBBED, ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        const before = store.get(write.collection, write.key) as SessionRecord | undefined;
        const after = write.record as SessionRecord | undefined;
        if (write.collection !== 'session' || before === undefined || after === undefined) {
          return write;
        }
        const isTurn = before.senderRatchet !== after.senderRatchet;
        if (before.sessionId !== after.sessionId || !isTurn) return write;
        const { senderRatchet, senderChainKey, senderCounter, previousCounter } = before;
        const kept = { senderRatchet, senderChainKey, senderCounter, previousCounter };
        return { ...write, record: { ...after, ...kept } as SessionRecord };
      }),
    ),
};
