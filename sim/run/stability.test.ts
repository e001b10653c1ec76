/**
 * Draws are keyed by what causes them, so code may grow: a draw that is added somewhere moves no
 * other, and a counterexample goes on failing in the same way.
 */

import { describe, expect, test } from 'vitest';
import type { ProtocolNode, StepContext } from '../../protocol/contract.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { findScenario } from '../../scenarios/library.ts';
import type { Override, Scenario } from '../../scenarios/scenario.ts';
import { type RunOptions, type RunResult, runScenario } from './run.ts';

/** The same node, drawing a number and a secret in every step that nobody uses. */
function withMoreDraws(node: ProtocolNode): ProtocolNode {
  return {
    step(input, context: StepContext) {
      context.numbers.below('added later', 1_000);
      context.secrets.bytes('added later', 16);
      return node.step(input, context);
    },
  };
}

function story(name: string): Scenario {
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return scenario;
}

function run(scenario: Scenario, more: Partial<RunOptions> = {}): RunResult {
  const crypto = opensslProvider();
  return runScenario({ scenario, seed: '5', architecture: fanout, crypto, ...more });
}

describe('a draw added to every step', () => {
  test('changes nothing else, to the last bit', () => {
    const before = run(story('subway'));
    const after = run(story('subway'), { wrapNode: (_host, node) => withMoreDraws(node) });
    expect(after.hashes).toEqual(before.hashes);
  });

  test('leaves a counterexample failing in the same way', () => {
    const scenario = story('crash-while-sending');
    const log = run(scenario, { wantsDecisionLog: true }).decisions ?? [];
    const crash = log.find(({ choice }) => choice.startsWith('crash/alive/'));
    expect(crash).toBeDefined();
    const overrides: Override[] = [{ choice: crash?.choice ?? '', value: 1 }];
    const before = run(scenario, { overrides });
    const after = run(scenario, { overrides, wrapNode: (_host, node) => withMoreDraws(node) });
    expect(before.unusedOverrides).toEqual([]);
    expect(after.unusedOverrides).toEqual([]);
    expect(new Map(before.levers).get('crash')).toBe(new Map(after.levers).get('crash'));
    expect(after.hashes).toEqual(before.hashes);
  });
});
