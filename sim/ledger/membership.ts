/**
 * Who belonged to which group when (contract 8, `Members`): from the server's commits of
 * `membership` records alone. A change costs one new generation that shares the record's own list;
 * the set for looking members up is made at the first question about it. It does not judge who may
 * change a group. Source: contract 8.
 */

import type { GroupJid, MembershipRecord, UserJid } from '../../protocol/contract.ts';
import type { Change } from '../trace/events.ts';

const NOBODY: readonly UserJid[] = [];

interface Generation {
  readonly sequence: number;
  readonly members: readonly UserJid[];
  asSet: ReadonlySet<UserJid> | undefined;
}

/** The history of all groups' members. */
export class Membership {
  readonly #groups = new Map<GroupJid, Generation[]>();

  /** Takes one change of the server's `membership` collection. */
  serverChange(change: Change, sequence: number): void {
    const before = change.before as MembershipRecord | undefined;
    const after = change.after as MembershipRecord | undefined;
    if (before !== undefined && after !== undefined && before.members === after.members) return;
    const generations = this.#groups.get(change.key) ?? [];
    this.#groups.set(change.key, generations);
    if (generations.at(-1)?.sequence === sequence) generations.pop();
    generations.push({ sequence, members: after?.members ?? NOBODY, asSet: undefined });
  }

  /** Every group there ever was, in order of making. */
  groups(): IterableIterator<GroupJid> {
    return this.#groups.keys();
  }

  /** Members just after event `sequence`, in the server's order; nobody before the group was. */
  membersAt(group: GroupJid, sequence: number): readonly UserJid[] {
    return this.#generationAt(group, sequence)?.members ?? NOBODY;
  }

  /** Members now. */
  membersNow(group: GroupJid): readonly UserJid[] {
    return this.#groups.get(group)?.at(-1)?.members ?? NOBODY;
  }

  /** Whether an account was a member just after event `sequence`. */
  isMemberAt(group: GroupJid, user: UserJid, sequence: number): boolean {
    return isIn(this.#generationAt(group, sequence), user);
  }

  /** Whether an account is a member now. */
  isMemberNow(group: GroupJid, user: UserJid): boolean {
    return isIn(this.#groups.get(group)?.at(-1), user);
  }

  /** Whether an account has been a member ever since event `sequence`. */
  isMemberSince(group: GroupJid, user: UserJid, sequence: number): boolean {
    const later = (this.#groups.get(group) ?? []).filter((one) => one.sequence > sequence);
    return isIn(this.#generationAt(group, sequence), user) && later.every((one) => isIn(one, user));
  }

  /** Whether the members changed after `fromSequence`, up to `untilSequence`. */
  hasChangedBetween(group: GroupJid, fromSequence: number, untilSequence: number): boolean {
    return this.#generationAt(group, fromSequence) !== this.#generationAt(group, untilSequence);
  }

  #generationAt(group: GroupJid, sequence: number): Generation | undefined {
    const generations = this.#groups.get(group) ?? [];
    let low = 0;
    let high = generations.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((generations[middle] as Generation).sequence <= sequence) low = middle + 1;
      else high = middle;
    }
    return generations[low - 1];
  }
}

function isIn(generation: Generation | undefined, user: UserJid): boolean {
  if (generation === undefined) return false;
  generation.asSet ??= new Set(generation.members);
  return generation.asSet.has(user);
}
