/**
 * G1: closeness. The members of a group change at the server only by an allowed deed: its making, a
 * change by an admin, a member that leaves. A device's record of a group is one that the server has
 * had, and moves forward; it goes when the account is no member any more. A disk that went back or
 * was damaged, and an account that left the device, are not judged. Catalogue section 7;
 * specification 7.3.
 */

import type { GroupRecord, MembershipRecord, UserJid } from '../../protocol/contract.ts';
import { type Ledger, userOf } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SurvivedSteps, survivedSteps } from './steps.ts';

/** G1: the definition a run judges by; the rules are at the top of this file. */
export const g1: Property = {
  id: 'G1',
  name: 'closeness',
  summary: 'Members come and go only by those who may, and no device makes up another group.',
  judge: (view) => new Judging(view),
};

class Judging implements Judge {
  readonly kinds = ['commit', 'connection'] as const;
  readonly collections = ['membership', 'group'];
  readonly #view: JudgeView;
  readonly #ledger: Ledger;
  readonly #steps: SurvivedSteps;
  /** The host at the other end of each connection of the server. */
  readonly #peers = new Map<number, string>();
  /** Every state a group was in, by `group|changedUs`. */
  readonly #states = new Map<string, MembershipRecord>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#ledger = view.ledger;
    this.#steps = survivedSteps(view.ledger);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'connection' && event.node === 'server' && event.state === 'open') {
      this.#peers.set(event.connection, event.peer);
    }
    if (event.kind !== 'commit') return;
    for (const change of event.changes) {
      if (change.collection === 'membership' && event.node === 'server') {
        this.#atServer(event, change);
      } else if (change.collection === 'group' && event.node !== 'server') {
        this.#atDevice(event, change);
      }
    }
  }

  #atServer(event: RunEvent & { readonly kind: 'commit' }, change: Change): void {
    const before = change.before as MembershipRecord | undefined;
    const after = change.after as MembershipRecord | undefined;
    if (after !== undefined) this.#states.set(`${change.key}|${after.changedUs}`, after);
    if (event.isTimeZero || this.#ledger.isUndo) return;
    const input = this.#steps.current?.input;
    const peer = input?.kind === 'frame' ? this.#peers.get(input.connection) : undefined;
    const device = peer === undefined ? undefined : this.#ledger.linkage.deviceOf(peer);
    const actor = device === undefined ? undefined : userOf(device);
    const holds = actor !== undefined && after !== undefined && isAllowed(actor, before, after);
    this.#view.check(holds, change.key, () => {
      return `${peer ?? 'nobody'} changed ${change.key}, which it may not`;
    });
  }

  #atDevice(event: RunEvent & { readonly kind: 'commit' }, change: Change): void {
    if (event.isTimeZero || this.#ledger.isUndo) return;
    const before = change.before as GroupRecord | undefined;
    const after = change.after as GroupRecord | undefined;
    if (after === undefined) this.#judgeGone(event, change.key);
    else this.#judgeRecord(event.node, before, after);
  }

  #judgeGone(event: RunEvent & { readonly kind: 'commit' }, group: string): void {
    const hasLeft = event.changes.some(({ collection }) => collection === 'account');
    const device = this.#ledger.linkage.deviceOf(event.node);
    if (hasLeft || device === undefined || this.#ledger.isDamaged(event.node)) return;
    const isMember = this.#ledger.membership.isMemberNow(group, userOf(device));
    // Removed and asked back: the record of before goes, and the new one follows.
    const wasAlways = isMember && !this.#wasEverOut(group, userOf(device));
    this.#view.check(!wasAlways, group, () => {
      return `${event.node} forgot ${group}, of which it is a member`;
    });
  }

  #wasEverOut(group: string, user: UserJid): boolean {
    for (const [key, { members }] of this.#states) {
      if (key.startsWith(`${group}|`) && !members.includes(user)) return true;
    }
    return false;
  }

  #judgeRecord(host: string, before: GroupRecord | undefined, after: GroupRecord): void {
    const { group, changedUs, members, admins } = after;
    const truth = this.#states.get(`${group}|${changedUs}`);
    const isTrue = truth !== undefined && same(truth.members, members);
    const isForward = before === undefined || changedUs >= before.changedUs;
    const areAdmins = truth !== undefined && same(truth.admins, admins);
    this.#view.check(isTrue && areAdmins && isForward, group, () => {
      return `${host} holds ${group} with ${members.length} members, as the server never had it`;
    });
  }
}

function isAllowed(
  actor: UserJid,
  before: MembershipRecord | undefined,
  after: MembershipRecord,
): boolean {
  if (before === undefined) return after.members.includes(actor) && after.admins.includes(actor);
  if (before.admins.includes(actor)) return true;
  const gone = before.members.filter((user) => !after.members.includes(user));
  const come = after.members.filter((user) => !before.members.includes(user));
  return come.length === 0 && gone.length === 1 && gone[0] === actor;
}

function same(one: readonly UserJid[], other: readonly UserJid[]): boolean {
  if (one === other) return true;
  const all = new Set(other);
  return one.length === other.length && one.every((user) => all.has(user));
}
