/** Broken twins of linking and history: I3, D2, L7. */

import type { ShownRecord } from '../../protocol/contract.ts';
import type { RecordWrite } from '../../protocol/store.ts';
import { mapWrites, onHost, type Twin, withWrites, writesOf } from './twin-tools.ts';

const NEWCOMER = 'alice.laptop';
const STRANGER = 'bob.phone';

/** Takes as history whatever it is handed, by whomever. */
export const historyFromStrangers: Twin = {
  id: 'history-from-strangers',
  catches: 'I3',
  does: 'shows as history what another account was told and its own phone never was',
  make: () => {
    const seen: RecordWrite[] = [];
    const watch = onHost(STRANGER, ({ inner }) => {
      const effects = inner();
      seen.push(...writesOf(effects).filter(({ collection }) => collection === 'shown'));
      return effects;
    });
    const show = onHost(NEWCOMER, ({ inner, store }) => {
      const effects = inner();
      const account = store.get('account', 'self') as ShownRecord | undefined;
      if (account === undefined) return effects;
      const { device } = account;
      const account0 = device.replace(/:\d+@/, '@');
      const handed = seen.splice(0).map((write): RecordWrite => {
        const record = { ...(write.record as ShownRecord), account: account0, device };
        const shown: ShownRecord = { ...record, via: 'history' };
        return { ...write, record: shown };
      });
      return withWrites(effects, [...writesOf(effects), ...handed]);
    });
    return (host, inner, store) => (host === NEWCOMER ? show : watch)(host, inner, store);
  },
};

/** Goes on without the proof of its membership. */
export const proofNotKept: Twin = {
  id: 'proof-not-kept',
  catches: 'D2',
  does: 'is linked and does not store what phone and companion signed',
  make: () =>
    onHost(NEWCOMER, ({ inner }) =>
      mapWrites(inner(), (write) => (write.collection === 'companion' ? undefined : write)),
    ),
};

/** Neither takes its history nor gives up. */
export const waitsForHistory: Twin = {
  id: 'waits-for-history',
  catches: 'L7',
  does: 'overlooks every part of its history and stays linked without a deadline',
  make: () =>
    onHost(NEWCOMER, ({ inner }) =>
      mapWrites(inner(), (write) => {
        const isDeadline = write.collection === 'timer' && write.key === 'history-deadline';
        const isPart = write.collection === 'history-job' || write.key.includes('history-download');
        return isDeadline || isPart ? undefined : write;
      }),
    ),
};

/** Is content with its history. */
export const waitsForSettings: Twin = {
  id: 'waits-for-settings',
  catches: 'L7',
  does: 'never asks for the settings of its account and stays linked without a deadline',
  make: () =>
    onHost(NEWCOMER, ({ inner }) =>
      mapWrites(
        inner().filter(
          (effect) => effect.kind !== 'send' || effect.label.kind !== 'iq:w:sync:app:state',
        ),
        (write) =>
          write.collection === 'timer' && write.key === 'history-deadline' ? undefined : write,
      ),
    ),
};

/** Hands the newest over and thinks no more of it. */
export const restOfHistoryKept: Twin = {
  id: 'rest-of-history-kept',
  catches: 'L7',
  does: 'hands a new companion the first part of the history and keeps the others',
  make: () =>
    onHost('alice.phone', ({ inner }) =>
      mapWrites(inner(), (write) => {
        const isLater = write.collection === 'history-chunk' && !write.key.endsWith('|000000');
        return isLater ? undefined : write;
      }),
    ),
};
