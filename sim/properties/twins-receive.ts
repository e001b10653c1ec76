/** Broken twins of the receiving side: C1, I1, I2, I5, L1, L2, L3, L6, O1, O2, O3, X1. */

import type { ShownRecord } from '../../protocol/contract.ts';
import type { SessionRecord } from '../../protocol/signal/records.ts';
import type { RecordWrite, Store } from '../../protocol/store.ts';
import { encodeFrame } from '../../protocol/wire/encode-node.ts';
import { attribute, child, node, type WireNode } from '../../protocol/wire/node.ts';
import {
  mapWrites,
  onHost,
  reply,
  type Twin,
  type TwinStep,
  type WrapNode,
  withWrites,
  writesOf,
} from './twin-tools.ts';
import { damaged } from './weather.ts';

const RECEIVER = 'bob.phone';
const OUTSIDER = 'carol.phone';

function altersShown(alter: (record: ShownRecord) => ShownRecord | undefined): () => WrapNode {
  return () =>
    onHost(RECEIVER, ({ inner }) =>
      mapWrites(inner(), (write) => {
        if (write.collection !== 'shown' || write.record === undefined) return write;
        const record = alter(write.record as ShownRecord);
        return record === undefined ? undefined : { ...write, record };
      }),
    );
}

/** Shares its history with a device of another account. */
export const sharedHistory: Twin = {
  id: 'shared-history',
  catches: 'C1',
  does: 'shows what one account received on a device of another account',
  make: () => {
    const seen: RecordWrite[] = [];
    const watch = onHost(RECEIVER, ({ inner }) => {
      const effects = inner();
      seen.push(...writesOf(effects).filter(({ collection }) => collection === 'shown'));
      return effects;
    });
    const show = onHost(OUTSIDER, ({ inner }) => {
      const effects = inner();
      return withWrites(effects, [...writesOf(effects), ...seen.splice(0)]);
    });
    return (host, inner, store) => (host === OUTSIDER ? show : watch)(host, inner, store);
  },
};

/** Shows something else than was said. */
export const textAltered: Twin = {
  id: 'text-altered',
  catches: 'I1',
  does: 'cuts the last character off what it shows',
  make: altersShown((record) => ({ ...record, text: record.text.slice(0, -1) })),
};

/** Files a message under another conversation. */
export const wrongConversation: Twin = {
  id: 'wrong-conversation',
  catches: 'I2',
  does: 'shows a message in the conversation with somebody else',
  thread: 'https://github.com/signalapp/Signal-Android/issues/12691',
  make: altersShown((record) => ({ ...record, chat: record.account })),
};

/** Sorts by something else than the server's time stamp. */
export const latestFirst: Twin = {
  id: 'latest-first',
  catches: 'O3',
  does: 'places the messages of one device in the reverse of their order',
  thread: 'https://github.com/signalapp/Signal-Desktop/issues/3332',
  make: altersShown((record) => ({ ...record, positionUs: 4e15 - record.positionUs })),
};

/** Stores the advanced session, drops the text, acknowledges. */
export const ratchetWithoutText: Twin = {
  id: 'ratchet-without-text',
  catches: 'X1',
  does: 'stores the advanced session without the message and acknowledges it',
  thread: 'https://github.com/tulir/whatsmeow/issues/1093',
  make: altersShown(() => undefined),
};

/** Acknowledges what it has not looked at. */
export const acknowledgedUnread: Twin = {
  id: 'acknowledged-unread',
  catches: 'X1',
  does: 'acknowledges a message before handling it, and never gets to handle it',
  thread: 'https://github.com/openclaw/openclaw/issues/50563',
  make: () =>
    onHost(RECEIVER, ({ input, stanza, inner }) => {
      return stanza?.tag === 'message' ? [delivered(input, stanza)] : inner();
    }),
};

function delivered(input: TwinStep['input'], stanza: WireNode) {
  const attributes = { id: attribute(stanza, 'id'), to: attribute(stanza, 'from') };
  return reply(input, node('receipt', attributes), 'receipt');
}

/** Works on the live session before the MAC is checked. */
export const damagedByFailure: Twin = {
  id: 'damaged-by-failure',
  catches: 'I5',
  does: 'lets a ciphertext that fails its MAC change the session it was tried on',
  thread: 'https://github.com/WhiskeySockets/Baileys/issues/1734',
  make: () =>
    onHost(RECEIVER, ({ inner, stanza, store }) => {
      const effects = inner();
      const isBad = effects.some(
        (effect) => effect.kind === 'emit' && effect.notice.code === 'rejected',
      );
      const peer = stanza === undefined ? undefined : attribute(stanza, 'from');
      const session = peer && (store.get('session', peer) as SessionRecord | undefined);
      if (!isBad || peer === undefined || !session) return effects;
      const record: SessionRecord = { ...session, rootKey: new Uint8Array(32).fill(7) };
      return withWrites(effects, [
        ...writesOf(effects),
        { collection: 'session', key: peer, record },
      ]);
    }),
};

/** Whether the copy in the stanza is on the screen already, and under which key. */
function shownBefore(
  stanza: WireNode | undefined,
  store: Store,
): [string, ShownRecord] | undefined {
  if (stanza?.tag !== 'message') return undefined;
  for (const [key, record] of store.collection('shown')) {
    const shown = record as ShownRecord;
    if (shown.messageId === attribute(stanza, 'id')) return [key, shown];
  }
  return undefined;
}

/** Shows a redelivered message once more. */
export const shownAgain: Twin = {
  id: 'shown-again',
  catches: 'O1',
  does: 'shows a message a second time when it is delivered a second time',
  thread: 'https://github.com/signalapp/Signal-Desktop/issues/1132',
  make: () =>
    onHost(RECEIVER, ({ inner, stanza, store }) => {
      const again = shownBefore(stanza, store);
      const effects = inner();
      if (again === undefined) return effects;
      const write = { collection: 'shown', key: `${again[0]}|again`, record: again[1] };
      return withWrites(effects, [...writesOf(effects), write]);
    }),
};

/** Takes a copy it has opened for an unreadable one. */
export const retryForDuplicate: Twin = {
  id: 'retry-for-duplicate',
  catches: 'O2',
  does: 'asks for a message again when a copy it has opened comes once more',
  thread: 'https://github.com/element-hq/element-web/issues/3712',
  make: () =>
    onHost(RECEIVER, ({ inner, input, stanza, store }) => {
      const again = shownBefore(stanza, store);
      const effects = inner();
      if (again === undefined || stanza === undefined) return effects;
      const id = attribute(stanza, 'id');
      const retry = node('retry', { v: '1', count: '1', id, t: attribute(stanza, 't') });
      const attributes = { id, to: attribute(stanza, 'from'), type: 'retry' };
      return [...effects, reply(input, node('receipt', attributes, [retry]), 'receipt:retry')];
    }),
};

/** Takes what waited for it as history it has already. */
export const waitingDropped: Twin = {
  id: 'waiting-dropped',
  catches: 'L1',
  does: 'acknowledges and drops the messages that waited at the server while it was away',
  thread: 'https://github.com/rmyndharis/OpenWA/issues/1660',
  make: () => {
    let isCatchingUp = false;
    return onHost(RECEIVER, ({ inner, input, stanza }) => {
      if (input.kind === 'connected') isCatchingUp = true;
      if (stanza?.tag === 'ib' && child(stanza, 'offline') !== undefined) isCatchingUp = false;
      if (!isCatchingUp || stanza?.tag !== 'message') return inner();
      return [delivered(input, stanza)];
    });
  },
};

/** Never gives up on a placeholder. */
export const waitsForEver: Twin = {
  id: 'waits-for-ever',
  catches: 'L2',
  does: 'sets no deadline for a placeholder, so that it waits for a copy that never comes',
  thread: 'https://github.com/WhiskeySockets/Baileys/issues/172',
  make: () =>
    onHost(RECEIVER, ({ inner }) =>
      mapWrites(inner(), (write) => {
        const isDeadline = write.collection === 'timer' && write.key.startsWith('placeholder|');
        return isDeadline ? undefined : write;
      }),
    ),
};

/** A session that failed once fails for ever. */
export const sessionNeverRenewed: Twin = {
  id: 'session-never-renewed',
  catches: 'L3',
  does: 'cannot open anything from a device any more after one message of it failed',
  thread: 'https://github.com/signalapp/Signal-Desktop/issues/3234',
  make: () => {
    const broken = new Set<string>();
    return onHost(RECEIVER, ({ inner, input, stanza }) => {
      const from = stanza?.tag === 'message' ? (attribute(stanza, 'from') ?? '') : undefined;
      if (
        stanza !== undefined &&
        input.kind === 'frame' &&
        from !== undefined &&
        broken.has(from)
      ) {
        return inner({ ...input, bytes: encodeFrame(damaged(stanza)) });
      }
      const effects = inner();
      const failed = effects.some(
        (effect) => effect.kind === 'emit' && effect.notice.code === 'rejected',
      );
      if (failed && from !== undefined) broken.add(from);
      return effects;
    });
  },
};

/** Gives up the connection over one unreadable message. */
export const poisonStops: Twin = {
  id: 'poison-stops',
  catches: 'L6',
  does: 'closes the connection on a copy it cannot open, without acknowledging it, every time',
  make: () =>
    onHost(RECEIVER, ({ inner, input }) => {
      const effects = inner();
      const failed = effects.some(
        (effect) => effect.kind === 'emit' && effect.notice.code === 'rejected',
      );
      if (!failed || input.kind !== 'frame') return effects;
      return [{ kind: 'close', connection: input.connection }];
    }),
};
