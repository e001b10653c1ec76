import { describe, expect, it } from 'vitest';
import type { RunEvent, RunEventBody } from '../trace/events.ts';
import { SurvivedSteps } from './steps.ts';

const input = { kind: 'push', id: 'p' } as const;
const writing = [{ kind: 'commit', writes: [] }] as const;

function feed(...bodies: RunEventBody[]): SurvivedSteps {
  const steps = new SurvivedSteps();
  for (const [sequence, body] of bodies.entries()) {
    const base = { sequence, timeUs: 0, node: 'bob.phone', cause: -1 };
    steps.observe({ ...base, ...body } as RunEvent);
  }
  return steps;
}

const stepped: RunEventBody = { kind: 'stepped', input, effects: writing, crypto: [] };

describe('survived steps', () => {
  it('count at their commit', () => {
    const commit: RunEventBody = { kind: 'commit', inputId: 'p', changes: [], isTimeZero: false };
    expect(feed(stepped).current).toBeUndefined();
    expect(feed(stepped, commit).current?.input.id).toBe('p');
  });

  it('count at once when they wrote nothing', () => {
    const silent: RunEventBody = { kind: 'stepped', input, effects: [], crypto: [] };
    expect(feed(silent).current?.changes).toEqual([]);
  });

  it('do not count when a crash came first, and are named as undone', () => {
    const steps = feed(stepped, { kind: 'crash', choice: 'c' });
    expect([steps.current, steps.undone?.input.id]).toEqual([undefined, 'p']);
  });

  it('do not count when the Store refused', () => {
    const steps = feed(stepped, { kind: 'commit-refused', inputId: 'p' });
    expect([steps.current, steps.undone?.input.id]).toEqual([undefined, 'p']);
  });
});
