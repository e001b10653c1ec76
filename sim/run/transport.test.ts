/**
 * `transport: noise` is the same story: schedule, sizes, bytes of stanzas and everything shown are
 * those of the modelled transport (specification 6.10, contract 13), while real frames are sealed.
 */

import { describe, expect, it } from 'vitest';
import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { scenario } from '../../scenarios/builder.ts';
import { findScenario } from '../../scenarios/library.ts';
import type { Scenario, Transport } from '../../scenarios/scenario.ts';
import type { Observer } from '../trace/observer.ts';
import { type RunResult, runScenario } from './run.ts';

const SMALL = scenario('small', 'A message each way, a link, a crash, a train.')
  .account('alice', {
    phone: { network: 'mobile' },
    companions: { laptop: { network: 'wifi' }, tablet: { linked: false } },
  })
  .account('bob', { phone: { network: 'subway' } })
  .settings({ length: '30m', prekeys: 5 })
  .at('1m', { send: { id: 'hi', from: 'alice.laptop', to: 'bob', text: 'Hello from my laptop.' } })
  .at('2m', { link: 'alice.tablet' })
  .at('5m', { crash: 'server' })
  .at('6m', { send: { id: 'yo', from: 'bob.phone', to: 'alice', text: 'Hello from my train.' } })
  .at('7m', { crash: 'alice.phone' })
  .build();

function run(
  story: Scenario,
  transport: Transport,
  crypto: CryptoProvider = opensslProvider(),
  observers: readonly Observer[] = [],
): RunResult {
  const settings = { ...story.settings, transport };
  const whole = { ...story, settings };
  return runScenario({ scenario: whole, seed: '5', architecture: fanout, crypto, observers });
}

/** A provider that notes what is sealed without associated data: the frames of the transport. */
function noted(inner: CryptoProvider): { crypto: CryptoProvider; frames: string[] } {
  const frames: string[] = [];
  const crypto: CryptoProvider = {
    ...inner,
    gcmEncrypt(key, nonce, aad, plaintext) {
      if (aad.length === 0) frames.push(Buffer.from(plaintext).toString('hex'));
      return inner.gcmEncrypt(key, nonce, aad, plaintext);
    },
  };
  return { crypto, frames };
}

describe('a run with real Noise', () => {
  it.each(['mailbox-duplicates', 'subway', 'link-mid-conversation'])(
    '%s has the result of the modelled transport, to the last byte counted',
    (name) => {
      const story = findScenario(name) as Scenario;
      const real = run(story, 'noise');
      expect(real.verdict).toBe('held');
      expect(real).toEqual(run(story, 'modelled'));
    },
  );

  it('is the same with every back end', () => {
    const [noble, openssl] = [run(SMALL, 'noise', nobleProvider), run(SMALL, 'noise')];
    expect(noble.hashes).toEqual(openssl.hashes);
    expect(noble.hashes).toEqual(run(SMALL, 'modelled').hashes);
  });

  it('seals every stanza that leaves on an open connection, once and in order', () => {
    const { crypto, frames } = noted(opensslProvider());
    const sent: string[] = [];
    const observer: Observer = {
      kinds: ['send'],
      observe(event) {
        if (event.kind === 'send') sent.push(Buffer.from(event.bytes).toString('hex'));
      },
    };
    const { levers } = run(SMALL, 'noise', crypto, [observer]);
    expect(levers.find(([name]) => name === 'crash')?.[1]).toBe(2);
    expect(frames.length).toBeGreaterThan(100);
    let at = 0; // what was sent on a closed connection is not sealed
    for (const stanza of sent) if (frames[at] === stanza) at++;
    expect(at).toBe(frames.length);
    expect(frames.length / sent.length).toBeGreaterThan(0.9);
  });

  it('seals nothing where the transport is modelled', () => {
    const { crypto, frames } = noted(opensslProvider());
    run(SMALL, 'modelled', crypto);
    expect(frames).toEqual([]);
  });
});
