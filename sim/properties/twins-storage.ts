/** Broken twins around Stores that go back or run twice: K3, X3, X4. */

import type { DeviceJid } from '../../protocol/contract.ts';
import { encodeFrame } from '../../protocol/wire/encode-node.ts';
import { attribute, child } from '../../protocol/wire/node.ts';
import { mapWrites, onHost, readFrame, type Twin } from './twin-tools.ts';

/** Counts its prekeys from 1 again and again. */
export const idsStartAnew: Twin = {
  id: 'ids-start-anew',
  catches: 'K3',
  does: 'begins with the first free id whenever it makes prekeys, used or not',
  make: () =>
    onHost('bob.phone', ({ inner }) =>
      mapWrites(inner(), (write) => {
        if (write.collection !== 'prekey-counter' || write.record === undefined) return write;
        const record = { ...write.record, nextPrekeyId: 1 };
        return { ...write, record };
      }),
    ),
};

/** What is read of the server's volatile state: what it knows of its connections. */
interface Connections {
  readonly connections: ReadonlyMap<number, { device: DeviceJid | undefined }>;
  readonly online: ReadonlyMap<DeviceJid, { readonly connection: number }>;
}

/** Lets both machines of a cloned device talk. */
export const bothAreServed: Twin = {
  id: 'both-are-served',
  catches: 'X3',
  does: 'leaves the older connection of a device open, and takes its stanzas too',
  make: () =>
    onHost('server', ({ inner, store }) => {
      const before = store.volatile.get('server') as Connections | undefined;
      const devices = new Map(
        [...(before?.online ?? [])].map(([jid, { connection }]) => [connection, jid]),
      );
      const spared = new Set<number>();
      return inner().filter((effect) => {
        if (effect.kind === 'close') return !spared.has(effect.connection);
        if (effect.kind !== 'send' || effect.label.kind !== 'stream:error') return true;
        const stanza = readFrame(effect.bytes);
        const conflict = stanza === undefined ? undefined : child(stanza, 'conflict');
        if (conflict === undefined || attribute(conflict, 'type') !== 'replaced') return true;
        spared.add(effect.connection);
        const known = before?.connections.get(effect.connection);
        if (known !== undefined) known.device = devices.get(effect.connection);
        return false;
      });
    }),
};

/** Does not hear what the server has seen. */
export const rollbackUnnoticed: Twin = {
  id: 'rollback-unnoticed',
  catches: 'X4',
  does: 'pays no heed to the counters at its login and goes on with the sessions of its old Store',
  thread: 'https://github.com/element-hq/element-ios/issues/2814',
  make: () =>
    onHost('alice.phone', ({ inner, input, stanza }) => {
      if (input.kind !== 'frame' || stanza?.tag !== 'success') return inner();
      const attributes = stanza.attributes.filter(([name]) => name === 'id' || name === 't');
      return inner({ ...input, bytes: encodeFrame({ ...stanza, attributes }) });
    }),
};
