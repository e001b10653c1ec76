/**
 * Numbers, addresses and contacts of a scenario's accounts: what the architecture's time zero is
 * built from (contract 10).
 */

import type {
  AccountPlan,
  GroupJid,
  GroupPlan,
  Settings,
  UserJid,
} from '../../protocol/contract.ts';
import { assert } from '../../protocol/errors.ts';
import type { Account, Group, Scenario } from '../../scenarios/scenario.ts';
import type { Draws } from '../kernel/draws.ts';
import { accountNameOf, type Intent } from './intents.ts';

/** Country and area digits of every account, then seven drawn ones: eleven digits in all. */
const NUMBER_PREFIX = '1555';
const NUMBER_DIGITS = 7;
const NUMBER_TRIES_MAX = 1_000;
/** Digits before a group's ordinal: addresses of one width, of the form the real ones have. */
const GROUP_PREFIX = '120363';
const GROUP_ORDINAL_DIGITS = 12;

/** The numbers of all accounts, by account name; all different, of one width. */
export function drawNumbers(
  accounts: readonly Account[],
  draws: Draws,
): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const numbers = new Map<string, string>();
  for (const { name } of accounts) {
    for (let attempt = 0; ; attempt++) {
      assert(attempt < NUMBER_TRIES_MAX, 'there are numbers for all accounts');
      const drawn = draws.below(`account/${name}/number/${attempt}`, 10 ** NUMBER_DIGITS);
      const number = NUMBER_PREFIX + String(drawn).padStart(NUMBER_DIGITS, '0');
      if (taken.has(number)) continue;
      taken.add(number);
      numbers.set(name, number);
      break;
    }
  }
  return numbers;
}

/** `15551230001@s.whatsapp.net`. */
export function userJidOf(number: string): UserJid {
  return `${number}@s.whatsapp.net`;
}

/** `120363000000000001@g.us` for the first group of a scenario, and so on. */
export function groupJidOf(groups: readonly Group[], name: string): GroupJid {
  const at = groups.findIndex((group) => group.name === name);
  assert(at >= 0, 'the loader has checked the names of groups');
  return `${GROUP_PREFIX}${String(at + 1).padStart(GROUP_ORDINAL_DIGITS, '0')}@g.us`;
}

/**
 * Accounts as they stand at time zero; contacts are those that write to each other and are no
 * strangers.
 */
export function planAccounts(
  scenario: Scenario,
  intents: readonly Intent[],
  numbers: ReadonlyMap<string, string>,
): AccountPlan[] {
  const contacts = contactsOf(scenario, intents);
  return scenario.accounts.map(({ name, devices, multiDevice }) => {
    const [primary, ...companions] = devices;
    assert(primary !== undefined && primary.role === 'primary', 'an account begins with its phone');
    return {
      number: numbers.get(name) as string,
      primary: primary.name,
      companions: companions.filter(({ isLinked }) => isLinked).map((device) => device.name),
      contacts: [...(contacts.get(name) ?? [])].map((other) => numbers.get(other) as string),
      isCapable: multiDevice[0]?.isCapable ?? true,
    };
  });
}

/** Groups that exist at time zero. */
export function planGroups(
  scenario: Scenario,
  numbers: ReadonlyMap<string, string>,
): readonly GroupPlan[] {
  return scenario.groups
    .filter(({ existsAtStart }) => existsAtStart)
    .map(({ name, members, admins }) => ({
      group: groupJidOf(scenario.groups, name),
      name,
      members: members.map((member) => numbers.get(member) as string),
      admins: admins.map((admin) => numbers.get(admin) as string),
    }));
}

/** Settings of the scenario, as nodes take them. */
export function settingsOf(scenario: Scenario): Settings {
  const { prekeys, ...others } = scenario.settings;
  const { placeholderDeadlineUs, expectedListGraceUs, mirrorsOldContacts } = others;
  return {
    prekeyBatch: prekeys,
    placeholderDeadlineUs,
    expectedListGraceUs,
    mirrorsOldContacts,
  };
}

function contactsOf(scenario: Scenario, intents: readonly Intent[]): Map<string, Set<string>> {
  const strangers = new Set(scenario.strangers.map(([one, other]) => `${one}|${other}`));
  const contacts = new Map<string, Set<string>>();
  const know = (one: string, other: string): void => {
    if (one === other || strangers.has(`${one}|${other}`) || strangers.has(`${other}|${one}`))
      return;
    for (const [owner, contact] of [
      [one, other],
      [other, one],
    ] as const) {
      const known = contacts.get(owner);
      if (known === undefined) contacts.set(owner, new Set([contact]));
      else known.add(contact);
    }
  };
  // What the scenario says, not what the seed made of it, where the two are close: a conversation's
  // sides know each other even when nobody writes. Independent senders know those they will write
  // to, so that a thousand of them do not hold a million lists; of a group's members too, only
  // those
  // who write know the others.
  for (const workload of scenario.workload) {
    if (workload.kind !== 'conversation') continue;
    const [starter, ...others] = workload.between.map(accountNameOf);
    for (const other of others) know(starter as string, other);
  }
  const members = new Map(scenario.groups.map((group) => [group.name, group.members]));
  const meet = (device: string, chat: string): void => {
    for (const other of members.get(chat) ?? [chat]) know(accountNameOf(device), other);
  };
  for (const { device, to } of intents) meet(device, to);
  for (const { action } of scenario.timeline) {
    switch (action.kind) {
      case 'send':
      case 'send-media':
      case 'call':
        meet(action.from, action.to);
        break;
      case 'verify':
        know(accountNameOf(action.by), accountNameOf(action.with));
        break;
      default:
    }
  }
  return contacts;
}
