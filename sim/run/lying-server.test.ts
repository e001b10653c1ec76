/**
 * The server that swaps keys at the first contact (specification 10.3): nothing that people write
 * or see betrays it, and the comparison of security codes does.
 */

import { describe, expect, it } from 'vitest';
import type { VerificationRecord } from '../../protocol/contract.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { scenario } from '../../scenarios/builder.ts';
import { allProperties } from '../properties/index.ts';
import type { WrapNode } from '../properties/twin-tools.ts';
import type { RunEvent } from '../trace/events.ts';
import { runScenario } from './run.ts';
import { lyingServer } from './testing/lying-server.ts';

const strangers = scenario('strangers-compare', 'Two strangers talk, and then compare codes.')
  .account('alice', { phone: { network: 'wifi' } })
  .account('bob', { phone: { network: 'wifi' } })
  .settings({ length: '30m', strangers: [['alice', 'bob']] })
  .at('1m', { send: { id: 'hello', from: 'alice.phone', to: 'bob', text: 'Is it you, Bob?' } })
  .at('2m', { send: { id: 'yes', from: 'bob.phone', to: 'alice', text: 'It is I, of course.' } })
  .at('3m', { send: { id: 'good', from: 'alice.phone', to: 'bob', text: 'Let us make sure.' } })
  .at('5m', { verify: { by: 'alice.phone', with: 'bob.phone' } })
  .at('6m', { verify: { by: 'bob.phone', with: 'alice.phone' } })
  .expect({ shown: 'hello', on: ['bob.phone'], within: '1m' })
  .expect({ shown: 'yes', on: ['alice.phone'], within: '1m' })
  .expect({ shown: 'good', on: ['bob.phone'], within: '1m' })
  .build();

/** A run, with the last code and state that each phone came to and the reasons of its alarms. */
function run(wrapNode?: WrapNode) {
  const codes = new Map<string, VerificationRecord>();
  const alarms: string[] = [];
  const observe = (event: RunEvent): void => {
    if (event.kind !== 'commit') return;
    for (const { collection, after } of event.changes) {
      if (collection === 'verification') codes.set(event.node, after as VerificationRecord);
      if (collection !== 'alarm' || after === undefined) continue;
      alarms.push(`${event.node} ${(after as unknown as { reason: string }).reason}`);
    }
  };
  const result = runScenario({
    scenario: strangers,
    seed: 'liar',
    architecture: fanout,
    crypto: opensslProvider(),
    properties: allProperties,
    observers: [{ observe }],
    ...(wrapNode && { wrapNode }),
  });
  const expected = result.expectations.map(({ verdict }) => verdict);
  const violated = result.properties.filter(({ verdict }) => verdict === 'violated');
  return { codes, alarms, expected, violated: violated.map(({ id }) => id) };
}

describe('the first contact', () => {
  it('with an honest server ends in one code on both phones, and trust', () => {
    const { codes, alarms, expected, violated } = run();
    expect(codes.get('alice.phone')?.code).toBe(codes.get('bob.phone')?.code);
    expect([...codes.values()].map(({ state }) => state)).toEqual(['verified', 'verified']);
    expect(alarms).toEqual([]);
    expect(expected).toEqual(['held', 'held', 'held']);
    expect(violated).toEqual([]);
  });

  it('with a server that swapped the keys looks the same to people, if not to judges', () => {
    const liar = lyingServer();
    const { expected, violated } = run(liar.wrapNode);
    const texts = liar.opened.map((bytes) => new TextDecoder().decode(bytes));
    for (const text of ['Is it you, Bob?', 'It is I, of course.', 'Let us make sure.']) {
      expect(texts.some((each) => each.includes(text))).toBe(true);
    }
    expect(expected).toEqual(['held', 'held', 'held']);
    // Judges know whose keys are whose: what is accepted is not proven, nor bound to its author.
    expect(violated).toEqual(['D1', 'G6']);
  });

  it('with a server that swapped the keys is found out by the codes, on both phones', () => {
    const { codes, alarms } = run(lyingServer().wrapNode);
    const [alices, bobs] = ['alice.phone', 'bob.phone'].map((host) => codes.get(host));
    expect(alices?.code).toMatch(/^\d{60}$/);
    expect(bobs?.code).toMatch(/^\d{60}$/);
    expect(alices?.code).not.toBe(bobs?.code);
    expect([alices?.state, bobs?.state]).toEqual(['mismatch', 'mismatch']);
    expect(alarms.sort()).toEqual(['alice.phone code-mismatch', 'bob.phone code-mismatch']);
  });
});
