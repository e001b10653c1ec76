/** A detailed trace loses no use of a key that leads on, whatever became of its step. */

import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '../../protocol/store.ts';
import type { CryptoUse, RunEvent, RunEventBody } from './events.ts';
import { RunHashes } from './hashes.ts';
import { keyNames } from './key-id.ts';
import { readTrace } from './reader.ts';
import { SAMPLE_FACTS } from './testing/sample-run.ts';
import type { Trace } from './trace.ts';
import { TraceWriter } from './writer.ts';

const PRIVATE = new Uint8Array(32).fill(7);
const PUBLIC = new Uint8Array(32).fill(8);

function seals(letter: string): CryptoUse {
  const ciphertext = letter.repeat(32);
  return { operation: 'cbcEncrypt', keysIn: [ciphertext], keysOut: [], isGood: true, ciphertext };
}

const CHECK: CryptoUse = {
  operation: 'macHolds',
  keysIn: ['e'.repeat(32)],
  keysOut: [],
  isGood: true,
};
const FAILED: CryptoUse = { ...seals('f'), operation: 'cbcDecrypt', isGood: false };

function stepped(id: string, ...crypto: CryptoUse[]): RunEventBody {
  return { kind: 'stepped', input: { kind: 'push', id }, effects: [], crypto };
}

function commits(inputId: string): RunEventBody {
  const after = { kind: 'identity', keyPair: { privateKey: PRIVATE, publicKey: PUBLIC } };
  const change = { collection: 'identity', key: 'self', before: undefined, after };
  return { kind: 'commit', inputId, isTimeZero: false, changes: [change] };
}

function traceOf(steps: readonly (readonly [node: string, body: RunEventBody])[]): Trace {
  const lines: string[] = [];
  const keysIn = (record: StoredRecord) => (record.kind === 'identity' ? [PRIVATE] : []);
  const writer = new TraceWriter((line) => lines.push(line), SAMPLE_FACTS, { keysIn });
  for (const [sequence, [node, body]] of steps.entries()) {
    const event: RunEvent = { ...body, sequence, timeUs: sequence, node, cause: -1 };
    writer.observe(event);
  }
  writer.end(new RunHashes().digests());
  const trace = readTrace(lines);
  if (trace.kind === 'rejected') throw new Error(trace.sentence);
  expect([trace.header, ...trace.events, trace.footer].map((one) => JSON.stringify(one))).toEqual(
    lines,
  );
  return trace;
}

function told({ events, footer }: Trace): readonly (readonly (string | undefined)[])[] {
  const commits = events.filter((event) => event.kind === 'commit');
  const lists = commits.flatMap(({ keys, earlierKeys = [] }) => [keys, earlierKeys]);
  return [...lists, footer?.earlierKeys ?? []].map((uses) =>
    uses.map(({ operation, ciphertext }) => ciphertext?.slice(0, 1) ?? operation),
  );
}

describe('uses of keys', () => {
  it('of a step go with its commit, those of a step without one with the next of its node', () => {
    const trace = traceOf([
      ['alice.phone', stepped('one', seals('a'), CHECK, FAILED)],
      ['bob.phone', stepped('two', seals('b'), CHECK)],
      ['alice.phone', stepped('three', seals('c'), CHECK)],
      ['alice.phone', commits('three')],
      ['bob.phone', commits('two')],
    ]);
    expect(told(trace)).toEqual([['c', 'macHolds'], ['a'], ['b', 'macHolds'], [], []]);
  });

  it('of a step whose commit never came are not those of the next commit', () => {
    const trace = traceOf([
      ['alice.phone', stepped('crashes', seals('a'))],
      ['alice.phone', { kind: 'crash', choice: 'crash/crashes/0' }],
      ['alice.phone', commits('restored')],
    ]);
    expect(told(trace)).toEqual([[], ['a'], []]);
  });

  it('of steps after the last commit stand in the footer', () => {
    const trace = traceOf([
      ['alice.phone', commits('one')],
      ['alice.phone', stepped('two', seals('a'))],
      ['bob.phone', stepped('three', seals('b'), CHECK)],
    ]);
    expect(told(trace)).toEqual([[], [], ['a', 'b']]);
  });
});

it('a record names its keys, and of pairs which half belongs to which', () => {
  const trace = traceOf([['alice.phone', commits('one')]]);
  const { idOf } = keyNames();
  const [commit] = trace.events;
  expect(commit?.kind === 'commit' && commit.changes[0]).toMatchObject({
    holds: [idOf(PRIVATE)],
    pairs: [[idOf(PRIVATE), idOf(PUBLIC)]],
  });
});
