/** The ledger about groups, history and phones set up anew, on hand-made events. */

import { describe, expect, it } from 'vitest';
import type { Architecture, OutboxRecord, ShownRecord } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { Change, RunEvent, RunEventBody } from '../trace/events.ts';
import { Ledger, userOf } from './ledger.ts';

const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';
const BOB_WEB = '15551230002:1@s.whatsapp.net';
const CAROL = '15551230003@s.whatsapp.net';
const GROUP = '120363000000000001@g.us';

const HOSTS = new Map([
  [ALICE, 'alice.phone'],
  [BOB, 'bob.phone'],
  [BOB_WEB, 'bob.web'],
  [CAROL, 'carol.phone'],
]);

function keyOf(host: string, generation = 0): Uint8Array {
  return new Uint8Array(32).fill(host.length + host.charCodeAt(0) + 7 * generation);
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function change(
  collection: string,
  key: string,
  after: StoredRecord | undefined,
  before?: StoredRecord,
): Change {
  return { collection, key, before, after };
}

function transport(host: string, generation = 0): Change {
  const publicKey = keyOf(host, generation);
  const record = { kind: 'transport', publicKey, privateKey: new Uint8Array(32) };
  return change('transport', 'self', record as StoredRecord);
}

function linkedRecord(device: string, keyIndex: number, generation = 0): StoredRecord {
  const transportKey = hex(keyOf(HOSTS.get(device) as string, generation));
  return { kind: 'linked', user: userOf(device), device, keyIndex, transportKey } as StoredRecord;
}

function members(before: readonly string[] | undefined, after: readonly string[]): Change {
  const record = (users: readonly string[]) =>
    ({ kind: 'membership', group: GROUP, members: users }) as unknown as StoredRecord;
  return change('membership', GROUP, record(after), before && record(before));
}

function outbox(state: OutboxRecord['state'], chat: string): OutboxRecord {
  return {
    kind: 'outbox',
    state,
    chat,
    messageId: 'ONE',
    author: ALICE,
    text: 'hello',
    textDigest: 'd',
    inputId: 'hello',
    targets: [],
    leftOut: [],
    positionUs: 0,
  };
}

function shown(device: string, via: ShownRecord['via']): Change {
  const record: ShownRecord = {
    kind: 'shown',
    account: userOf(device),
    device,
    chat: GROUP,
    messageId: 'ONE',
    author: ALICE,
    via,
    text: 'hello',
    textDigest: 'd',
    positionUs: 7,
    isRead: false,
  };
  return change('shown', `${GROUP}|${ALICE}|ONE`, record);
}

/** Alice, Bob and his web companion if `withWeb`, and Carol; a group of Alice and Bob. */
function world(withWeb = true) {
  const ledger = new Ledger({ name: 'fanout', keysIn: () => [] } as unknown as Architecture);
  let sequence = 0;
  const tell = (node: string, body: RunEventBody): void => {
    ledger.observe({ sequence, timeUs: sequence, node, cause: -1, ...body } as RunEvent);
    sequence += 1;
  };
  const commit = (node: string, changes: Change[], isTimeZero = false): void => {
    const input = { kind: 'push', id: `i${sequence}` } as const;
    if (!isTimeZero) tell(node, { kind: 'stepped', input, effects: [], crypto: [] });
    tell(node, { kind: 'commit', inputId: input.id, changes, isTimeZero });
  };
  for (const host of HOSTS.values()) commit(host, [transport(host)], true);
  for (const device of HOSTS.keys()) {
    if (device === BOB_WEB && !withWeb) continue;
    const record = linkedRecord(device, device === BOB_WEB ? 1 : 0);
    commit('server', [change('linked', device, record)], true);
  }
  commit('server', [members(undefined, [ALICE, BOB])], true);
  const seal = (chat: string) => {
    commit('alice.phone', [change('outbox', 'ONE', outbox('sealed', chat))]);
    const status = ledger.message(ALICE, 'ONE');
    if (status === undefined) throw new Error('nothing was said');
    return status;
  };
  const accept = () => {
    const record = { kind: 'accepted' } as StoredRecord;
    commit('server', [change('accepted', `${ALICE}|ONE`, record)]);
  };
  return { ledger, commit, seal, accept };
}

describe('group messages', () => {
  it('are owed to all devices of members but the one that wrote', () => {
    const { ledger, seal, accept } = world();
    const status = seal(GROUP);
    accept();
    expect(ledger.due(status)).toEqual([BOB, BOB_WEB]);
    expect(ledger.isParty(status, CAROL)).toBe(false);
  });

  it('are not owed to who joins later, who may not learn them either', () => {
    const { ledger, seal, accept, commit } = world();
    const status = seal(GROUP);
    accept();
    commit('server', [members([ALICE, BOB], [ALICE, BOB, CAROL])]);
    expect(ledger.due(status)).not.toContain(CAROL);
    expect(ledger.isEntitled(status, CAROL)).toBe(false);
  });

  it('stay owed to who is removed after the server took them', () => {
    const { ledger, seal, accept, commit } = world();
    const status = seal(GROUP);
    accept();
    commit('server', [members([ALICE, BOB], [ALICE])]);
    expect(ledger.due(status)).toEqual([BOB, BOB_WEB]);
  });

  it('are not owed to who was removed before the server took them, who may learn them', () => {
    const { ledger, seal, accept, commit } = world();
    const status = seal(GROUP);
    commit('server', [members([ALICE, BOB], [ALICE])]);
    accept();
    expect(ledger.due(status)).toEqual([]);
    expect(ledger.isEntitled(status, BOB)).toBe(true);
  });

  it('are owed to nobody when their author is removed before the server took them', () => {
    const { ledger, seal, commit } = world();
    const status = seal(GROUP);
    commit('server', [members([ALICE, BOB], [BOB])]);
    expect(ledger.canStillSend(status)).toBe(false);
    expect(ledger.due(status)).toEqual([]);
    commit('server', [members([BOB], [BOB, ALICE])]); // Back again, without it.
    expect(ledger.canStillSend(status)).toBe(false);
  });
});

describe('history', () => {
  it('takes the place of the copy owed to a device that was linked after the sending', () => {
    const { ledger, seal, accept, commit } = world(false);
    const status = seal(GROUP);
    commit('server', [change('linked', BOB_WEB, linkedRecord(BOB_WEB, 1))]);
    accept();
    expect(ledger.due(status)).toEqual([BOB, BOB_WEB]);
    commit('bob.web', [shown(BOB_WEB, 'history')]);
    expect(ledger.due(status)).toEqual([BOB]);
  });

  it('does not take the place of the copy owed to a device that was there', () => {
    const { ledger, seal, accept, commit } = world();
    const status = seal(GROUP);
    accept();
    commit('bob.web', [shown(BOB_WEB, 'history')]);
    expect(ledger.due(status)).toContain(BOB_WEB);
  });
});

describe('a phone set up anew', () => {
  const again = ({ commit }: ReturnType<typeof world>, device: string) => {
    const host = HOSTS.get(device) as string;
    commit(host, [transport(host, 1)]);
    const before = linkedRecord(device, 0);
    commit('server', [change('linked', device, linkedRecord(device, 0, 1), before)]);
  };

  it('is another stretch of the same address, behind the same host', () => {
    const all = world();
    again(all, BOB);
    const { linkage } = all.ledger;
    expect(linkage.stretchesOf(BOB).map(({ untilSequence }) => untilSequence >= 0)).toEqual([
      true,
      false,
    ]);
    expect([linkage.hostOf(BOB), linkage.deviceOf('bob.phone')]).toEqual(['bob.phone', BOB]);
  });

  it('is known by its old address until the server knows its new key', () => {
    const { ledger, commit } = world();
    commit('bob.phone', [transport('bob.phone', 1)]);
    expect(ledger.linkage.deviceOf('bob.phone')).toBe(BOB);
  });

  it('is not owed what was sent to the one before', () => {
    const all = world();
    const status = all.seal(GROUP);
    all.accept();
    again(all, BOB);
    expect(all.ledger.due(status)).toEqual([BOB_WEB]);
  });

  it('will never send what the one before had said', () => {
    const all = world();
    const status = all.seal(BOB);
    again(all, ALICE);
    expect(all.ledger.canStillSend(status)).toBe(false);
    expect(all.ledger.due(status)).toEqual([]);
  });
});
