/**
 * What a scenario asks of an architecture that not every one has (specification 11.6, 11.7): said
 * before a run, with the nearest thing that all of them can do, instead of a run that would mean
 * something else.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { Action, Scenario } from '../../scenarios/scenario.ts';

/** Something an architecture cannot do, and where the scenario asks for it. */
export interface Incapability {
  /** In a few words, as `group calls from a companion`. */
  readonly capability: string;
  /** The entry or setting. */
  readonly where: string;
  /** The nearest common capability. */
  readonly nearest: string;
}

type Need = Pick<Incapability, 'capability' | 'nearest'>;

const CALLS: Need = {
  capability: 'group calls from a companion',
  nearest: 'a call between two accounts, or a group call between phones',
};
const CODES: Need = {
  capability: 'security codes on a companion',
  nearest: 'two phones that compare their codes',
};
const UPGRADES: Need = {
  capability: 'an app that comes to know of several devices',
  nearest: 'an app that stays as it is',
};
const MIRRORS: Need = {
  capability: 'mirrors-old-contacts',
  nearest: 'the setting left out',
};

/** What of a scenario the architecture cannot do; empty when it can do all. */
export function incapabilitiesOf(
  scenario: Scenario,
  { name }: Pick<Architecture, 'name'>,
): readonly Incapability[] {
  if (name !== 'relay') return [];
  const companions = new Set<string>();
  const out: Incapability[] = [];
  for (const account of scenario.accounts) {
    for (const device of account.devices) {
      if (device.role === 'companion') companions.add(device.name);
    }
    if (account.multiDevice.length > 1) out.push({ ...UPGRADES, where: account.name });
  }
  if (scenario.settings.mirrorsOldContacts) out.push({ ...MIRRORS, where: 'settings' });
  const groups = new Set(scenario.groups.map((group) => group.name));
  const calls = new Set<string>();
  for (const { id, action } of scenario.timeline) {
    if (action.kind === 'call' && groups.has(action.to)) calls.add(id);
    const isOfGroup = (call: string) => calls.has(call);
    const need = needOf(id, action, (device) => companions.has(device), isOfGroup);
    if (need !== undefined) out.push({ ...need, where: id });
  }
  return out;
}

function needOf(
  id: string,
  action: Action,
  isCompanion: (device: string) => boolean,
  isOfGroup: (call: string) => boolean,
): Need | undefined {
  switch (action.kind) {
    case 'call':
      return isCompanion(action.from) && isOfGroup(id) ? CALLS : undefined;
    case 'answer':
    case 'reject':
    case 'hang-up':
      return isCompanion(action.on) && isOfGroup(action.call) ? CALLS : undefined;
    case 'verify':
      return isCompanion(action.by) || isCompanion(action.with) ? CODES : undefined;
    case 'upgrade':
      return UPGRADES;
    default:
      return undefined;
  }
}
