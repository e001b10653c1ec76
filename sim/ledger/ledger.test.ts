/** The ledger on hand-made events: no node, no world, only what hosts and server committed. */

import { describe, expect, it } from 'vitest';
import type { Architecture, OutboxRecord, ShownRecord } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { Change, RunEvent, RunEventBody } from '../trace/events.ts';
import { deviceJidOf, deviceNumberOf, Ledger, userOf } from './ledger.ts';

const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';
const BOB_WEB = '15551230002:1@s.whatsapp.net';
const MINUTE_US = 60_000_000;

const architecture = { name: 'fanout', keysIn: () => [] } as unknown as Architecture;

/** A ledger fed by hand: each call is the next event. */
function book() {
  const ledger = new Ledger(architecture);
  let sequence = 0;
  let timeUs = 0;
  const tell = (node: string, body: RunEventBody): void => {
    ledger.observe({ sequence, timeUs, node, cause: -1, ...body } as RunEvent);
    sequence += 1;
  };
  const commit = (node: string, changes: Change[], isTimeZero = false): void => {
    if (!isTimeZero) {
      const input = { kind: 'push', id: `i${sequence}` } as const;
      tell(node, { kind: 'stepped', input, effects: [], crypto: [] });
      tell(node, { kind: 'commit', inputId: input.id, changes, isTimeZero });
    } else tell(node, { kind: 'commit', inputId: 'zero', changes, isTimeZero });
  };
  return {
    ledger,
    tell,
    commit,
    passUs: (us: number) => {
      timeUs += us;
    },
    last: () => sequence - 1,
  };
}

function change(
  collection: string,
  key: string,
  after: StoredRecord | undefined,
  before?: StoredRecord,
): Change {
  return { collection, key, before, after };
}

function linked(device: string, keyIndex: number, host: string): Change {
  const transportKey = keyOf(host).reduce(
    (hex, byte) => hex + byte.toString(16).padStart(2, '0'),
    '',
  );
  const user = userOf(device);
  return change('linked', device, {
    kind: 'linked',
    user,
    device,
    keyIndex,
    transportKey,
  } as StoredRecord);
}

function keyOf(host: string): Uint8Array {
  return new Uint8Array(32).fill(host.length + host.charCodeAt(0));
}

function transport(host: string): Change {
  const record = { kind: 'transport', publicKey: keyOf(host), privateKey: new Uint8Array(32) };
  return change('transport', 'self', record as StoredRecord);
}

function outbox(state: OutboxRecord['state']): OutboxRecord {
  return {
    kind: 'outbox',
    state,
    chat: BOB,
    messageId: '3EB0AA',
    author: ALICE,
    text: 'shall we have lunch?',
    textDigest: 'd',
    inputId: 'lunch',
    targets: [],
    leftOut: [],
    positionUs: 0,
  };
}

function shown(device: string): ShownRecord {
  return {
    kind: 'shown',
    account: userOf(device),
    device,
    chat: ALICE,
    messageId: '3EB0AA',
    author: ALICE,
    via: 'live',
    text: 'shall we have lunch?',
    textDigest: 'd',
    positionUs: 7,
    isRead: false,
  };
}

/** A phone's list of its own devices; companions under the key index that is their number. */
function ownList(before: readonly number[], after: readonly number[]): Change {
  const list = (companions: readonly number[]) => {
    const devices = [0, ...companions].map((id) => ({ id, keyIndex: id }));
    return { kind: 'device-list', user: BOB, devices } as StoredRecord;
  };
  return change('device-list', BOB, list(after), list(before));
}

/** Alice's phone, Bob's phone and his web companion, linked at time zero. */
function threeDevices() {
  const world = book();
  for (const host of ['alice.phone', 'bob.phone', 'bob.web'])
    world.commit(host, [transport(host)], true);
  const links = [linked(ALICE, 0, 'alice.phone'), linked(BOB, 0, 'bob.phone')];
  world.commit('server', [...links, linked(BOB_WEB, 1, 'bob.web')], true);
  return world;
}

function sayAndSeal(world: ReturnType<typeof book>) {
  world.commit('alice.phone', [change('outbox', '3EB0AA', outbox('wanting'))]);
  world.commit('alice.phone', [change('outbox', '3EB0AA', outbox('sealed'), outbox('wanting'))]);
  const status = world.ledger.message(ALICE, '3EB0AA');
  if (status === undefined) throw new Error('nothing was said');
  return status;
}

describe('names', () => {
  it('split a device address into account and number and join them again', () => {
    expect(userOf(BOB_WEB)).toBe(BOB);
    expect(userOf(BOB)).toBe(BOB);
    expect([deviceNumberOf(BOB_WEB), deviceNumberOf(BOB)]).toEqual([1, 0]);
    expect([deviceJidOf(BOB, 1), deviceJidOf(BOB, 0)]).toEqual([BOB_WEB, BOB]);
  });
});

describe('ledger', () => {
  it('finds the device behind a host by the transport key both sides stored', () => {
    const { ledger } = threeDevices();
    expect(ledger.linkage.deviceOf('bob.web')).toBe(BOB_WEB);
    expect(ledger.linkage.hostOf(BOB_WEB)).toBe('bob.web');
    expect(ledger.linkage.deviceOf('mallory.phone')).toBeUndefined();
  });

  it('notes saying and sealing apart, at the commits that did them', () => {
    const world = threeDevices();
    world.commit('alice.phone', [change('outbox', '3EB0AA', outbox('wanting'))]);
    const saidAt = world.last();
    expect(world.ledger.message(ALICE, '3EB0AA')?.said.sealedSequence).toBe(-1);
    world.commit('alice.phone', [change('outbox', '3EB0AA', outbox('sealed'), outbox('wanting'))]);
    expect(world.ledger.message(ALICE, '3EB0AA')?.said).toMatchObject({
      saidSequence: saidAt,
      sealedSequence: world.last(),
      host: 'alice.phone',
      authorUser: ALICE,
      inputId: 'lunch',
    });
  });

  it('owes a sealed message to every linked device of both accounts but its author', () => {
    const world = threeDevices();
    const status = sayAndSeal(world);
    expect(world.ledger.due(status)).toEqual([BOB, BOB_WEB]);
    expect(world.ledger.totals()).toMatchObject({
      sent: 1,
      copiesDue: 2,
      copiesShown: 0,
      copiesLost: 2,
    });
  });

  it('owes a note to oneself to the own other devices alone, and lets nobody else learn it', () => {
    const world = threeDevices();
    const note = { ...outbox('sealed'), author: BOB, chat: BOB } as StoredRecord;
    world.commit('bob.phone', [change('outbox', '3EB0AA', note)]);
    const status = world.ledger.message(BOB, '3EB0AA');
    if (status === undefined) throw new Error('nothing was noted');
    expect(world.ledger.due(status)).toEqual([BOB_WEB]);
    expect(world.ledger.isEntitled(status, BOB_WEB)).toBe(true);
    expect(world.ledger.isEntitled(status, ALICE)).toBe(false);
    expect(world.ledger.isParty(status, ALICE)).toBe(false);
  });

  it('counts a display, a loss report and silence each as what it is', () => {
    const world = threeDevices();
    sayAndSeal(world);
    world.commit('bob.phone', [change('shown', 'k', shown(BOB))]);
    const lost = { kind: 'lost', chat: ALICE, messageId: '3EB0AA', author: ALICE, reason: 'r' };
    world.commit('bob.web', [change('lost', 'k', lost as StoredRecord)]);
    expect(world.ledger.totals()).toMatchObject({ copiesShown: 1, reportedLost: 1, copiesLost: 0 });
  });

  it('owes nothing to a device unlinked since, and all to one linked in time', () => {
    const world = threeDevices();
    const status = sayAndSeal(world);
    const tablet = deviceJidOf(BOB, 2);
    world.commit('server', [linked(tablet, 2, 'bob.tablet')]);
    const accepted = { kind: 'accepted' };
    world.commit('server', [change('accepted', `${ALICE}|3EB0AA`, accepted)]);
    world.commit('server', [linked(deviceJidOf(BOB, 3), 3, 'bob.desktop')]);
    const gone = linked(BOB_WEB, 1, 'bob.web').after;
    world.commit('server', [change('linked', BOB_WEB, undefined, gone)]);
    expect(world.ledger.due(status)).toEqual([BOB, tablet]);
  });

  it('entitles devices linked before the backfill window closed, and none after', () => {
    const world = threeDevices();
    const status = sayAndSeal(world);
    const acknowledged = change('outbox', '3EB0AA', outbox('acknowledged'), outbox('sealed'));
    world.commit('alice.phone', [acknowledged]);
    world.passUs(4 * MINUTE_US);
    world.commit('server', [linked(deviceJidOf(BOB, 2), 2, 'bob.tablet')]);
    world.passUs(2 * MINUTE_US);
    world.commit('server', [linked(deviceJidOf(BOB, 3), 3, 'bob.desktop')]);
    const entitled = [BOB, BOB_WEB, deviceJidOf(BOB, 2), deviceJidOf(BOB, 3)].map((device) =>
      world.ledger.isEntitled(status, device),
    );
    expect(entitled).toEqual([true, true, true, false]);
  });

  it('keeps one set of devices for all the time between two changes', () => {
    const world = threeDevices();
    const from = world.last();
    sayAndSeal(world);
    const { linkage } = world.ledger;
    expect(linkage.linkedAt(BOB, from)).toBe(linkage.linkedAt(BOB, world.last()));
    expect(linkage.linkedAt(BOB, 0).size).toBe(0);
  });

  it('forgets what a commit showed when that commit is lost', () => {
    const world = threeDevices();
    const status = sayAndSeal(world);
    world.commit('bob.phone', [change('shown', 'k', shown(BOB))]);
    const taken = [change('shown', 'k', undefined, shown(BOB))];
    world.tell('bob.phone', {
      kind: 'commit',
      inputId: 'fault',
      changes: taken,
      isTimeZero: false,
    });
    expect(world.ledger.isUndo).toBe(true);
    expect(world.ledger.shownOn(BOB, status.said)).toBeUndefined();
  });

  /** Takes back the commit that sealed Alice's message at once, as she gave it. */
  function sayAndForget(world: ReturnType<typeof threeDevices>, hasLeft: boolean) {
    const said = outbox('sealed');
    world.commit('alice.phone', [change('outbox', '3EB0AA', said)]);
    const label = { kind: 'message:text', id: '3EB0AA' };
    const ends = { source: 'alice.phone', target: 'server', packet: 'p', connection: 1 };
    if (hasLeft) {
      const bytes = new Uint8Array(1);
      world.tell('alice.phone', { kind: 'send', ...ends, label, bytes, attempt: 0 });
    }
    const changes = [change('outbox', '3EB0AA', undefined, said)];
    world.tell('alice.phone', { kind: 'commit', inputId: 'fault', changes, isTimeZero: false });
  }

  it('forgets what was said in a lost commit when nothing of it had left', () => {
    const world = threeDevices();
    sayAndForget(world, false);
    expect(world.ledger.message(ALICE, '3EB0AA')).toBeUndefined();
  });

  it('keeps what was said in a lost commit when it had left, and owes what the server took', () => {
    const world = threeDevices();
    sayAndForget(world, true);
    const status = world.ledger.message(ALICE, '3EB0AA');
    if (status === undefined) throw new Error('the saying is gone');
    expect(status).toMatchObject({ isForgotten: true, said: { text: 'shall we have lunch?' } });
    expect(world.ledger.messageOfHost('alice.phone', '3EB0AA')).toBe(status);
    expect(world.ledger.due(status)).toEqual([]);
    world.commit('server', [change('accepted', `${ALICE}|3EB0AA`, { kind: 'accepted' })]);
    expect(world.ledger.due(status)).toEqual([BOB, BOB_WEB]);
  });

  it('ends a link when the phone commits a list without it, before the server hears of it', () => {
    const world = threeDevices();
    world.commit('bob.phone', [ownList([1], [])]);
    const droppedAt = world.last();
    const status = sayAndSeal(world);
    expect(world.ledger.isEntitled(status, BOB_WEB)).toBe(false);
    expect(world.ledger.linkage.isLinkedNow(BOB_WEB)).toBe(false);
    const gone = linked(BOB_WEB, 1, 'bob.web').after;
    world.commit('server', [change('linked', BOB_WEB, undefined, gone)]);
    const stretches = world.ledger.linkage.stretchesOf(BOB_WEB);
    expect(stretches.map(({ untilSequence }) => untilSequence)).toEqual([droppedAt]);
  });

  it('ends no link for a list that never held it, nor for what others make of a list', () => {
    const world = threeDevices();
    world.commit('bob.phone', [ownList([], [])]);
    world.commit('bob.phone', [ownList([2], [])]);
    world.commit('alice.phone', [ownList([1], [])]);
    world.commit('bob.web', [ownList([1], [])]);
    expect(world.ledger.linkage.isLinkedNow(BOB_WEB)).toBe(true);
  });

  it('restores a link when the commit that dropped it is lost and the server holds it', () => {
    const world = threeDevices();
    const lose = () => {
      const changes = [ownList([], [1])];
      world.tell('bob.phone', { kind: 'commit', inputId: 'fault', changes, isTimeZero: false });
    };
    const { linkage } = world.ledger;
    world.commit('bob.phone', [ownList([1], [])]);
    lose();
    expect(linkage.isLinkedNow(BOB_WEB)).toBe(true);
    expect(linkage.linkedNow(BOB).has(BOB_WEB)).toBe(true);
    world.commit('bob.phone', [ownList([1], [])]);
    const gone = linked(BOB_WEB, 1, 'bob.web').after;
    world.commit('server', [change('linked', BOB_WEB, undefined, gone)]);
    lose();
    expect(linkage.isLinkedNow(BOB_WEB)).toBe(false);
  });

  it('leaves probes of the heal phase out of the totals', () => {
    const world = threeDevices();
    world.tell('world', { kind: 'phase', phase: 'probe' });
    expect(sayAndSeal(world).isProbe).toBe(true);
    expect(world.ledger.totals().sent).toBe(0);
  });

  it('feeds a shared fold before whoever asked for it looks', () => {
    const { ledger, tell } = book();
    const make = () => ({
      count: 0,
      observe() {
        this.count += 1;
      },
    });
    const fold = ledger.shared('counter', make);
    expect(ledger.shared('counter', make)).toBe(fold);
    tell('world', { kind: 'phase', phase: 'heal' });
    expect(fold.count).toBe(1);
  });
});
