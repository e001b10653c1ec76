/** Broken twins of calls: V1, V2, V3. */

import type { CallRecord, Effect, StepContext } from '../../protocol/contract.ts';
import { mapWrites, onHost, type Twin, withWrites, writesOf } from './twin-tools.ts';

/** Goes on ringing when the call is over. */
export const ringsOn: Twin = {
  id: 'rings-on',
  catches: 'V1',
  does: 'goes on ringing when another device has answered or the caller has hung up',
  thread: 'https://github.com/element-hq/element-android/issues/1921',
  make: () =>
    onHost('bob.phone', ({ inner }) =>
      mapWrites(inner(), (write) => {
        const isEnd = (write.record as CallRecord | undefined)?.state === 'ended';
        return write.collection === 'call' && isEnd ? undefined : write;
      }),
    ),
};

/** Is in the call as soon as its person answers. */
export const connectedAtOnce: Twin = {
  id: 'connected-at-once',
  catches: 'V2',
  does: 'shows a call as connected when its person answers, whoever was first',
  make: () =>
    onHost('bob.phone', ({ inner, input, store }) => {
      const effects = inner();
      const isAnswer = input.kind === 'command' && input.command.kind === 'answer-call';
      return isAnswer ? asConnected(effects, [...store.collection('call').values()]) : effects;
    }),
};

function asConnected(effects: readonly Effect[], known: readonly unknown[]): readonly Effect[] {
  const ringing = (known as readonly CallRecord[]).find(({ state }) => state === 'ringing');
  if (ringing === undefined) return effects;
  const { callId, creator } = ringing;
  const record: CallRecord = { ...ringing, state: 'connected', peers: [creator] };
  const others = writesOf(effects).filter(({ collection }) => collection !== 'call');
  return withWrites(effects, [...others, { collection: 'call', key: callId, record }]);
}

/** One key for all calls, and for whoever takes part. */
export const oneKeyForAllCalls: Twin = {
  id: 'one-key-for-all-calls',
  catches: 'V3',
  does: 'uses one key for all calls, whoever takes part in them',
  thread: 'https://github.com/element-hq/element-call/issues/1280',
  make: () => (host, node) => {
    if (host !== 'alice.phone') return node;
    return { step: (input, context) => node.step(input, withFixedKey(context)) };
  },
};

function withFixedKey(context: StepContext): StepContext {
  const { secrets } = context;
  const bytes = (purpose: string, length: number): Uint8Array =>
    purpose === 'call-key' ? new Uint8Array(length).fill(7) : secrets.bytes(purpose, length);
  return { ...context, secrets: { bytes } };
}
