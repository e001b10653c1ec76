/** A small net that judges every step of its nodes: contract 1, and what no frame may change. */

import type { Effect, InputBody } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import type { RecordWrite, StoredRecord } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { children } from '../../wire/node.ts';
import { SmallNet } from './small-net.ts';

const RECORDS_PER_STEP_MAX = 12_000;
const EFFECTS_PER_STEP_MAX = 2_500;
const STEPS_MAX = 20_000;

/** Why a copy was refused before anything of it was believed. */
const UNBELIEVED = new Set([
  'malformed',
  'unknown-version',
  'bad-key',
  'bad-signature',
  'bad-mac',
  'no-session',
  'too-far-ahead',
  'unknown-prekey',
  'untrusted-identity',
]);

/** A net that throws at the first step that does what none may. */
export class JudgedNet extends SmallNet {
  steps = 0;

  override step(name: string, body: InputBody): readonly Effect[] {
    // The first steps are taken by the constructor, before this class has its own fields.
    this.steps = (this.steps ?? 0) + 1;
    if (this.steps > STEPS_MAX) throw new Error('steps never stop');
    const { store } = this.member(name);
    const identity = store.get('identity', 'self');
    const pins = new Map(store.collection('peer-identity'));
    const effects = super.step(name, body);
    judgeEffects(effects);
    const writes = writesOf(effects);
    if (body.kind === 'frame') judgeWrites(identity, pins, body.bytes, effects, writes);
    return effects;
  }
}

function writesOf(effects: readonly Effect[]): readonly RecordWrite[] {
  const [first] = effects;
  return first?.kind === 'commit' ? first.writes : [];
}

/** Ends the test. */
export function fail(reason: string): never {
  throw new Error(reason);
}

function judgeEffects(effects: readonly Effect[]): void {
  if (effects.length > EFFECTS_PER_STEP_MAX) fail(`a step has ${effects.length} effects`);
  effects.forEach((effect, at) => {
    if (effect.kind === 'commit') {
      if (at !== 0) fail('a commit is not the first effect');
      if (effect.writes.length > RECORDS_PER_STEP_MAX) {
        fail(`a step writes ${effect.writes.length} records`);
      }
      effect.writes.forEach(judgeRecord);
    }
    if (effect.kind === 'send' && isRejected(decodeFrame(effect.bytes))) {
      fail(`a node sends ${effect.label.kind}, which no decoder takes`);
    }
  });
}

/** Numbers in public records that hosts and judges count with. */
function judgeRecord({ collection, key, record }: RecordWrite): void {
  const { deadlineUs, positionUs } = (record ?? {}) as Record<string, unknown>;
  for (const value of [deadlineUs, positionUs]) {
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0)) {
      fail(`${collection} ${key} stands at ${String(value)}`);
    }
  }
}

function judgeWrites(
  identity: StoredRecord | undefined,
  pins: ReadonlyMap<string, StoredRecord>,
  bytes: Uint8Array,
  effects: readonly Effect[],
  writes: readonly RecordWrite[],
): void {
  const stanza = decodeFrame(bytes);
  const tag = isRejected(stanza) ? '' : stanza.tag;
  const isRefused = effects.some(
    ({ kind, ...effect }) =>
      kind === 'emit' &&
      'notice' in effect &&
      effect.notice.code === 'rejected' &&
      // biome-ignore lint/complexity/useLiteralKeys: index signatures are read with brackets here
      UNBELIEVED.has(String(effect.notice.facts['code'])),
  );
  const isSending = effects.some(
    (effect) => effect.kind === 'send' && effect.label.kind.startsWith('message'),
  );
  // A group message has two ciphertexts, and one of them may have been opened.
  const isDouble = !isRejected(stanza) && children(stanza, 'enc').length > 1;
  for (const { collection, key, record } of writes) {
    const held = collection === 'identity' ? identity : pins.get(key);
    const isKey = collection === 'identity' || collection === 'peer-identity';
    // A phone's key may be another one day: then the person is told in the same commit (I4).
    const isTold = !key.includes(':') && writes.some((write) => write.collection === 'alarm');
    if (isKey && held !== undefined && record !== undefined && !sameKeys(held, record)) {
      if (collection === 'identity' || !isTold)
        fail(`${collection} ${key} was replaced by a frame`);
    }
    const isSignal = /^(session|archived-session|peer-identity|device-list|signed-prekey)/;
    if (
      (tag === 'message' || tag === 'call') &&
      isRefused &&
      !isSending &&
      !isDouble &&
      isSignal.test(collection)
    ) {
      fail(`a refused message wrote ${collection} ${key}`);
    }
  }
}

function sameKeys(one: StoredRecord, other: StoredRecord): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
