import { describe, expect, it } from 'vitest';
import type { ProtocolNode } from '../../protocol/contract.ts';
import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { compareRuns } from './replay.ts';
import type { RunOptions } from './run.ts';

const loaded = loadScenario(
  `
lockstep: 1
name: tiny
summary: One message between two phones.
length: 10m
accounts:
  alice: { phone: { network: wifi } }
  bob: { phone: { network: wifi } }
timeline:
  - { at: 1m, send: { id: hello, from: alice.phone, to: bob, text: "Hello Bob, how are you?" } }
`,
  'tiny.yaml',
);
if (loaded.kind === 'refused') throw new Error('the scenario of this test is valid');
const crypto = opensslProvider();
const options: RunOptions = { scenario: loaded.scenario, seed: '1', architecture: fanout, crypto };

/** Repeats what the node sends in answer to the message, from the first frame of it on. */
function stutter(node: ProtocolNode): ProtocolNode {
  return {
    step(input, context) {
      const effects = node.step(input, context);
      if (!input.id.startsWith('hello/message')) return effects;
      return [...effects, ...effects.filter(({ kind }) => kind === 'send')];
    },
  };
}

describe('comparing runs', () => {
  it('finds both crypto providers equal to the last bit', () => {
    const outcome = compareRuns(options, { ...options, crypto: nobleProvider });
    expect(outcome.difference).toBeUndefined();
    expect(outcome.isSame).toBe(true);
  });

  it('names the first event by which a run differs', () => {
    const wrapNode: RunOptions['wrapNode'] = (host, node) =>
      host === 'bob.phone' ? stutter(node) : node;
    const { isSame, difference } = compareRuns(options, { ...options, wrapNode });
    expect(isSame).toBe(false);
    expect(difference?.second).toMatchObject({ kind: 'send', node: 'bob.phone', attempt: 1 });
    expect(difference?.first?.sequence).toBe(difference?.second?.sequence);
  });
});
