/**
 * What a scenario asks of an architecture that not every one has (specification 11.6, 11.7): said
 * before a run, with the nearest thing that all of them can do, instead of a run that would mean
 * something else.
 */

import type { Architecture } from '../../protocol/contract.ts';
import { hasSurelyJoined } from '../../scenarios/beta.ts';
import type { Account, Action, Scenario } from '../../scenarios/scenario.ts';
import { accountOf } from '../../scenarios/words.ts';

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
const DRAINS: Need = {
  capability: 'keys of a companion, from which it asks for those of others',
  nearest: 'a phone that drains the prekeys',
};
const CODES: Need = {
  capability: 'security codes on a companion',
  nearest: 'two phones that compare their codes',
};
const UPGRADES: Need = {
  capability: 'an app that knows of several devices from the beginning, beside one that joins',
  nearest: 'every app old at first, each with an `upgrade` of its own',
};
const BROWSERS: Need = {
  capability: 'browsers of an old app',
  nearest: 'companions linked after the upgrade of their account',
};
const LEAVING: Need = {
  capability: 'leaving the multi-device beta',
  nearest: 'the phone unlinks every companion',
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
  if (name !== 'relay') return incapabilitiesOfFanout(scenario);
  const companions = new Set<string>();
  const out: Incapability[] = [];
  for (const account of scenario.accounts) {
    for (const device of account.devices) {
      if (device.role === 'companion') companions.add(device.name);
    }
  }
  // At time zero every account of the relay has its phone and browsers, and none has joined.
  const isOld = ({ multiDevice }: Account): boolean => multiDevice[0]?.isCapable === false;
  const isMixed = !scenario.accounts.every(isOld);
  for (const account of scenario.accounts) {
    if (isMixed && account.multiDevice.length > 1) out.push({ ...UPGRADES, where: account.name });
  }
  if (scenario.settings.mirrorsOldContacts) out.push({ ...MIRRORS, where: 'settings' });
  const groups = new Set(scenario.groups.map((group) => group.name));
  const calls = new Set<string>();
  for (const { id, atUs, action } of scenario.timeline) {
    if (action.kind === 'call' && groups.has(action.to)) calls.add(id);
    const isOfGroup = (call: string) => calls.has(call);
    const isJoining = isMixed && action.kind === 'upgrade';
    // A companion of an account in the beta is a device like any other.
    const isBrowser = (device: string) =>
      companions.has(device) && !hasSurelyJoined(scenario, accountOf(device), atUs);
    const need = isJoining ? UPGRADES : needOf(id, action, isBrowser, isOfGroup);
    if (need !== undefined) out.push({ ...need, where: id });
  }
  return out;
}

/** Refusals of one scenario that are listed; more of the same teach nothing. */
const INCAPABILITIES_LISTED = 5;

/**
 * The sentences that refuse a scenario the architecture cannot run: the refusal itself, then what
 * is missing and where. Empty when it can.
 */
export function capabilityRefusal(
  scenario: Scenario,
  { name }: Pick<Architecture, 'name'>,
): readonly string[] {
  const all = incapabilitiesOf(scenario, { name });
  if (all.length === 0) return [];
  const lines = all.slice(0, INCAPABILITIES_LISTED).map(({ capability, where, nearest }) => {
    return `"${where}" needs ${capability}; the nearest that ${name} has: ${nearest}`;
  });
  const more = all.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return [`${name} cannot run ${scenario.name}`, ...lines];
}

/** Fanout has no browsers, and its apps grow newer only. */
function incapabilitiesOfFanout({ accounts, timeline }: Scenario): readonly Incapability[] {
  const out: Incapability[] = [];
  for (const { name, multiDevice, devices } of accounts) {
    const hasBrowser = devices.some(({ role, isLinked }) => role === 'companion' && isLinked);
    if (multiDevice[0]?.isCapable === false && hasBrowser) out.push({ ...BROWSERS, where: name });
  }
  for (const { id, action } of timeline) {
    if (action.kind === 'leave-beta') out.push({ ...LEAVING, where: id });
  }
  return out;
}

function needOf(
  id: string,
  action: Action,
  isBrowser: (device: string) => boolean,
  isOfGroup: (call: string) => boolean,
): Need | undefined {
  switch (action.kind) {
    case 'call':
      return isBrowser(action.from) && isOfGroup(id) ? CALLS : undefined;
    case 'answer':
    case 'reject':
    case 'hang-up':
      return isBrowser(action.on) && isOfGroup(action.call) ? CALLS : undefined;
    case 'drain-prekeys':
      return isBrowser(action.by) ? DRAINS : undefined;
    case 'verify':
      return isBrowser(action.by) || isBrowser(action.with) ? CODES : undefined;
    default:
      return undefined;
  }
}
