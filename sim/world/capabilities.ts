/**
 * What a scenario asks of an architecture that not every one has (specification 11.6, 11.7): said
 * before a run, with the nearest thing that all of them can do, instead of a run that would mean
 * something else.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { Action, Scenario } from '../../scenarios/scenario.ts';

/** Something an architecture cannot do, and where the scenario asks for it. */
export interface Incapability {
  /** In a few words, as `calls from a companion`. */
  readonly capability: string;
  /** The entry or setting. */
  readonly where: string;
  /** The nearest common capability. */
  readonly nearest: string;
}

type Need = Pick<Incapability, 'capability' | 'nearest'>;

const CALLS: Need = {
  capability: 'calls from a companion',
  nearest: 'a call between two phones',
};
const CODES: Need = {
  capability: 'security codes on a companion',
  nearest: 'two phones that compare their codes',
};
const UPGRADES: Need = {
  capability: 'an app that comes to know of several devices',
  nearest: 'an app that stays as it is',
};
const DISKS: Need = {
  capability: 'a companion that finds its own records damaged',
  nearest: 'a damaged record of a phone, or a companion that crashes',
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
  for (const { id, action } of scenario.timeline) {
    const need = needOf(action, (device) => companions.has(device));
    if (need !== undefined) out.push({ ...need, where: id });
  }
  return out;
}

function needOf(action: Action, isCompanion: (device: string) => boolean): Need | undefined {
  switch (action.kind) {
    case 'call':
      return isCompanion(action.from) ? CALLS : undefined;
    case 'answer':
    case 'reject':
    case 'hang-up':
      return isCompanion(action.on) ? CALLS : undefined;
    case 'verify':
      return isCompanion(action.by) || isCompanion(action.with) ? CODES : undefined;
    case 'upgrade':
      return UPGRADES;
    case 'damage-record':
      return isCompanion(action.device) ? DISKS : undefined;
    default:
      return undefined;
  }
}
