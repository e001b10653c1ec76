import { run } from 'lockstep';
import { expect, it } from 'vitest';

it("had Alice's phone stayed on, nothing of its own would have waited for it", () => {
  const day = run('phone-offline', { seed: '7' });
  const stayedOn = run('phone-offline', {
    seed: '7',
    overrides: [{ choice: 'timeline/phone-dies', value: 0 }],
  });
  expect(stayedOn.unusedOverrides).toEqual([]);
  expect(stayedOn.metrics.copyLatency.p95Us).toBeLessThan(day.metrics.copyLatency.p95Us);
});
