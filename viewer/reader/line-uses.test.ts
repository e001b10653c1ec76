/** Uses read from the end of a line are those of the whole line; what is no such line is not. */

import { expect, it } from 'vitest';
import { leadsOn } from '../../sim/trace/key-uses.ts';
import { REFUSED } from '../../sim/trace/shapes.ts';
import type { TraceEvent } from '../../sim/trace/trace.ts';
import { decodeEvent } from '../../sim/trace/trace-shapes.ts';
import { sampleRun } from '../testing/sample-run.ts';
import { usesOfLine } from './line-uses.ts';

it('are those that lead on of every commit of a run', () => {
  const lines = new TextDecoder().decode(sampleRun('relay-pairing').trace).split('\n');
  let uses = 0;
  for (const line of lines.filter((one) => one.includes('"kind":"commit"'))) {
    const event = decodeEvent(JSON.parse(line));
    expect(event).not.toBe(REFUSED);
    const { keys, earlierKeys = [] } = event as Extract<TraceEvent, { kind: 'commit' }>;
    const expected = [...keys, ...earlierKeys].filter(leadsOn);
    expect(usesOfLine(line)).toEqual(expected);
    uses += expected.length;
  }
  expect(uses).toBeGreaterThan(100);
});

it.each([
  ['no uses', '{"kind":"commit","changes":[],"keys":[]}', []],
  ['no field', '{"kind":"commit","changes":[]}', undefined],
  ['another order', '{"kind":"commit","keys":[],"changes":[{"a":1}]}', []],
  ['a line that breaks off', '{"kind":"commit","changes":[],"keys":[{"operation":', undefined],
  ['a use of another shape', '{"changes":[],"keys":[{"operation":"derive"}]}', undefined],
  ['a use that is null', '{"changes":[],"keys":[null]}', undefined],
  ['no list', '{"changes":[],"keys":[],"earlierKeys":1}', undefined],
])('of a line with %s', (_, line, expected) => {
  expect(usesOfLine(line)).toEqual(expected);
});

it('are not found inside a text', () => {
  const text = JSON.stringify({ kind: 'commit', changes: ['x,"keys":[{}]'], keys: [] });
  expect(usesOfLine(text)).toEqual([]);
});
