import { describe, expect, it } from 'vitest';
import type { RunEvent } from './events.ts';
import { firstDifferingBlock, type RunDigests, RunHashes } from './hashes.ts';
import { sampleRun } from './testing/sample-run.ts';

function digestsOf(events: readonly RunEvent[]): RunDigests {
  const hashes = new RunHashes();
  for (const event of events) hashes.observe(event);
  return hashes.digests();
}

/** Names of the hashes that change when `change` is applied to every event. */
function changedBy(change: (event: RunEvent) => RunEvent): string[] {
  const before = digestsOf(sampleRun());
  const after = digestsOf(sampleRun().map(change));
  return (['schedule', 'skeleton', 'bytes', 'shown'] as const).filter(
    (name) => before[name] !== after[name],
  );
}

/** Replaces the fields of events of one kind. */
function patch<Kind extends RunEvent['kind']>(
  kind: Kind,
  fields: (event: Extract<RunEvent, { kind: Kind }>) => object,
): (event: RunEvent) => RunEvent {
  return (event) =>
    event.kind === kind
      ? ({ ...event, ...fields(event as Extract<RunEvent, { kind: Kind }>) } as RunEvent)
      : event;
}

/** Replaces a field of every record written to one collection. */
function patchRecord(collection: string, fields: object): (event: RunEvent) => RunEvent {
  return patch('commit', ({ changes }) => ({
    changes: changes.map((change) =>
      change.collection === collection && change.after !== undefined
        ? { ...change, after: { ...change.after, ...fields } }
        : change,
    ),
  }));
}

describe('what each hash covers', () => {
  it('the same run gives the same hashes', () => {
    expect(digestsOf(sampleRun())).toEqual(digestsOf(sampleRun()));
  });

  it('times and causes belong to the schedule alone', () => {
    expect(changedBy((event) => ({ ...event, timeUs: event.timeUs + 1 }))).toEqual(['schedule']);
    expect(changedBy((event) => ({ ...event, cause: -1 }))).toEqual(['schedule']);
  });

  it('hosts and semantic ids belong to schedule and skeleton', () => {
    expect(changedBy(patch('power', () => ({ node: 'carol.phone' })))).toEqual([
      'schedule',
      'skeleton',
    ]);
    expect(changedBy(patch('send', () => ({ packet: 'another' })))).toEqual([
      'schedule',
      'skeleton',
    ]);
    expect(changedBy(patch('lever', () => ({ choice: 'another' })))).toEqual([
      'schedule',
      'skeleton',
    ]);
  });

  it('the content of a frame belongs to bytes, its size to the skeleton too', () => {
    const other = Uint8Array.of(9, 9, 9, 9, 9, 9);
    expect(changedBy(patch('send', () => ({ bytes: other })))).toEqual(['bytes']);
    expect(changedBy(patch('send', () => ({ bytes: other.subarray(1) })))).toEqual([
      'skeleton',
      'bytes',
    ]);
  });

  it('the content of a record belongs to bytes', () => {
    expect(changedBy(patchRecord('session', { counter: 99 }))).toEqual(['bytes']);
    expect(changedBy(patchRecord('session', { rootKey: new Uint8Array(32) }))).toEqual(['bytes']);
  });

  it('what people see belongs to bytes and shown', () => {
    expect(changedBy(patchRecord('shown', { text: 'dinner?' }))).toEqual(['bytes', 'shown']);
    expect(changedBy(patchRecord('shown', { isRead: true }))).toEqual(['bytes', 'shown']);
  });

  it('the order in which fields were written is of no matter', () => {
    const reversed = patch('commit', ({ changes }) => ({
      changes: changes.map((change) => ({
        ...change,
        after: change.after && Object.fromEntries(Object.entries(change.after).reverse()),
      })),
    }));
    expect(changedBy(reversed)).toEqual([]);
    const facts = patch('emit', ({ notice }) => ({
      notice: { ...notice, facts: { a: 'one', b: 2 } },
    }));
    expect(changedBy(facts)).toEqual([]);
  });

  it('what a step meant to do is not hashed', () => {
    const without = sampleRun().filter(({ kind }) => kind !== 'stepped');
    expect(digestsOf(without)).toEqual(digestsOf(sampleRun()));
  });

  it('records as they were before a commit are not hashed again', () => {
    const forgetting = patch('commit', ({ changes }) => ({
      changes: changes.map((change) => ({ ...change, before: undefined })),
    }));
    expect(changedBy(forgetting)).toEqual([]);
  });

  it('leaving out any hashed event changes the schedule', () => {
    const run = sampleRun();
    const whole = digestsOf(run).schedule;
    run.forEach((event, at) => {
      if (event.kind === 'stepped') return;
      expect(digestsOf(run.filter((_, index) => index !== at)).schedule).not.toBe(whole);
    });
  });
});

describe('blocks', () => {
  function blocksOf(events: readonly RunEvent[]): RunHashes {
    const hashes = new RunHashes(4);
    for (const event of events) hashes.observe(event);
    return hashes;
  }

  it('every fourth hashed event closes one', () => {
    const hashes = blocksOf(sampleRun());
    expect(hashes.blocks().map(({ events }) => events)).toEqual([4, 8, 12, 16, 20, 24]);
    expect(hashes.blocks()[1]?.sequence).toBe(7);
    expect(hashes.blocks()[2]?.sequence).toBe(12);
  });

  it('equal runs have no differing block', () => {
    const [left, right] = [blocksOf(sampleRun()), blocksOf(sampleRun())];
    expect(firstDifferingBlock(left.blocks(), right.blocks())).toBeUndefined();
  });

  it('the first differing block holds the first differing event', () => {
    const changed = sampleRun().map((event) =>
      event.sequence === 10 ? { ...event, timeUs: event.timeUs + 1 } : event,
    );
    const [left, right] = [blocksOf(sampleRun()), blocksOf(changed)];
    expect(firstDifferingBlock(left.blocks(), right.blocks())).toEqual({
      index: 2,
      ingredients: ['schedule'],
    });
  });

  it('a run that went on longer differs in the block the other does not have', () => {
    const [left, right] = [blocksOf(sampleRun()), blocksOf(sampleRun().slice(0, 10))];
    expect(firstDifferingBlock(left.blocks(), right.blocks())?.index).toBe(2);
  });
});
