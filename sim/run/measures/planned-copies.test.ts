/** Who a message is meant for, by the scenario alone. */

import { expect, it } from 'vitest';
import { scenario } from '../../../scenarios/builder.ts';
import type { PlannedAct } from './planned-acts.ts';
import { PlannedCopies } from './planned-copies.ts';

const MINUTE_US = 60_000_000;

const plan = new PlannedCopies(
  scenario('meant', 'A tablet comes, a laptop goes, and a member leaves.')
    .account('alice', {
      phone: {},
      companions: { laptop: {}, tablet: { linked: false } },
    })
    .account('bob', { phone: {}, companions: { web: {} } })
    .account('carol', { phone: {} })
    .group('team', { members: ['alice', 'bob', 'carol'] })
    .at('10m', { link: 'alice.tablet' })
    .at('20m', { unlink: 'alice.laptop' })
    .at('30m', { 'remove-member': { group: 'team', members: ['carol'], by: 'alice.phone' } })
    .build(),
);

function meant(device: string, about: string, minute: number): readonly string[] {
  const atUs = minute < 0 ? -1 : minute * MINUTE_US;
  const act: PlannedAct = { id: 'm', kind: 'message', device, about, atUs };
  return plan.of(act).map(({ role, hosts }) => `${role}: ${hosts.join(' or ')}`);
}

it('names the phones and the companions of that moment, without the author', () => {
  expect(meant('bob.phone', 'alice', 5)).toEqual([
    'companion: bob.web',
    'phone: alice.phone',
    'companion: alice.laptop',
  ]);
  expect(meant('bob.phone', 'alice', 15).at(-1)).toBe('companion: alice.laptop or alice.tablet');
  expect(meant('bob.phone', 'alice', 25).at(-1)).toBe('companion: alice.tablet');
});

it('an answer has no moment, so it is meant for what is always there', () => {
  expect(meant('bob.web', 'alice', -1)).toEqual(['phone: bob.phone', 'phone: alice.phone']);
});

it('follows the members of a group as they are meant to come and go', () => {
  expect(meant('bob.web', 'team', 5)).toContain('phone: carol.phone');
  expect(meant('bob.web', 'team', 35)).not.toContain('phone: carol.phone');
});
