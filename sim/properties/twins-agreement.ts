/** Broken twins of order, agreement, receipts and read state: I6, L4, O4, O5, O6. */

import type { ShownRecord } from '../../protocol/contract.ts';
import { attribute, child, children, node } from '../../protocol/wire/node.ts';
import { deviceNumberOf, userOf } from '../ledger/ledger.ts';
import { mapWrites, onHost, reply, type Twin, type TwinStep, type WrapNode } from './twin-tools.ts';

const HOUR_US = 3_600_000_000;
const SECOND_US = 1_000_000;

function placesShown(
  host: string,
  place: (record: ShownRecord, step: TwinStep) => number,
): () => WrapNode {
  return () =>
    onHost(host, (step) =>
      mapWrites(step.inner(), (write) => {
        if (write.collection !== 'shown' || write.record === undefined) return write;
        const record = write.record as ShownRecord;
        return { ...write, record: { ...record, positionUs: place(record, step) } as ShownRecord };
      }),
    );
}

/** Says for others that they have a message. */
export const deliveredUnseen: Twin = {
  id: 'delivered-unseen',
  catches: 'I6',
  does: 'tells a sender that its message is delivered as soon as the server has it',
  make: () =>
    onHost('server', ({ inner, input, stanza }) => {
      const effects = inner();
      const participants = stanza?.tag === 'message' ? child(stanza, 'participants') : undefined;
      if (stanza === undefined || participants === undefined) return effects;
      const receipts = children(participants, 'to').map((to) => {
        const attributes = { id: attribute(stanza, 'id'), from: attribute(to, 'jid'), t: '1' };
        return reply(input, node('receipt', attributes), 'receipt');
      });
      return [...effects, ...receipts];
    }),
};

/** Asks on after the last time. */
export const retriesWithoutEnd: Twin = {
  id: 'retries-without-end',
  catches: 'L4',
  does: 'asks for a message it cannot open for the ninth time at once',
  make: () =>
    onHost('bob.phone', ({ inner, input, stanza }) => {
      const effects = inner();
      const hasFailed = effects.some(
        (effect) => effect.kind === 'emit' && effect.notice.code === 'rejected',
      );
      if (!hasFailed || stanza?.tag !== 'message') return effects;
      const id = attribute(stanza, 'id');
      const retry = node('retry', { v: '1', count: '9', id, t: attribute(stanza, 't') });
      const attributes = { id, to: attribute(stanza, 'from'), type: 'retry' };
      return [...effects, reply(input, node('receipt', attributes, [retry]), 'receipt:retry')];
    }),
};

/** Mistrusts the time stamps of companions. */
export const companionsAnHourEarly: Twin = {
  id: 'companions-an-hour-early',
  catches: 'O4',
  does: 'places what companions write an hour too early',
  make: placesShown('alice.phone', ({ author, positionUs }) => {
    return deviceNumberOf(author) === 0 ? positionUs : positionUs - HOUR_US;
  }),
};

/** Sorts by its own clock. */
export const placedOnArrival: Twin = {
  id: 'placed-on-arrival',
  catches: 'O5',
  does: 'places messages at the time at which they came, by its own clock',
  make: placesShown('bob.web', (_record, { context }) => context.wallUs),
};

/** Keeps time in seconds. */
export const placedBySeconds: Twin = {
  id: 'placed-by-seconds',
  catches: 'O6',
  does: 'keeps the time of a message in whole seconds',
  make: placesShown('bob.phone', ({ positionUs }) => positionUs - (positionUs % SECOND_US)),
};

/** What the account's other devices have read is news to nobody. */
function readsUnheard(): WrapNode {
  return onHost('alice.laptop', ({ inner, input }) =>
    input.kind !== 'frame'
      ? inner()
      : mapWrites(inner(), (write) => {
          const shown = write.collection === 'shown' ? (write.record as ShownRecord) : undefined;
          if (shown === undefined || userOf(shown.author) === shown.account) return write;
          return { ...write, record: { ...shown, isRead: false } as ShownRecord };
        }),
  );
}

/** Keeps its own count of what is unread. */
export const readElsewhereUnheard: Twin = {
  id: 'read-elsewhere-unheard',
  catches: 'O5',
  does: 'goes on showing as unread what another device of the account has read',
  make: readsUnheard,
};

/** A browser that keeps its own count of what is unread. */
export const phoneReadsUnheard: Twin = {
  id: 'phone-reads-unheard',
  catches: 'O5',
  does: 'goes on showing on a browser as unread what was read on its phone',
  architecture: 'relay',
  make: readsUnheard,
};
