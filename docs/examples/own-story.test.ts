import { run, scenario } from 'lockstep';
import 'lockstep/vitest';
import { expect, it } from 'vitest';

const tunnel = scenario('tunnel', "Bob's phone is in a tunnel when Alice asks for lunch.")
  .account('alice', { companions: { laptop: {} } })
  .account('bob', { phone: { network: 'mobile' } })
  .at('1m', { partition: { sides: [['bob.phone'], ['server']], for: '20m' } })
  .at('2m', { send: { id: 'lunch', from: 'alice.laptop', to: 'bob', text: 'Lunch?' } })
  .expect({ shown: 'lunch', on: ['alice.phone'], within: '30s' })
  .expect({ shown: 'lunch', on: ['bob.phone'], within: '30m' })
  .build();

it('lunch is asked for through a tunnel', () => {
  const result = run(tunnel, { seed: 'any text' });
  expect(result).toHold();
  expect(result).toDeliverAll();
});

it('the same seed tells the same story', () => {
  expect(() => run(tunnel, { seed: 'any text' })).toReplayIdentically();
});
