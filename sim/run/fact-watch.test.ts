import { describe, expect, it } from 'vitest';
import type { Notice } from '../../protocol/contract.ts';
import type { RunEvent, RunEventBody } from '../trace/events.ts';
import { FactWatch } from './fact-watch.ts';

const BOB = '15550000002@s.whatsapp.net';

function watchOf(...bodies: readonly RunEventBody[]): FactWatch {
  const watch = new FactWatch();
  for (const [sequence, body] of bodies.entries()) {
    const event: RunEvent = { sequence, timeUs: 0, node: 'alice.phone', cause: -1, ...body };
    watch.observe(event);
  }
  return watch;
}

function intent(state: 'given' | 'not-completed'): RunEventBody {
  return { kind: 'intent', intent: 'say', state, reason: '' };
}

function emitted(facts: Notice['facts'], code = 'refused'): RunEventBody {
  const effect = { kind: 'emit' as const, notice: { code, sentence: 'No.', facts } };
  const input = { kind: 'push' as const, id: 'say' };
  return { kind: 'stepped', input, effects: [effect], crypto: [] };
}

describe('what a run is asked of its way', () => {
  it('an entry that a running device stored nothing of is refused', () => {
    expect(watchOf(intent('given'), intent('not-completed')).isRefused('say')).toBe(true);
  });

  it('an entry whose device was off is not refused', () => {
    expect(watchOf(intent('not-completed')).isRefused('say')).toBe(false);
    expect(watchOf(intent('given')).isRefused('say')).toBe(false);
  });

  it('a refusal is said at once, or later by the name of the entry', () => {
    expect(watchOf(emitted({})).isRefused('say')).toBe(true);
    const later = watchOf(emitted({ input: 'add' }));
    expect([later.isRefused('add'), later.isRefused('say')]).toEqual([true, false]);
    expect(watchOf(emitted({}, 'rejected')).isRefused('say')).toBe(false);
  });

  it('a message that its own device gives up is refused, another’s is not', () => {
    const commit = (collection: string, after: object): RunEventBody => ({
      ...{ kind: 'commit', inputId: 'x', isTimeZero: false },
      changes: [{ collection, key: 'k', before: undefined, after: after as never }],
    });
    const written = commit('outbox', { kind: 'outbox', messageId: 'AAA', inputId: 'say' });
    const lost = commit('lost', { kind: 'lost', messageId: 'AAA', reason: 'no member' });
    expect(watchOf(written, lost).isRefused('say')).toBe(true);
    expect(watchOf(written).isRefused('say')).toBe(false);
    expect(watchOf(lost).isRefused('say')).toBe(false);
  });

  it('an alarm is remembered though its record goes', () => {
    const record = { kind: 'alarm', user: BOB, reason: 'identity-changed', atUs: 1 };
    const base = { collection: 'alarm', key: `${BOB}|1` };
    const commit = (before: object | undefined, after: object | undefined): RunEventBody => ({
      ...{ kind: 'commit', inputId: 'x', isTimeZero: false },
      changes: [{ ...base, before: before as never, after: after as never }],
    });
    const watch = watchOf(commit(undefined, record), commit(record, undefined));
    expect(watch.hasAlarm('alice.phone', BOB)).toBe(true);
    expect(watch.hasAlarm('alice.laptop', BOB)).toBe(false);
  });
});
