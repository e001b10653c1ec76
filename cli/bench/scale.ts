/**
 * Cost per delivered copy as the number of accounts grows tenfold at constant traffic per account:
 * at most 1.3 times. What grows with the square of the accounts shows here first.
 */

import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { loadScenario } from '../../scenarios/load.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { runScenario } from '../../sim/run/run.ts';
import { type BenchRow, interleaved } from './measure.ts';

const FEW = 10;
const MANY = 100;
const GROWTH_MAX = 1.3;

/** Pairs of accounts that talk for two hours; nobody talks outside the pair. */
function crowd(accounts: number): Scenario {
  const names = Array.from({ length: accounts }, (_, index) => `user${index}`);
  const written = {
    lockstep: 1,
    name: `crowd-${accounts}`,
    summary: 'Pairs of accounts talk; more pairs, same talk.',
    accounts: Object.fromEntries(
      names.map((name) => [
        name,
        { phone: { network: 'wifi' }, companions: { web: { network: 'wifi' } } },
      ]),
    ),
    workload: Array.from({ length: accounts / 2 }, (_, pair) => ({
      id: `pair${pair}`,
      kind: 'conversation',
      between: [`user${2 * pair}`, `user${2 * pair + 1}`],
      from: '1m',
      until: '2h',
      messages: 20,
      reply: 0.5,
    })),
  };
  const loaded = loadScenario(JSON.stringify(written), 'crowd.json');
  if (loaded.kind === 'refused') throw new Error('the benchmark writes a valid scenario');
  return loaded.scenario;
}

/** Measures small and large crowds in turn. */
export function benchScale(): readonly BenchRow[] {
  const copies = new Map<Scenario, number>();
  const crowds = [crowd(FEW), crowd(MANY)];
  const contenders = crowds.map((scenario) => () => {
    const crypto = opensslProvider();
    const result = runScenario({ scenario, seed: '7', architecture: fanout, crypto });
    copies.set(scenario, result.messages.copiesShown);
  });
  const times = interleaved(contenders);
  const perCopy = crowds.map(
    (one, index) => (times[index] ?? 0) / Math.max(1, copies.get(one) ?? 0),
  );
  const [few = 0, many = 0] = perCopy;
  const growth = many / few;
  return [
    {
      benchmark: 'scale',
      what: `per delivered copy, ${MANY} accounts against ${FEW}`,
      measured: `${many.toFixed(2)} ms`,
      reference: `${few.toFixed(2)} ms`,
      ratio: few / many,
      wanted: `grows at most ${GROWTH_MAX} times (${growth.toFixed(2)})`,
      isMet: growth <= GROWTH_MAX,
    },
  ];
}
