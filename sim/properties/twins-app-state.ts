/** Broken twins of app state: L8, A1. */

import type { RecordWrite } from '../../protocol/store.ts';
import { encodeFrame } from '../../protocol/wire/encode-node.ts';
import { attribute } from '../../protocol/wire/node.ts';
import { mapWrites, onHost, type Twin, type TwinStep, withWrites, writesOf } from './twin-tools.ts';

/** The step of a node to which the word that a collection moved on says nothing. */
function withoutMove({ stanza, input, inner }: TwinStep) {
  const isMove = stanza?.tag === 'notification' && attribute(stanza, 'type') === 'server_sync';
  if (!isMove || input.kind !== 'frame') return inner();
  return inner({ ...input, bytes: encodeFrame({ ...stanza, content: undefined }) });
}

/** Hears that a collection moved on, and leaves it at that. */
export const moveIgnored: Twin = {
  id: 'move-ignored',
  catches: 'L8',
  does: 'acknowledges the word that a collection has moved on and never fetches what changed',
  make: () => onHost('alice.laptop', withoutMove),
};

/** A patch that did not hold once is the end of it. */
export const oneBadPatchEnds: Twin = {
  id: 'one-bad-patch-ends',
  catches: 'L8',
  does: 'fetches nothing any more after the MAC of one patch did not hold',
  thread: 'https://github.com/tulir/whatsmeow/issues/858',
  make: () => {
    let hasEnded = false;
    return onHost('alice.laptop', (step) => {
      if (hasEnded) return withoutMove(step);
      const effects = step.inner();
      hasEnded = writesOf(effects).some(({ record }) => isRestart(record));
      return hasEnded
        ? mapWrites(effects, (write) => (isRestart(write.record) ? undefined : write))
        : effects;
    });
  },
};

function isRestart(record: unknown): boolean {
  const sync = record as { readonly kind?: string; readonly restarts?: number } | undefined;
  return sync?.kind === 'app-state-sync' && (sync.restarts ?? 0) > 0;
}

/** Takes what others set into its records, and shows what it showed before. */
export const oldSettingShown: Twin = {
  id: 'old-setting-shown',
  catches: 'L8',
  does: 'moves a collection on and goes on with the settings it had',
  make: () =>
    onHost('alice.laptop', ({ inner, input }) =>
      input.kind === 'command'
        ? inner()
        : mapWrites(inner(), (write) => (write.collection === 'setting' ? undefined : write)),
    ),
};

/** Everybody's second key of settings is the same one. */
export const sameKeyForAll: Twin = {
  id: 'same-key-for-all',
  catches: 'A1',
  does: 'makes the next key of settings from a word in the program, the same for every account',
  make: () => (host, node) => {
    if (host !== 'alice.phone' && host !== 'bob.phone') return node;
    return {
      step: (input, context) => {
        const { secrets } = context;
        const bytes = (purpose: string, length: number): Uint8Array =>
          purpose === 'app-state-key'
            ? new Uint8Array(length).fill(7)
            : secrets.bytes(purpose, length);
        return node.step(input, { ...context, secrets: { bytes } });
      },
    };
  },
};

function isSetting({ collection }: RecordWrite): boolean {
  return collection === 'setting' || collection.startsWith('app-state-pending/');
}

/** Nods, and does nothing. */
export const settingUnheard: Twin = {
  id: 'setting-unheard',
  catches: 'L8',
  does: 'takes what a person sets for done and stores nothing of it',
  make: () =>
    onHost('alice.phone', ({ inner, input }) => {
      const effects = inner();
      if (input.kind !== 'command' || input.command.kind !== 'app-state') return effects;
      return mapWrites(effects, (write) => (isSetting(write) ? undefined : write));
    }),
};

/** Whoever is second with a patch lets its own changes go. */
export const secondGivesWay: Twin = {
  id: 'second-gives-way',
  catches: 'L8',
  does: 'drops what waits to be sent when another device was first with a patch',
  make: () => (host, node, store) => {
    if (!host.startsWith('alice.')) return node;
    const drops = onHost(host, ({ inner }) => {
      const effects = inner();
      const isLate = effects.some((effect) => {
        return effect.kind === 'emit' && effect.notice.code === 'app-state-late';
      });
      if (!isLate) return effects;
      const pending = [...store.collection('app-state-pending/regular_low').keys()];
      const gone = pending.flatMap((key): RecordWrite[] => [
        { collection: 'app-state-pending/regular_low', key, record: undefined },
        { collection: 'setting', key, record: undefined },
      ]);
      const kept = effects.filter(({ kind }) => kind !== 'send');
      return withWrites(kept, [...writesOf(effects), ...gone]);
    });
    return drops(host, node, store);
  },
};
