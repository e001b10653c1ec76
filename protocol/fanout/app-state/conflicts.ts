/**
 * What happens when a device learns of a change of an index that it has changed itself and not yet
 * sent (specification 8.9). All rules follow from one operation, `joined`, the least upper bound of
 * two changes of one index: it is total, commutative, associative and idempotent, so devices end in
 * the same state in whatever order the server takes their patches.
 *
 * - Settings, contact, star, mute, pin and what we do not know: the later time stamp wins.
 * - Archive and mark-read: what covers later messages wins, then the later time stamp; the range is
 *   that of both, so nothing that one device has seen falls out.
 * - Clear-chat and delete-chat: the range of both.
 * - Delete-message: with media wins, since it deletes more. Key expiration: the higher epoch.
 * - The same time stamp: a fixed order over the bytes, so that nothing hangs on who came first.
 *   Public clients let the remote one win; Assumption, as are ranges within one second.
 */

import { assert } from '../../errors.ts';
import { encodeMutation } from './action-codec.ts';
import { type AppStateMutation, indexOf, isRangeAction, type RangeAction } from './actions.ts';
import { normalRange, unitedRange } from './message-range.ts';

/** What to do with a remote change that meets a pending one of the same index. */
export type Resolution =
  /** The remote one stands. */
  | { readonly kind: 'apply-remote-and-drop-local' }
  /**
   * The remote one is not shown; `pending` is still to be sent, in place of the local one. It is
   * the local one unless the two were merged: then it is to be shown too.
   */
  | { readonly kind: 'skip-remote'; readonly pending: AppStateMutation }
  /** Both say the same: nothing to show, nothing to send. */
  | { readonly kind: 'skip-remote-and-drop-local' };

/** Resolves two changes of one index. */
export function resolveConflict(local: AppStateMutation, remote: AppStateMutation): Resolution {
  const outcome = joined(local, remote);
  if (compareMutations(outcome, normal(remote)) !== 0) {
    const isLocal = compareMutations(outcome, normal(local)) === 0;
    return { kind: 'skip-remote', pending: isLocal ? local : outcome };
  }
  return isSameEffect(normal(local), outcome)
    ? { kind: 'skip-remote-and-drop-local' }
    : { kind: 'apply-remote-and-drop-local' };
}

/** The least change that is at least as strong as both, which are of one index. */
export function joined(first: AppStateMutation, second: AppStateMutation): AppStateMutation {
  assert(indexOf(first.action) === indexOf(second.action), 'only changes of one index meet');
  const [one, other] = [normal(first), normal(second)];
  const stronger = compareMutations(one, other) < 0 ? other : one;
  const weaker = stronger === one ? other : one;
  if (!isRangeSet(stronger) || !isRangeSet(weaker)) return stronger;
  const range = unitedRange(stronger.action.range, weaker.action.range);
  return { ...stronger, action: { ...stronger.action, range } };
}

type RangeSet = AppStateMutation & { readonly operation: 'set'; readonly action: RangeAction };

function isRangeSet(mutation: AppStateMutation): mutation is RangeSet {
  return mutation.operation === 'set' && isRangeAction(mutation.action);
}

/** The same change with its range in the one form it has. */
function normal(mutation: AppStateMutation): AppStateMutation {
  const { action } = mutation;
  if (!isRangeAction(action)) return mutation;
  return { ...mutation, action: { ...action, range: normalRange(action.range) } };
}

/**
 * A total order over changes of one index, the stronger one later: known before unknown, then what
 * the kind says, time stamp, removal after set, flags, bytes. 0 only for equal ones.
 */
function compareMutations(one: AppStateMutation, other: AppStateMutation): number {
  const [left, right] = [strength(one), strength(other)];
  for (const [place, value] of left.entries()) {
    const difference = value - (right[place] as number);
    if (difference !== 0) return difference;
  }
  return compareBytes(encodeMutation(one), encodeMutation(other));
}

/** Numbers to compare one after the other. */
function strength(mutation: AppStateMutation): readonly number[] {
  const { operation, timestampMs, version, action } = mutation;
  const own = strengthOfKind(mutation);
  const removal = operation === 'remove' ? 1 : 0;
  const known = action.kind === 'opaque' ? 0 : 1;
  return [known, own, timestampMs, removal, version, flagOf(mutation)];
}

/** 0 where the kind has no say, so that the time stamp decides; a removal is weakest elsewhere. */
function strengthOfKind({ operation, action }: AppStateMutation): number {
  const isSet = operation === 'set';
  switch (action.kind) {
    case 'archive':
    case 'mark-read':
    case 'clear-chat':
    case 'delete-chat':
      return isSet ? 1 + action.range.lastMessageS : 0;
    case 'delete-message':
      return isSet ? 1 + Number(action.deletesMedia) : 0;
    case 'key-expiration':
      return isSet ? 1 + action.expiredEpoch : 0;
    default:
      return 0;
  }
}

/** The flag beside a range, compared before the range itself, which a merge changes. */
function flagOf({ action }: AppStateMutation): number {
  if (action.kind === 'archive') return Number(action.isArchived);
  return action.kind === 'mark-read' ? Number(action.isRead) : 0;
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const difference = (one[at] as number) - (other[at] as number);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Whether people see no difference: all but the time stamps is equal. */
function isSameEffect(one: AppStateMutation, other: AppStateMutation): boolean {
  if (one.operation !== other.operation) return false;
  if (one.action.kind === 'opaque' || other.action.kind === 'opaque') {
    return compareMutations(one, other) === 0;
  }
  const timeless = (mutation: AppStateMutation) =>
    encodeMutation({ ...mutation, timestampMs: 0, version: 0 });
  return compareBytes(timeless(one), timeless(other)) === 0;
}
