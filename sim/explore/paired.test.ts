import { expect, it } from 'vitest';
import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { scenario } from '../../scenarios/builder.ts';
import { runPairs } from './campaign.ts';
import { type PairEngine, performPairs, type Sample, unlikeness } from './paired.ts';

const engine: PairEngine = { architectures: { relay, fanout }, crypto: () => nobleProvider };

const story = scenario('pair', 'Two people, one companion.')
  .account('alice', { companions: { laptop: {} } })
  .account('bob')
  .at('1m', { 'power-off': 'alice.phone' })
  .at('2m', { send: { id: 'hi', from: 'alice.laptop', to: 'bob', text: 'hi' } })
  .expect({
    shown: 'hi',
    on: ['bob'],
    within: '1m',
    except: { relay: 'the phone is off' },
  })
  .settings({ length: '10m' })
  .build();

function batch(seeds: readonly string[], maxEvents = 100_000) {
  return { scenario: story, seeds, crypto: 'noble', isJudged: false, maxEvents } as const;
}

it('both sides of each seed, alike in people and weather; what is excused is counted', () => {
  const samples = performPairs(batch(['a', 'b']), engine);
  expect(samples.map(({ side, seed }) => `${seed} ${side}`)).toEqual([
    'a relay',
    'a fanout',
    'b relay',
    'b fanout',
  ]);
  const [first, second, third] = samples as [Sample, Sample, Sample];
  expect(unlikeness(first, second)).toBeUndefined();
  expect(first.excused).toEqual([
    { subject: 'hi shown on bob.phone', why: 'the phone is off', seen: 1 },
  ]);
  expect(second.excused).toEqual([]);
  // Another seed is other weather for the same written story.
  const elsewhere = { ...third, measures: { ...third.measures, fingerprints: OTHER } } as Sample;
  expect(unlikeness(first, elsewhere)).toBe('people meant to do different things');
});

const OTHER = { intents: 'x', weather: 'y' };

it('a bound that ends a run leaves no measures, and a throw is a defect', () => {
  const [cut] = performPairs(batch(['a'], 10), engine) as [Sample];
  expect(cut.measures).toBeUndefined();
  expect(cut.verdict).toBe('undecided');
  const broken: PairEngine = {
    ...engine,
    crypto: () => {
      throw new Error('no provider');
    },
  };
  expect(performPairs(batch(['a']), broken)[0]?.defect).toBe('no provider');
});

it('batches come back in order, and nothing is handed out once it is stopped', async () => {
  const seen: number[] = [];
  let given = 0;
  const performer = {
    width: 2,
    measure: () => {
      const at = given++;
      return new Promise<readonly Sample[]>((resolve) => {
        setTimeout(() => resolve([]), at % 2 === 0 ? 20 : 0);
      });
    },
  };
  const batches = Array.from({ length: 6 }, () => batch(['a']));
  const onSamples = (at: number) => seen.push(at);
  await runPairs({ batches, isStopped: () => seen.length >= 3, onSamples }, performer);
  expect(seen).toEqual([0, 1, 2, 3]);
  expect(given).toBe(4);
});
