/** Broken twins of the life of devices: C6, D4 to D8, I4, K7. */

import type { Effect } from '../../protocol/contract.ts';
import type { RecordWrite, Store, StoredRecord } from '../../protocol/store.ts';
import { mapWrites, onHost, type Twin, writesOf } from './twin-tools.ts';

const CONTACT = 'alice.phone';
const PHONE = 'bob.phone';

interface ListFields extends StoredRecord {
  readonly devices: readonly { readonly id: number }[];
}

/** Whether a write takes devices out of a stored list. */
function isShorter({ collection, key, record }: RecordWrite, store: Store): boolean {
  if (collection !== 'device-list' || record === undefined) return false;
  const before = store.get(collection, key) as ListFields | undefined;
  return (record as ListFields).devices.length < (before?.devices.length ?? 0);
}

/** Leaves a device where it was: in the list, with its session and its key. */
function withoutRemoval(effects: readonly Effect[], store: Store): readonly Effect[] {
  if (!writesOf(effects).some((write) => isShorter(write, store))) return effects;
  return mapWrites(effects, (write) => {
    const isKey = write.collection === 'session' || write.collection === 'peer-identity';
    const isGone = isKey && write.record === undefined;
    return isGone || isShorter(write, store) ? undefined : write;
  });
}

/** Unlinks a companion at the server and goes on telling it everything. */
export const unlinkedIsTold: Twin = {
  id: 'unlinked-is-told',
  catches: 'C6',
  does: 'unlinks a companion at the server and goes on encrypting for it',
  thread: 'https://github.com/session-foundation/session-desktop/issues/947',
  make: () =>
    onHost(PHONE, ({ inner, stanza, store }) => {
      const effects = withoutRemoval(inner(), store);
      // Told of it by the server, it would unlink the device again and again.
      if (stanza?.tag !== 'notification') return effects;
      return effects.filter(({ kind, ...effect }) => {
        return kind === 'send' && 'label' in effect && effect.label.kind.startsWith('ack');
      });
    }),
};

/** The same in a group, where keys are handed out instead. */
export const unlinkedInGroup: Twin = {
  id: 'unlinked-in-group',
  catches: 'C6',
  does: 'unlinks a companion at the server and goes on handing it the keys of a group',
  make: () => unlinkedIsTold.make(),
};

/** Says nothing of new keys. */
export const newKeysUnmentioned: Twin = {
  id: 'new-keys-unmentioned',
  catches: 'I4',
  does: 'takes the new keys of a phone and shows its messages without a word',
  make: () =>
    onHost(CONTACT, ({ inner }) =>
      mapWrites(inner(), (write) => (write.collection === 'alarm' ? undefined : write)),
    ),
};

/** Never lets a list grow old. */
export const listsNeverExpire: Twin = {
  id: 'lists-never-expire',
  catches: 'D4',
  does: 'keeps the companions of a list for as long as nobody signs another',
  make: () => onHost(CONTACT, ({ inner, store }) => withoutRemoval(inner(), store)),
};

/** Falls to nobody. */
export const expiresToNobody: Twin = {
  id: 'expires-to-nobody',
  catches: 'D5',
  does: 'drops the phone, too, when the list that names it has expired',
  make: () =>
    onHost(CONTACT, ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        if (!isShorter(write, store)) return write;
        return { ...write, record: { ...write.record, devices: [] } as ListFields };
      }),
    ),
};

/** Hears of changes and keeps what it has. */
export const changesUnheard: Twin = {
  id: 'changes-unheard',
  catches: 'D6',
  does: 'acknowledges what it hears of device lists and stores none of it',
  thread: 'https://github.com/element-hq/element-web/issues/2305',
  make: () =>
    onHost(CONTACT, ({ inner, stanza, store }) =>
      stanza === undefined ? inner() : withoutRemoval(inner(), store),
    ),
};

/** Counts its companions from where it began. */
export const indexGivenTwice: Twin = {
  id: 'index-given-twice',
  catches: 'D7',
  does: 'gives every companion it links the same key index',
  make: () =>
    onHost(PHONE, ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        if (write.collection !== 'primary' || write.record === undefined) return write;
        const before = store.get('primary', 'self') as { currentIndex?: number } | undefined;
        const currentIndex = before?.currentIndex ?? 0;
        return { ...write, record: { ...write.record, currentIndex } as StoredRecord };
      }),
    ),
};

/** Keeps what hung on the old key. */
export const oldSessionsKept: Twin = {
  id: 'old-sessions-kept',
  catches: 'D8',
  does: 'keeps its sessions with a phone whose identity key has changed',
  thread: 'https://github.com/WhiskeySockets/Baileys/pull/2307',
  make: () =>
    onHost(CONTACT, ({ inner }) => {
      const effects = inner();
      const isChange = writesOf(effects).some(({ collection }) => collection === 'alarm');
      if (!isChange) return effects;
      return mapWrites(effects, (write) => {
        const isSession = write.collection === 'session' && write.record === undefined;
        return isSession ? undefined : write;
      });
    }),
};

/** Is set up anew and stays who it was. */
export const identityKept: Twin = {
  id: 'identity-kept',
  catches: 'K7',
  does: 'keeps its identity key when it is set up anew',
  make: () =>
    onHost(PHONE, ({ inner, store }) => {
      const effects = inner();
      const isAnew = writesOf(effects).some(({ collection }) => collection === 'transport');
      const isFirst = store.get('transport', 'self') === undefined;
      if (!isAnew || isFirst) return effects;
      return mapWrites(effects, (write) => (write.collection === 'identity' ? undefined : write));
    }),
};
