/**
 * Who writes once more in the heal phase, and to whom (contract 10): accounts that talked, both
 * ways, and members of the groups that somebody wrote to.
 */

import type { MembershipRecord } from '../../protocol/contract.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Host } from '../hosts/host.ts';
import type { People } from './people.ts';

/**
 * In groups of more members only those who wrote write once more: n devices that write to each
 * other are n times n copies.
 */
const PROBED_MEMBERS_MAX = 16;

/** Pairs `writer|reader` of accounts, or account and group, in order of their first talk. */
export function probePairs(
  { talked, book }: People,
  { accounts }: Scenario,
  server: Host,
): Set<string> {
  const membersNow = (group: string): string[] => {
    const record = server.store.get('membership', book.chat(group));
    const members = new Set((record as MembershipRecord | undefined)?.members ?? []);
    return accounts.map(({ name }) => name).filter((name) => members.has(book.user(name)));
  };
  const pairs = new Set<string>();
  for (const pair of talked) {
    const [one, other] = pair.split('|') as [string, string];
    if (!book.isGroup(other)) {
      pairs.add(pair).add(`${other}|${one}`);
      continue;
    }
    const members = membersNow(other);
    const isLarge = members.length > PROBED_MEMBERS_MAX;
    for (const member of members) {
      if (!isLarge || member === one) pairs.add(`${member}|${other}`);
    }
  }
  return pairs;
}
