import { run } from 'lockstep';
import 'lockstep/vitest';
import { expect, it } from 'vitest';

it("Alice's companions get every message while her phone is off", () => {
  const day = run('phone-offline', { seed: '7' });
  expect(day).toDeliverAll();
  expect(day).toHold('L9');
});
