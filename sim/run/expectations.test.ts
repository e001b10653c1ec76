import { describe, expect, it } from 'vitest';
import { fanout } from '../../protocol/fanout/index.ts';
import { Store } from '../../protocol/store.ts';
import { scenario } from '../../scenarios/builder.ts';
import type { ExpectedFact } from '../../scenarios/scenario.ts';
import { Ledger } from '../ledger/ledger.ts';
import { type ExpectationRoom, judgeExpectations } from './expectations.ts';
import { FactWatch } from './fact-watch.ts';

const BOB = '15550000002@s.whatsapp.net';
const story = scenario('story', 'Two people.').account('alice').account('bob').build();

function roomOf(facts: readonly ExpectedFact[], store: Store, isCalled = true): ExpectationRoom {
  const expect = facts.map((fact) => ({ fact, on: ['alice.phone'], except: [], line: 0 }));
  return {
    scenario: { ...story, expect },
    architecture: fanout,
    ledger: new Ledger(fanout),
    watch: new FactWatch(),
    book: {
      user: () => BOB,
      chat: () => BOB,
      message: () => undefined,
      call: () => (isCalled ? 'ca11' : undefined),
    },
    wallUs: 0,
    storeOf: () => store,
  };
}

function sentencesOf(room: ExpectationRoom): readonly string[] {
  return judgeExpectations(room).flatMap(({ sentences }) => sentences);
}

function storeWith(collection: string, key: string, record: { readonly kind: string }): Store {
  const store = new Store();
  store.apply([{ collection, key, record }]);
  return store;
}

describe('expectations of the end', () => {
  it('a comparison of codes is there, or is not', () => {
    const facts = [true, false].map((value): ExpectedFact => {
      return { kind: 'verified', account: 'bob', value };
    });
    const changed = storeWith('verification', BOB, {
      kind: 'verification',
      state: 'changed',
    } as never);
    expect(sentencesOf(roomOf(facts, changed))).toEqual([
      'On alice.phone the security code of bob is changed.',
    ]);
    const good = storeWith('verification', BOB, {
      kind: 'verification',
      state: 'verified',
    } as never);
    expect(sentencesOf(roomOf(facts, good))).toEqual([
      'On alice.phone the security code of bob is verified.',
    ]);
  });

  it('a call ended as it was expected to', () => {
    const facts: ExpectedFact[] = [
      { kind: 'call', call: 'ring', outcome: 'missed' },
      { kind: 'call', call: 'ring', outcome: 'connected' },
    ];
    const store = storeWith('call', 'ca11', {
      kind: 'call',
      outcome: 'missed',
      state: 'ended',
    } as never);
    expect(sentencesOf(roomOf(facts, store))).toEqual([
      '"ring" ended as "missed" on alice.phone, expected "connected".',
    ]);
    expect(sentencesOf(roomOf(facts.slice(0, 1), new Store()))).toEqual([
      '"ring" never rang on alice.phone, expected "missed".',
    ]);
    expect(judgeExpectations(roomOf(facts.slice(0, 1), store, false))[0]?.misses).toEqual([
      { kind: 'unsaid', host: '', sentence: '"ring" never rang.' },
    ]);
  });

  it('a state, an alarm, a refusal', () => {
    const facts: ExpectedFact[] = [
      { kind: 'state', state: 'muted', subject: 'bob', value: true },
      { kind: 'state', state: 'muted', subject: 'bob', value: false },
      { kind: 'alarm', account: 'bob' },
      { kind: 'refused', entry: 'say' },
      { kind: 'not-shown', message: 'lunch' },
    ];
    expect(sentencesOf(roomOf(facts, new Store()))).toEqual([
      '"bob" is not muted on alice.phone.',
      'alice.phone did not warn of bob.',
      'alice.phone did not refuse "say".',
      '"lunch" was never written.',
    ]);
  });
});
