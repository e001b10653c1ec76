/** What the suites against the package of `interop/baileys` say when it is missing. */

import { expect, it } from 'vitest';
import { whyNotInstalled } from './testing/baileys.ts';

it('a missing package and one of another version are named with the way out', () => {
  const wanted = 'needs @whiskeysockets/baileys 7.0.0-rc14, but ';
  expect(whyNotInstalled('7.0.0-rc13')).toBe(
    `${wanted}7.0.0-rc13 is installed: npm run interop:install`,
  );
  expect(whyNotInstalled('')).toContain('npm run interop:install');
  expect(whyNotInstalled('7.0.0-rc14')).toBeUndefined();
});
