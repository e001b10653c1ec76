/**
 * Who is in the multi-device beta when (specification 12), as far as a scenario says it: entries
 * that join or leave, apps that grow newer at a written time, and a rollout's stages, of which the
 * seed decides whom they reach unless they reach everybody.
 */

import { type AccountName, joinersOf, type Scenario } from './scenario.ts';

type Story = Pick<Scenario, 'accounts' | 'timeline' | 'rollout'>;

interface Turn {
  readonly atUs: number;
  readonly isJoined: boolean;
}

/** What is written of one account, in order of time. */
function turnsOf({ accounts, timeline, rollout }: Story, account: AccountName): readonly Turn[] {
  const turns: Turn[] = [];
  const app = accounts.find(({ name }) => name === account)?.multiDevice ?? [];
  for (const { fromUs, isCapable } of app.slice(1)) {
    turns.push({ atUs: fromUs, isJoined: isCapable });
  }
  const isReached = joinersOf({ accounts, timeline }).some(({ name }) => name === account);
  for (const { atUs, share } of isReached ? (rollout?.stages ?? []) : []) {
    if (share.numerator >= share.denominator) turns.push({ atUs, isJoined: true });
  }
  for (const { atUs, action } of timeline) {
    const isIt = action.kind === 'upgrade' || action.kind === 'leave-beta';
    if (isIt && action.account === account) {
      turns.push({ atUs, isJoined: action.kind === 'upgrade' });
    }
  }
  return turns.sort((one, other) => one.atUs - other.atUs);
}

/**
 * Whether an account of a story that begins on the phone relay has surely joined by a time, and has
 * not left since.
 */
export function hasSurelyJoined(story: Story, account: AccountName, atUs: number): boolean {
  const past = turnsOf(story, account).filter((turn) => turn.atUs <= atUs);
  return past.at(-1)?.isJoined ?? false;
}

/** Whether somebody of a story that begins on the phone relay joins at some time, or may. */
export function mayAnybodyJoin(story: Story): boolean {
  const { accounts, rollout } = story;
  const isReaching = rollout?.stages.some(({ share }) => share.numerator > 0) ?? false;
  return (
    isReaching || accounts.some(({ name }) => turnsOf(story, name).some(({ isJoined }) => isJoined))
  );
}
