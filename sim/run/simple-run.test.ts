import { expect, it } from 'vitest';
import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { type SimpleOptions, simpleRun } from './simple-run.ts';

it('an unknown scenario or option is refused with the nearest word', () => {
  const run = (name: string, options: object) => () =>
    simpleRun(name, options as SimpleOptions, () => nobleProvider);
  expect(run('subwya', {})).toThrow("the library has no scenario 'subwya'; did you mean subway?");
  expect(run('subway', { sed: '7' })).toThrow("run has no option 'sed'; did you mean seed?");
});
