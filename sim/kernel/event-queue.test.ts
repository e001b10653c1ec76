import { describe, expect, it } from 'vitest';
import { KernelError } from './assert.ts';
import { EventQueue } from './event-queue.ts';

function drain(queue: EventQueue): string[] {
  const out: string[] = [];
  while (queue.pop()) out.push(`${queue.timeUs}/${queue.a}`);
  return out;
}

describe('order', () => {
  it('earlier events come first', () => {
    const queue = new EventQueue();
    for (const timeUs of [500, 3, 2 ** 40, 0, 257]) queue.push(timeUs, 1, 0, 0);
    expect(drain(queue)).toEqual(['0/0', '3/0', '257/0', '500/0', `${2 ** 40}/0`]);
  });

  it('events of one time come in the order of pushing, however far ahead each was pushed', () => {
    const queue = new EventQueue();
    const meetUs = 70_000;
    queue.push(meetUs, 1, 1, 0);
    queue.push(65_536, 1, 0, 0);
    queue.push(meetUs, 1, 2, 0);
    queue.pop();
    queue.push(meetUs, 1, 3, 0);
    queue.push(69_999, 1, 0, 0);
    queue.pop();
    queue.push(meetUs, 1, 4, 0);
    expect(drain(queue)).toEqual(['70000/1', '70000/2', '70000/3', '70000/4']);
  });

  it('an event pushed for now while now is handled comes after those waiting for now', () => {
    const queue = new EventQueue();
    queue.push(10, 1, 1, 0);
    queue.push(10, 1, 2, 0);
    queue.pop();
    queue.push(10, 1, 3, 0);
    expect(drain(queue)).toEqual(['10/2', '10/3']);
  });

  it('a peek does not move time: what is pushed before the peeked time still comes first', () => {
    const queue = new EventQueue();
    queue.push(1_000_000, 1, 1, 0);
    queue.push(1_000_001, 1, 2, 0);
    expect(queue.peekTimeUs()).toBe(1_000_000);
    queue.push(5, 1, 3, 0);
    expect(queue.peekTimeUs()).toBe(5);
    expect(drain(queue)).toEqual(['5/3', '1000000/1', '1000001/2']);
  });
});

describe('cancelling', () => {
  it('takes the event out once', () => {
    const queue = new EventQueue();
    const handle = queue.push(5, 1, 1, 0);
    queue.push(5, 1, 2, 0);
    expect([queue.cancel(handle), queue.cancel(handle)]).toEqual([true, false]);
    expect(drain(queue)).toEqual(['5/2']);
  });

  it('a handle does not reach the event that took over its row', () => {
    const queue = new EventQueue();
    const old = queue.push(5, 1, 1, 0);
    queue.cancel(old);
    queue.push(6, 1, 2, 0);
    expect(queue.cancel(old)).toBe(false);
    expect(queue.size).toBe(1);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53, 99])('nothing answers to the handle %s', (handle) => {
    const queue = new EventQueue();
    expect(queue.cancel(handle)).toBe(false);
    queue.push(1, 1, 0, 0);
    expect(queue.cancel(handle)).toBe(false);
  });
});

describe('what the queue refuses', () => {
  it('the past', () => {
    const queue = new EventQueue();
    queue.push(10, 1, 0, 0);
    queue.pop();
    expect(() => queue.push(9, 1, 0, 0)).toThrow(KernelError);
  });

  it.each([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('the time %s', (timeUs) => {
    expect(() => new EventQueue().push(timeUs, 1, 0, 0)).toThrow(KernelError);
  });

  it('numbers wider than 32 bits beside the time', () => {
    expect(() => new EventQueue().push(0, 1, 2 ** 31, 0)).toThrow(KernelError);
  });
});

it('payloads are handed over by reference and not kept', () => {
  const queue = new EventQueue();
  const payload = { text: 'lunch?' };
  queue.push(1, 1, 0, 0, payload);
  queue.push(2, 1, 0, 0);
  queue.pop();
  expect(queue.payload).toBe(payload);
  queue.pop();
  expect(queue.payload).toBeUndefined();
});

it('rows are recycled: ten thousand holds need no more room than ten pending events', () => {
  const queue = new EventQueue();
  const handles = new Set<number>();
  for (let index = 0; index < 10; index++) queue.push(index, 1, index, 0);
  for (let hold = 0; hold < 10_000; hold++) {
    queue.pop();
    handles.add(queue.push(queue.timeUs + 1 + (hold % 700), 1, 0, 0) % 2 ** 21);
  }
  expect(handles.size).toBeLessThanOrEqual(11);
});
