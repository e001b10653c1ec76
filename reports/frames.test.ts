import { expect, it } from 'vitest';
import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { deviceWait } from './device-wait.ts';
import { explain } from './explain.ts';
import { sentAgain } from './sent-again.ts';
import { sampleTrace } from './testing/sample-trace.ts';

const PHONE = 'alice.phone';
const PLACE = { node: PHONE, cause: -1, timeUs: 1_000_000 } as const;

function sent(sequence: number, kind: string, source: string, bytes: string): TraceEvent {
  const target = source === 'server' ? PHONE : 'server';
  return {
    ...PLACE,
    sequence,
    kind: 'send',
    packet: `packet-${sequence}`,
    source,
    target,
    connection: 7,
    label: { kind, id: '3EB0AAAABBBBCCCC' },
    attempt: 1,
    bytes,
  };
}

function traceOf(...events: readonly TraceEvent[]): Trace {
  return { ...sampleTrace(), events };
}

function underWay(...events: readonly TraceEvent[]): number {
  const lines = deviceWait(traceOf(...events), PHONE);
  return lines.filter((line) => line.startsWith('  under way')).length;
}

it('a frame is sent again only when the same host sent the same bytes before', () => {
  const trace = traceOf(
    sent(0, 'receipt', PHONE, 'aa'),
    sent(1, 'receipt', 'bob.phone', 'aa'),
    sent(2, 'receipt', PHONE, 'bb'),
    sent(3, 'receipt', PHONE, 'aa'),
    sent(4, 'ib', 'server', 'cc'),
    sent(5, 'ib', 'server', 'cc'),
  );
  expect([...sentAgain(trace)]).toEqual([[3, 1]]);
});

it('a frame is under way until it arrives, its connection ends or a host crashes', () => {
  const frame = sent(0, 'message', PHONE, 'aa');
  const after = { ...PLACE, sequence: 1 };
  const closed: TraceEvent = {
    ...after,
    node: 'server',
    kind: 'connection',
    state: 'closed',
    connection: 7,
    peer: PHONE,
    reason: '',
  };
  expect(underWay(frame)).toBe(1);
  expect(underWay(frame, { ...closed, connection: 8 })).toBe(1);
  expect(underWay(frame, closed)).toBe(0);
  expect(underWay(frame, { ...after, kind: 'crash', choice: 'crash/alice.phone/1' })).toBe(0);
  expect(underWay({ ...closed, sequence: 0 }, sent(1, 'message', 'server', 'aa'))).toBe(0);
});

it('a stretch that ends before it begins and an account are refused with what is meant', () => {
  expect(explain(sampleTrace(), '9h..8h')).toMatchObject({
    kind: 'unknown',
    sentence: '"9h..8h" ends before it begins',
  });
  expect(explain(sampleTrace(), 'bob')).toMatchObject({ kind: 'unknown', known: ['bob.phone'] });
});
