/** Broken twins of what becomes of keys: C4, K5, K6. */

import type { SelfIdentityRecord, SessionRecord } from '../../protocol/signal/records.ts';
import type { RecordWrite } from '../../protocol/store.ts';
import { utf8Bytes } from '../../protocol/wire/utf8.ts';
import { onHost, type Twin, withWrites, writesOf } from './twin-tools.ts';

/** One more than a device keeps. */
const HOARD = 41;

/** Keeps the keys of what it has read, to read it again. */
export const keysKept: Twin = {
  id: 'keys-kept',
  catches: 'C4',
  does: 'keeps the chain key of each message it opens in a record of its own',
  make: () =>
    onHost('bob.phone', ({ inner, store }) => {
      const effects = inner();
      const kept = writesOf(effects).flatMap(({ collection, key }): RecordWrite[] => {
        const before = collection === 'session' ? store.get(collection, key) : undefined;
        const chain = (before as SessionRecord | undefined)?.receivers.at(-1);
        if (chain === undefined) return [];
        const record = { kind: 'skipped-key', messageSeed: chain.chainKey };
        return [{ collection: 'memories', key: `${key}/${chain.counter}`, record }];
      });
      return withWrites(effects, [...writesOf(effects), ...kept]);
    }),
};

/** Signs what it writes with the key that vouches for its prekeys and companions. */
export const bareSignature: Twin = {
  id: 'bare-signature',
  catches: 'K5',
  does: 'signs the ids of its messages with its identity key, without a tag',
  make: () =>
    onHost('alice.phone', ({ inner, store, context }) => {
      const effects = inner();
      const identity = store.get('identity', 'self') as SelfIdentityRecord | undefined;
      for (const { collection, key } of writesOf(effects)) {
        if (collection !== 'outbox' || identity === undefined) continue;
        const z = context.secrets.bytes('bare-signature', 64);
        context.crypto.sign(identity.keyPair.privateKey, utf8Bytes(key), z);
      }
      return effects;
    }),
};

/** Throws no session away. */
export const sessionsHoarded: Twin = {
  id: 'sessions-hoarded',
  catches: 'K6',
  does: 'puts dozens of copies of a session into its archive',
  make: () =>
    onHost('bob.phone', ({ inner, stanza }) => {
      const effects = inner();
      const session = writesOf(effects).find(({ collection, record }) => {
        return collection === 'session' && record !== undefined;
      });
      if (stanza?.tag !== 'message' || session === undefined) return effects;
      const copies = Array.from({ length: HOARD }, (_, index): RecordWrite => {
        const collection = `archived-session/${session.key}`;
        return { collection, key: `copy-${index}`, record: session.record };
      });
      return withWrites(effects, [...writesOf(effects), ...copies]);
    }),
};
