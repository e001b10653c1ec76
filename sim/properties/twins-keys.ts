/** Broken twins around prekeys and the server: K2, K4, L5, L9, L10. */

import type { DeviceJid } from '../../protocol/contract.ts';
import { attribute, child, children, node, type WireNode } from '../../protocol/wire/node.ts';
import { deviceNumberOf, userOf } from '../ledger/ledger.ts';
import { mapSent, mapWrites, onHost, reply, type Twin } from './twin-tools.ts';

/** Hands the same one-time prekey to everybody. */
export const prekeyServedAgain: Twin = {
  id: 'prekey-served-again',
  catches: 'K2',
  does: 'keeps a one-time prekey in its pool after serving it',
  thread: 'https://github.com/element-hq/element-web/issues/32965',
  make: () =>
    onHost('server', ({ inner }) =>
      mapWrites(inner(), (write) => {
        const isTaken = write.collection.startsWith('prekeys/') && write.record === undefined;
        return isTaken || write.collection.startsWith('served/') ? undefined : write;
      }),
    ),
};

/** Uploads keys and forgets them. */
export const uploadedAndForgotten: Twin = {
  id: 'uploaded-and-forgotten',
  catches: 'K4',
  does: 'uploads new one-time prekeys without storing their private halves',
  thread: 'https://github.com/element-hq/element-x-ios/issues/4371',
  make: () =>
    onHost('bob.phone', ({ inner, store }) =>
      mapWrites(inner(), (write) => {
        const isNew = write.collection === 'prekey' && store.get('prekey', write.key) === undefined;
        return isNew ? undefined : write;
      }),
    ),
};

/** Lets the pool run dry. */
export const lowCountIgnored: Twin = {
  id: 'low-count-ignored',
  catches: 'L5',
  does: 'acknowledges the notice that its prekeys run low and does nothing',
  thread: 'https://github.com/WhiskeySockets/Baileys/issues/2643',
  make: () =>
    onHost('bob.phone', ({ inner, input, stanza }) => {
      if (stanza?.tag !== 'notification' || child(stanza, 'count') === undefined) return inner();
      const ack = node('ack', {
        class: 'notification',
        id: attribute(stanza, 'id'),
        to: attribute(stanza, 'from'),
        type: attribute(stanza, 'type'),
      });
      return [reply(input, ack, 'ack:notification')];
    }),
};

/** Questions for one device's bundles that the twin below answers. */
const QUESTIONS_ANSWERED = 20;

/** Protects a victim by a limit that everybody shares. */
export const victimBlockaded: Twin = {
  id: 'victim-blockaded',
  catches: 'L10',
  does: 'refuses the prekeys of a device once they have been asked for twenty times',
  make: () => {
    const answered = new Map<DeviceJid, number>();
    const limited = (user: WireNode): WireNode => {
      const jid = attribute(user, 'jid') ?? '';
      if (child(user, 'skey') === undefined) return user;
      const count = (answered.get(jid) ?? 0) + 1;
      answered.set(jid, count);
      const isRefused = count > QUESTIONS_ANSWERED;
      return isRefused ? node('user', { jid }, [node('error', { code: '429' })]) : user;
    };
    return onHost('server', ({ inner }) =>
      mapSent(inner(), 'iq', (stanza) => {
        const list = child(stanza, 'list');
        if (list === undefined) return stanza;
        const users = children(list, 'user').map(limited);
        return { ...stanza, content: [{ ...list, content: users }] };
      }),
    );
  },
};

/** What is read of the server's volatile state: who is connected. */
interface Online {
  readonly online: ReadonlyMap<DeviceJid, unknown>;
}

/** Serves companions only while their phone is there, as before 2021. */
export const phoneNeeded: Twin = {
  id: 'phone-needed',
  catches: 'L9',
  does: 'hands messages to a companion only while its phone is connected',
  make: () =>
    onHost('server', ({ inner, store }) => {
      const effects = inner();
      const state = store.volatile.get('server') as Online | undefined;
      return mapSent(effects, 'message', (stanza) => {
        const device = attribute(stanza, 'to') ?? '';
        const isFree = deviceNumberOf(device) === 0 || state?.online.has(userOf(device)) === true;
        return isFree ? stanza : undefined;
      });
    }),
};
