/** Broken twins of app state: L8, A1. */

import { encodeFrame } from '../../protocol/wire/encode-node.ts';
import { attribute } from '../../protocol/wire/node.ts';
import { mapWrites, onHost, type Twin, type TwinStep, writesOf } from './twin-tools.ts';

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
