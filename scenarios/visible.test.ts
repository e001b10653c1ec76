import { expect, it } from 'vitest';
import { formatScenarioErrors } from './scenario-error.ts';
import { hasHidden, visible, visibleInColumns, visibleLines } from './visible.ts';

const HOSTILE = 'a\u001b[2J\u009b1m\u202eb';

it('control and direction characters are shown as their numbers', () => {
  expect(visible(HOSTILE)).toBe('a\\u001b[2J\\u009b1m\\u202eb');
  expect(visible('Grüße, 日本 🙂')).toBe('Grüße, 日本 🙂');
  expect(visibleLines('a\nb\rc')).toBe('a\nb\\u000dc');
  expect(visibleInColumns(HOSTILE)).toHaveLength(HOSTILE.length);
  expect(hasHidden(visibleInColumns(HOSTILE))).toBe(false);
});

it('an error excerpt never carries them', () => {
  const text = formatScenarioErrors([
    {
      file: `x${HOSTILE}.yaml`,
      line: 3,
      column: 2,
      path: [HOSTILE],
      sentence: `"${HOSTILE}" is no word.`,
      allowed: [HOSTILE],
      nearest: HOSTILE,
      sourceLine: HOSTILE,
      width: 3,
    },
  ]);
  for (const line of text.split('\n')) expect(hasHidden(line)).toBe(false);
});
