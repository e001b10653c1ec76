/** Broken twins of groups: C7, C8 in groups, G1 to G6. */

import type { Effect, GroupRecord, ShownRecord } from '../../protocol/contract.ts';
import type { OwnSenderKeyRecord } from '../../protocol/signal/sender-key-records.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { encodeFrame } from '../../protocol/wire/encode-node.ts';
import { attribute, child, children, type WireNode } from '../../protocol/wire/node.ts';
import { isGroup, userOf } from '../ledger/ledger.ts';
import { mapSent, mapWrites, onHost, readFrame, type Twin } from './twin-tools.ts';

const SENDER = 'alice.phone';
const READER = 'bob.phone';

/** Hands newcomers the chain from its first key on. */
export const chainNeverAdvanced: Twin = {
  id: 'chain-never-advanced',
  catches: 'C7',
  does: 'announces its sender key from the first message on, to newcomers as well',
  make: () =>
    onHost(SENDER, ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        if (write.collection !== 'own-sender-key') return write;
        const before = store.get('own-sender-key', write.key) as OwnSenderKeyRecord | undefined;
        const after = write.record as OwnSenderKeyRecord | undefined;
        const isAdvance = after !== undefined && before?.chainId === after.chainId;
        return isAdvance ? undefined : write;
      }),
    ),
};

/** Alters each stanza that is stored for sending. */
function mapStored(
  effects: readonly Effect[],
  map: (stanza: WireNode) => WireNode,
): readonly Effect[] {
  return mapWrites(effects, (write) => {
    const record = write.record as (StoredRecord & { readonly bytes?: Uint8Array }) | undefined;
    if (write.collection !== 'outbound' || record?.bytes === undefined) return write;
    const stanza = readFrame(record.bytes);
    if (stanza === undefined) return write;
    return { ...write, record: { ...record, bytes: encodeFrame(map(stanza)) } as StoredRecord };
  });
}

function withoutLast(stanza: WireNode): WireNode {
  const participants = child(stanza, 'participants');
  if (participants === undefined || !isGroup(attribute(stanza, 'to') ?? '')) return stanza;
  const fewer = { ...participants, content: children(participants).slice(0, -1) };
  const content = children(stanza).map((part) => (part === participants ? fewer : part));
  return { ...stanza, content };
}

/** Announces its sender key to all but one. */
export const keyForAllButOne: Twin = {
  id: 'key-for-all-but-one',
  catches: 'C8',
  does: 'hands the key of a group to all devices that lack it but the last',
  make: () => onHost(SENDER, ({ inner }) => mapSent(inner(), 'message', withoutLast)),
};

/** Believes that somebody belongs to a group whom nobody added. */
export const uninvitedMember: Twin = {
  id: 'uninvited-member',
  catches: 'G1',
  does: 'holds a stranger among the members of a group whom nobody added',
  make: () =>
    onHost(READER, ({ inner }) =>
      mapWrites(inner(), (write) => {
        const record = write.record as GroupRecord | undefined;
        if (write.collection !== 'group' || record === undefined) return write;
        const members = [...record.members, '15550000000@s.whatsapp.net'];
        const next: GroupRecord = { ...record, members };
        return { ...write, record: next };
      }),
    ),
};

/** Pays no heed to who comes and goes. */
export const groupNeverUpdated: Twin = {
  id: 'group-never-updated',
  catches: 'G2',
  does: 'stores no change of a group it knows',
  make: () =>
    onHost(READER, ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        const isChange =
          write.collection === 'group' && store.get('group', write.key) !== undefined;
        return isChange ? undefined : write;
      }),
    ),
};

/** Keeps its sender key when somebody is removed. */
export const rotationForgotten: Twin = {
  id: 'rotation-forgotten',
  catches: 'G3',
  does: 'goes on with its sender key when somebody who has it is removed',
  make: () =>
    onHost(SENDER, ({ inner }) =>
      mapWrites(inner(), (write) => {
        const isThrownAway = write.collection === 'own-sender-key' && write.record === undefined;
        return isThrownAway ? undefined : write;
      }),
    ),
};

/** Believes that it has handed its key to a device it never named. */
export const keyNeverHanded: Twin = {
  id: 'key-never-handed',
  catches: 'G4',
  does: 'stores and sends the keys of a group without those for the last device',
  make: () =>
    onHost(SENDER, ({ inner }) => {
      const effects = mapSent(inner(), 'message', withoutLast);
      return mapStored(effects, withoutLast);
    }),
};

/** Shows what an outsider wrote to its person as if it had been said in a group. */
export const outsiderInGroup: Twin = {
  id: 'outsider-in-group',
  catches: 'G5',
  does: 'shows what an outsider wrote to its person as if it had been said in a group',
  make: () =>
    onHost(READER, ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        const record = write.record as ShownRecord | undefined;
        const [group] = store.collection('group').keys();
        if (write.collection !== 'shown' || record === undefined || group === undefined)
          return write;
        if (isGroup(record.chat)) return write;
        const shown: ShownRecord = { ...record, chat: group };
        return { ...write, record: shown };
      }),
    ),
};

/** Takes the account for the device. */
export const authorMistaken: Twin = {
  id: 'author-mistaken',
  catches: 'G6',
  does: 'shows what a companion wrote in a group as written by its phone',
  make: () =>
    onHost(READER, ({ inner }) =>
      mapWrites(inner(), (write) => {
        const record = write.record as ShownRecord | undefined;
        if (write.collection !== 'shown' || record === undefined || !isGroup(record.chat))
          return write;
        const shown: ShownRecord = { ...record, author: userOf(record.author) };
        return { ...write, record: shown };
      }),
    ),
};
