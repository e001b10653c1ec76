import { describe, expect, it } from 'vitest';
import { Audience } from './audience.ts';
import type { RunEvent, RunEventBody } from './events.ts';
import type { Observer } from './observer.ts';

function eventOf(body: RunEventBody, node = 'alice.phone'): RunEvent {
  return { sequence: 0, timeUs: 0, node, cause: 0, ...body };
}

function commitOf(...collections: string[]): RunEvent {
  const changes = collections.map((collection) => {
    return { collection, key: 'key', before: undefined, after: undefined };
  });
  return eventOf({ kind: 'commit', inputId: 'input', changes, isTimeZero: false });
}

function sendOf(source: string): RunEvent {
  return eventOf({
    ...{ kind: 'send', packet: 'packet', source, target: 'other', connection: 1, attempt: 0 },
    ...{ label: { kind: 'message', id: 'id' }, bytes: new Uint8Array(1) },
  });
}

function stepOf(hasCommit: boolean): RunEvent {
  const input = { kind: 'push', id: 'input' } as const;
  const effects = hasCommit ? [{ kind: 'commit', writes: [] } as const] : [];
  return eventOf({ kind: 'stepped', input, effects, crypto: [] });
}

type Wishes = Readonly<Record<string, Omit<Observer, 'observe'>>>;

/** Who was shown what, in order. */
function shown(observers: Wishes, event: RunEvent): string[] {
  const seen: string[] = [];
  const audience = new Audience(
    Object.entries(observers).map(([name, wishes]) => ({
      ...wishes,
      observe: () => seen.push(name),
    })),
  );
  audience.show(event);
  const once = seen.splice(0);
  audience.show(event);
  expect(seen).toEqual(once);
  return once;
}

describe('who is shown an event', () => {
  it('is everybody who asks for its kind, or for everything, in order of joining', () => {
    const observers: Wishes = { one: {}, two: { kinds: ['phase'] }, three: { kinds: ['send'] } };
    expect(shown(observers, sendOf('server'))).toEqual(['one', 'three']);
  });

  it('is whoever asks for the sends of that side', () => {
    const observers: Wishes = {
      device: { kinds: ['device-send'] },
      server: { kinds: ['server-send'] },
      both: { kinds: ['send'] },
    };
    expect(shown(observers, sendOf('server'))).toEqual(['server', 'both']);
    expect(shown(observers, sendOf('alice.phone'))).toEqual(['device', 'both']);
  });

  it('is whoever asks for steps that write nothing, when this one does not', () => {
    const observers: Wishes = {
      every: { kinds: ['stepped'] },
      idle: { kinds: ['writeless-step'] },
    };
    expect(shown(observers, stepOf(false))).toEqual(['every', 'idle']);
    expect(shown(observers, stepOf(true))).toEqual(['every']);
  });
});

describe('who is shown a commit', () => {
  const observers: Wishes = {
    every: { kinds: ['commit'] },
    texts: { collections: ['shown', 'outbox'] },
    lists: { kinds: ['commit'], collections: ['device-list'] },
    none: { kinds: ['send'] },
    keys: { kinds: ['commit'], collections: ['skipped/'] },
  };

  it('is whoever asks for a collection it changes, once each, in order of joining', () => {
    expect(shown(observers, commitOf('device-list', 'shown', 'outbox'))).toEqual([
      'every',
      'texts',
      'lists',
    ]);
  });

  it('is nobody but those who ask for every commit, when no one asks for its collections', () => {
    expect(shown(observers, commitOf('queue/alice', 'stamp'))).toEqual(['every']);
    expect(shown(observers, commitOf())).toEqual(['every']);
  });

  it('is whoever asks for all collections that begin alike', () => {
    expect(shown(observers, commitOf('skipped/bob'))).toEqual(['every', 'keys']);
    expect(shown(observers, commitOf('skipped'))).toEqual(['every']);
    expect(shown(observers, commitOf('skipped-sender-key/bob'))).toEqual(['every']);
  });

  it('follows who joins later', () => {
    const seen: string[] = [];
    const audience = new Audience();
    audience.show(commitOf('shown'));
    audience.add({ collections: ['shown'], observe: () => seen.push('late') });
    audience.show(commitOf('shown'));
    expect(seen).toEqual(['late']);
  });
});
