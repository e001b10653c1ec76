import { loadScenario, run } from 'lockstep';
import 'lockstep/vitest';
import { expect, it } from 'vitest';
import { echoDevice } from './echo-device.ts';

const STORY = `
lockstep: 1
name: echo
summary: Alice talks to a phone that somebody else has written.
accounts:
  alice: { phone: { network: mobile-lossy } }
  echo: { phone: { network: wifi } }
timeline:
  - { at: 1m, send: { id: hello, from: alice.phone, to: echo, text: "hello?" } }
  - { id: tunnel, at: 2m, partition: { sides: [[echo.phone], [server]], for: 5m } }
  - { at: 3m, send: { id: there, from: alice.phone, to: echo, text: "are you there?" } }
  - { at: 4m, crash: { device: echo.phone, restart-after: 10s } }
expect:
  - { shown: hello, on: [echo.phone], within: 10s }
  - { shown: there, on: [echo.phone], within: 10m }
`;

function talk(): ReturnType<typeof run> {
  const loaded = loadScenario(STORY, 'echo.yaml');
  if (loaded.kind === 'refused') throw new Error(loaded.errors[0]?.sentence);
  return run(loaded.scenario, {
    seed: '7',
    wrapNode: (host, node, store) => (host === 'echo.phone' ? echoDevice(store) : node),
  });
}

it('a foreign device shows every message, in tunnels and crashes too, and says it back', () => {
  const result = talk();
  expect(result).toHold();
  expect(result).toDeliverAll();
  expect(result.messages.sent).toBe(4);
});

it('a foreign device is as deterministic as ours', () => {
  expect(talk).toReplayIdentically();
});
