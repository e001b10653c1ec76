import { describe, expect, it } from 'vitest';
import { Store } from '../../protocol/store.ts';
import { EventQueue } from '../kernel/event-queue.ts';
import { Timers } from './timers.ts';

const KIND = 10;
/** This host's clock is that much ahead of virtual time. */
const OFFSET = 1_000;

function timer(deadlineUs: number) {
  return { kind: 'timer', deadlineUs } as const;
}

function change(key: string, deadlineUs: number | undefined) {
  const after = deadlineUs === undefined ? undefined : timer(deadlineUs);
  return { collection: 'timer', key, before: undefined, after };
}

function firings(queue: EventQueue): [string, number][] {
  const out: [string, number][] = [];
  while (queue.pop()) out.push([queue.payload as string, queue.timeUs]);
  return out;
}

describe('timers of a host', () => {
  it('fire when the host clock reaches the deadline', () => {
    const queue = new EventQueue();
    const timers = new Timers(queue, KIND, 0);
    timers.follow(change('late', 1_500), OFFSET, 0, -1);
    timers.follow(change('past', 300), OFFSET, 0, -1);
    expect(firings(queue)).toEqual([
      ['past', 0],
      ['late', 500],
    ]);
  });

  it('move with a new deadline and fall with their record', () => {
    const queue = new EventQueue();
    const timers = new Timers(queue, KIND, 0);
    timers.follow(change('moved', 1_100), OFFSET, 0, -1);
    timers.follow(change('moved', 1_700), OFFSET, 0, -1);
    timers.follow(change('gone', 1_200), OFFSET, 0, -1);
    timers.follow(change('gone', undefined), OFFSET, 0, -1);
    expect(firings(queue)).toEqual([['moved', 700]]);
  });

  it('are late in doze and on time again after it', () => {
    const queue = new EventQueue();
    const store = new Store();
    store.apply([{ collection: 'timer', key: 'sync', record: timer(1_500) }]);
    const timers = new Timers(queue, KIND, 0);
    timers.rearm(store, OFFSET, 900, -1);
    queue.push(100, 1, 0, 0);
    queue.pop();
    timers.rearm(store, OFFSET, 0, -1);
    expect(firings(queue)).toEqual([['sync', 500]]);
    timers.rearm(store, OFFSET, 900, -1);
    expect(firings(queue)).toEqual([['sync', 500 + 900]]);
  });

  it('follow a clock that was set back', () => {
    const queue = new EventQueue();
    const store = new Store();
    store.apply([{ collection: 'timer', key: 'sync', record: timer(1_500) }]);
    const timers = new Timers(queue, KIND, 0);
    timers.rearm(store, OFFSET, 0, -1);
    timers.rearm(store, OFFSET - 400, 0, -1);
    expect(firings(queue)).toEqual([['sync', 900]]);
  });

  it('are silent once the host is down', () => {
    const queue = new EventQueue();
    const timers = new Timers(queue, KIND, 0);
    timers.follow(change('never', 1_500), OFFSET, 0, -1);
    timers.clear();
    expect(firings(queue)).toEqual([]);
  });
});
