/**
 * Entries as they are drawn, before they are told: with gaps where an entry names another one,
 * which are filled when it is known what happened before. So what shrinking takes away never leaves
 * a name that means nothing.
 */

import type { Action } from './scenario.ts';

/** Stands for "a message (or call) that this device knows of by then". */
export const EARLIER = '';

/** One thing that is drawn: an action some time after the first one of its draft. */
export interface DraftEntry {
  readonly offsetUs: number;
  readonly action: Action;
  /** Which of the earlier messages is meant, counted backwards from the latest; wraps around. */
  readonly pick: number;
}

/** Actions that are drawn together: a call and what becomes of it. */
export type Draft = readonly DraftEntry[];

/** A draft of one action. */
export function alone(action: Action, pick = 0): Draft {
  return [{ offsetUs: 0, action, pick }];
}
