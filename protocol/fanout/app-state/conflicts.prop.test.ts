/**
 * The conflict rules as an algebra, and what follows from it: devices with different pending
 * changes end in the same state in whatever order the server takes them.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeMutation } from './action-codec.ts';
import { type AppStateMutation, indexOf, mutationOf } from './actions.ts';
import { joined, resolveConflict } from './conflicts.ts';
import { unitedRange } from './message-range.ts';
import { anyMutation, range, sameIndex } from './testing/arbitrary-actions.ts';
import { DeviceReplica, ServerReplica, testKey } from './testing/replica.ts';

/** All of a mutation, comparable. */
const face = (mutation: AppStateMutation) => [
  mutation.operation,
  mutation.timestampMs,
  Buffer.from(encodeMutation(mutation)).toString('hex'),
];

describe('the stronger of two changes', () => {
  test('is the same whichever comes first, of however many', () => {
    fc.assert(
      fc.property(sameIndex(3), (mutations) => {
        const [one, two, three] = mutations as [
          AppStateMutation,
          AppStateMutation,
          AppStateMutation,
        ];
        expect(face(joined(one, two))).toEqual(face(joined(two, one)));
        expect(face(joined(joined(one, two), three))).toEqual(
          face(joined(one, joined(two, three))),
        );
        expect(face(joined(one, one))).toEqual(face(joined(one, joined(one, one))));
        expect(indexOf(joined(one, two).action)).toBe(indexOf(one.action));
      }),
      { seed: 41, numRuns: 600 },
    );
  });

  test('decides what becomes of both: nothing is lost, nothing is sent for nothing', () => {
    fc.assert(
      fc.property(sameIndex(2), (mutations) => {
        const [local, remote] = mutations as [AppStateMutation, AppStateMutation];
        const outcome = resolveConflict(local, remote);
        const strongest = face(joined(local, remote));
        if (outcome.kind === 'skip-remote') {
          expect(face(joined(outcome.pending, outcome.pending))).toEqual(strongest);
          expect(face(joined(remote, remote))).not.toEqual(strongest);
        } else expect(face(joined(remote, remote))).toEqual(strongest);
        if (outcome.kind === 'skip-remote-and-drop-local') {
          expect(local.operation).toBe(remote.operation);
          expect(resolveConflict(remote, remote).kind).toBe(outcome.kind);
        }
      }),
      { seed: 42, numRuns: 600 },
    );
  });

  test('ranges unite in any order', () => {
    fc.assert(
      fc.property(range, range, range, (one, two, three) => {
        expect(unitedRange(one, two)).toEqual(unitedRange(two, one));
        expect(unitedRange(unitedRange(one, two), three)).toEqual(
          unitedRange(one, unitedRange(two, three)),
        );
        expect(unitedRange(one, one)).toEqual(one);
      }),
      { seed: 43, numRuns: 500 },
    );
  });
});

/**
 * Lets devices, which all know the index as set long ago, sync one pending change each in the given
 * order until nothing is pending.
 */
function race(pending: readonly AppStateMutation[], order: readonly number[]) {
  const server = new ServerReplica();
  const devices = pending.map(() => new DeviceReplica('regular_low'));
  const [first] = pending as [AppStateMutation];
  devices[0]?.change({ ...first, operation: 'set', timestampMs: 1 });
  for (const device of devices) device.sync(server, testKey(1));
  for (const [place, device] of devices.entries()) device.change(pending[place] ?? first);
  const rounds = [...order, ...devices.keys(), ...devices.keys()];
  for (const place of rounds) devices[place % devices.length]?.sync(server, testKey(1));
  return { server, devices };
}

const faces = (device: DeviceReplica) =>
  [...device.shown.values()].map((mutation) => face(joined(mutation, mutation)));

describe('devices with different pending changes', () => {
  // A removal leaves nothing that a third device could compare with: see the next test.
  const sets = sameIndex(3).filter((all) => all.every(({ operation }) => operation === 'set'));

  test.each([
    [2, sameIndex(2)],
    [3, sets],
  ])('of one index (%i devices) all end with the strongest', (count, mutations) => {
    fc.assert(
      fc.property(mutations, fc.array(fc.nat({ max: 5 })), (pending, order) => {
        const { server, devices } = race(pending, order);
        const strongest = pending.reduce(joined);
        const expected =
          strongest.operation === 'remove' ? [] : [face(joined(strongest, strongest))];
        for (const device of devices) {
          expect(device.pending).toEqual([]);
          expect(device.head).toEqual(devices[0]?.head);
          expect(faces(device)).toEqual(expected);
        }
        expect(server.patches.length).toBeLessThanOrEqual(count + 1);
      }),
      { seed: 44 + count, numRuns: 80 },
    );
  });

  test('of many indexes, over many syncs and two changes of key, agree with a newcomer', () => {
    const step = fc.record({
      device: fc.nat({ max: 2 }),
      change: fc.option(anyMutation, { nil: undefined, freq: 2 }),
      epoch: fc.constantFrom(1, 2, 3),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 24 }), (steps) => {
        const server = new ServerReplica();
        const devices = [0, 1, 2].map(() => new DeviceReplica('regular_low'));
        for (const { device, change, epoch } of steps) {
          if (change !== undefined) devices[device]?.change(change);
          else devices[device]?.sync(server, testKey(epoch));
        }
        for (const device of [...devices, ...devices]) device.sync(server, testKey(3));
        const snapshot = server.snapshot();
        if (snapshot === undefined) return;
        const newcomer = new DeviceReplica('regular_low');
        newcomer.restore(snapshot);
        const map = (device: DeviceReplica) =>
          new Map([...device.shown].map(([index, item]) => [index, face(joined(item, item))]));
        for (const device of devices) {
          expect(device.pending).toEqual([]);
          expect(device.head).toEqual(newcomer.head);
          expect(new Set(device.entries.keys())).toEqual(new Set(newcomer.entries.keys()));
          expect(map(device)).toEqual(map(newcomer));
        }
      }),
      { seed: 48, numRuns: 80 },
    );
  });
});

describe('rules by kind', () => {
  const chat = '15551230001@s.whatsapp.net';
  const upTo = (lastMessageS: number) => ({ lastMessageS, lastSystemMessageS: 0, messages: [] });
  const read = (isRead: boolean, lastMessageS: number, timestampMs: number) =>
    mutationOf('set', { kind: 'mark-read', chat, isRead, range: upTo(lastMessageS) }, timestampMs);
  const pin = (isPinned: boolean, timestampMs: number) =>
    mutationOf('set', { kind: 'pin', chat, isPinned }, timestampMs);

  test('of settings the later one wins', () => {
    expect(resolveConflict(pin(true, 5), pin(false, 6)).kind).toBe('apply-remote-and-drop-local');
    const local = pin(true, 7);
    expect(resolveConflict(local, pin(false, 6))).toEqual({ kind: 'skip-remote', pending: local });
    expect(resolveConflict(pin(true, 5), pin(true, 6)).kind).toBe('skip-remote-and-drop-local');
  });

  test('of marks the one that covers later messages wins, though it was made earlier', () => {
    expect(resolveConflict(read(false, 100, 9), read(true, 101, 5)).kind).toBe(
      'apply-remote-and-drop-local',
    );
    const local = read(true, 101, 5);
    const outcome = resolveConflict(local, read(false, 100, 9));
    expect(outcome).toEqual({ kind: 'skip-remote', pending: local });
  });

  test('two clearings become one of both ranges', () => {
    const clear = (messageId: string) => {
      const message = { chat, messageId, isFromMe: false, participant: '' };
      const messages = [{ message, timestampS: 100 }];
      const both = { lastMessageS: 100, lastSystemMessageS: 0, messages };
      const action = { kind: 'clear-chat' as const, chat, range: both };
      return mutationOf('set', { ...action, deletesStarred: false, deletesMedia: true }, 5);
    };
    const outcome = resolveConflict(clear('a'), clear('b'));
    expect(outcome).toMatchObject({
      kind: 'skip-remote',
      pending: {
        action: {
          range: { messages: [{ message: { messageId: 'a' } }, { message: { messageId: 'b' } }] },
        },
      },
    });
  });
});
