/** Broken twins of the sending side: C2, C8, D1, D3, K1, K8, X2, X5. */

import type { OutboxRecord } from '../../protocol/contract.ts';
import type { SelfIdentityRecord, SessionRecord } from '../../protocol/signal/records.ts';
import type { RecordWrite, Store } from '../../protocol/store.ts';
import { attribute, child, children, node, withAttribute } from '../../protocol/wire/node.ts';
import {
  mapSent,
  mapWrites,
  onHost,
  type Twin,
  withChild,
  withWrites,
  writesOf,
} from './twin-tools.ts';

const SENDER = 'alice.phone';

/** The outbox text of a message, from the writes of this step or from the Store. */
function textOf(writes: readonly RecordWrite[], store: Store, id: string): string {
  const written = writes.find(({ collection, key }) => collection === 'outbox' && key === id);
  const record = (written?.record ?? store.get('outbox', id)) as OutboxRecord | undefined;
  return record?.text ?? '';
}

/** Puts the text beside its ciphertext. */
export const textInAttribute: Twin = {
  id: 'text-in-attribute',
  catches: 'C2',
  does: 'writes the text of a message into an attribute of its stanza',
  make: () =>
    onHost(SENDER, ({ inner, store }) => {
      const effects = inner();
      return mapSent(effects, 'message', (stanza) => {
        const text = textOf(writesOf(effects), store, attribute(stanza, 'id') ?? '');
        return withAttribute(stanza, 'notify', text);
      });
    }),
};

/** Sends its identity's private key along. */
export const keyInFrame: Twin = {
  id: 'key-in-frame',
  catches: 'K8',
  does: 'appends its private identity key to the messages it sends',
  make: () =>
    onHost(SENDER, ({ inner, store }) =>
      mapSent(inner(), 'message', (stanza) => {
        const identity = store.get('identity', 'self') as SelfIdentityRecord | undefined;
        if (identity === undefined) return stanza;
        return withChild(stanza, node('debug', {}, identity.keyPair.privateKey));
      }),
    ),
};

/** Forgets one of the recipient's devices in each fanout. */
export const oneDeviceForgotten: Twin = {
  id: 'one-device-forgotten',
  catches: 'C8',
  does: 'leaves the last listed device out of every fanout',
  thread: 'https://github.com/signalapp/Signal-iOS/issues/5763',
  make: () =>
    onHost(SENDER, ({ inner }) =>
      mapSent(inner(), 'message', (stanza) => {
        const participants = child(stanza, 'participants');
        if (participants === undefined) return stanza;
        const fewer = { ...participants, content: children(participants).slice(0, -1) };
        const content = children(stanza).map((part) => (part === participants ? fewer : part));
        return { ...stanza, content };
      }),
    ),
};

/** Advances the sending chain in memory only. */
export const ratchetNotSaved: Twin = {
  id: 'ratchet-not-saved',
  catches: 'K1',
  does: 'stores the sealed stanza but not the session it advanced, so the next one starts there',
  thread: 'https://github.com/matrix-org/synapse/issues/1669',
  make: () =>
    onHost(SENDER, ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        if (write.collection !== 'session') return write;
        const before = store.get('session', write.key) as SessionRecord | undefined;
        const after = write.record as SessionRecord | undefined;
        const isAdvance =
          before !== undefined &&
          after !== undefined &&
          before.sessionId === after.sessionId &&
          after.senderCounter > before.senderCounter;
        return isAdvance ? undefined : write;
      }),
    ),
};

/** Sends first and stores later. */
export const sentBeforeStored: Twin = {
  id: 'sent-before-stored',
  catches: 'X2',
  does: 'lets a message leave and stores session and outbox with the step after it',
  thread: 'https://github.com/element-hq/riot-android/issues/764',
  make: () => {
    let behind: readonly RecordWrite[] = [];
    return onHost(SENDER, ({ inner }) => {
      const effects = inner();
      const writes = [...behind, ...writesOf(effects)];
      const sends = effects.some(({ kind, ...rest }) => {
        return (
          kind === 'send' && (rest as { label: { kind: string } }).label.kind.startsWith('message')
        );
      });
      behind = sends ? writes : [];
      return withWrites(effects, sends ? [] : writes);
    });
  },
};

/** Goes on writing to a device that its account has removed. */
export const removedDeviceKept: Twin = {
  id: 'removed-device-kept',
  catches: 'D1',
  does: 'does not store the removal of a device from a list and goes on encrypting for it',
  make: () =>
    onHost(SENDER, ({ inner, stanza, store }) => {
      const effects = inner();
      if (stanza?.tag !== 'notification' && stanza?.tag !== 'iq') return effects;
      return mapWrites(effects, (write) => {
        const isRemoval = write.record === undefined || isShorter(write, store);
        const isKept = ['device-list', 'session', 'peer-identity'].includes(write.collection);
        return isKept && isRemoval ? undefined : write;
      });
    }),
};

function isShorter({ collection, key, record }: RecordWrite, store: Store): boolean {
  const before = store.get(collection, key) as { devices?: readonly unknown[] } | undefined;
  const after = record as { devices?: readonly unknown[] } | undefined;
  return (after?.devices?.length ?? 0) < (before?.devices?.length ?? 0);
}

/** Returns to the list it held before. */
export const olderListRestored: Twin = {
  id: 'older-list-restored',
  catches: 'D3',
  does: 'puts the list it held before back into its Store with the next commit',
  make: () => {
    let older: RecordWrite | undefined;
    return onHost(SENDER, ({ inner, store }) => {
      const effects = inner();
      const writes = writesOf(effects);
      const newer = writes.find(({ collection }) => collection === 'device-list');
      if (newer !== undefined) {
        const record = store.get('device-list', newer.key);
        older = record === undefined ? undefined : { ...newer, record };
        return effects;
      }
      const back = older;
      if (back === undefined || writes.length === 0) return effects;
      older = undefined;
      return withWrites(effects, [...writes, back]);
    });
  },
};

/** Keeps a counter outside its Store, and outside the run. */
export function countsAcrossRuns(): Twin {
  let count = 0;
  return {
    id: 'counts-across-runs',
    catches: 'X5',
    does: 'numbers its stanzas with a counter that outlives the run',
    make: () =>
      onHost(SENDER, ({ inner }) =>
        mapSent(inner(), 'message', (stanza) => {
          count += 1;
          return withAttribute(stanza, 'n', String(count));
        }),
      ),
  };
}
