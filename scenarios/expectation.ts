/** What a scenario expects of devices beside the properties, as plain data. */

import type { AccountName, DeviceName } from './names.ts';

/** What the end of a call was on one device; the words of call logs (specification 9.6). */
export const CALL_OUTCOMES = [
  'connected',
  'missed',
  'answered-elsewhere',
  'rejected',
  'rejected-elsewhere',
  'cancelled',
  'failed',
] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

export const STATES = ['starred', 'deleted', 'muted', 'pinned', 'archived', 'read'] as const;

/** What is expected of the devices in `on`. */
export type ExpectedFact =
  /** `message`: id of an entry that sends. Live or from history. */
  | {
      readonly kind: 'shown';
      readonly message: string;
      /** Latest time after the send; undefined: by the end. */
      readonly withinUs?: number;
      /** Not before this virtual time. */
      readonly afterUs?: number;
    }
  | { readonly kind: 'not-shown'; readonly message: string }
  /** The file of a media message is there. */
  | { readonly kind: 'fetched'; readonly message: string }
  /** App state at the end; `subject` is a message for `starred` and `deleted`, else a chat. */
  | {
      readonly kind: 'state';
      readonly state: (typeof STATES)[number];
      readonly subject: string;
      readonly value: boolean;
    }
  /** How the call of that entry ended on the devices. */
  | { readonly kind: 'call'; readonly call: string; readonly outcome: CallOutcome }
  /** The security code of `account` was compared and is as it was, or changed since. */
  | {
      readonly kind: 'verified';
      readonly account: AccountName;
      readonly value: boolean;
    }
  /** The device was told that the keys of `account` changed or do not fit. */
  | { readonly kind: 'alarm'; readonly account: AccountName }
  /** The device did not take the entry `entry` (an old contact, no right to do it). */
  | { readonly kind: 'refused'; readonly entry: string };

export interface Expectation {
  readonly fact: ExpectedFact;
  readonly on: readonly DeviceName[];
  /** Architectures in which it is not expected, with the reason. */
  readonly except: readonly { readonly architecture: 'fanout' | 'relay'; readonly why: string }[];
  /** 1-based line of the source, 0 for built scenarios. */
  readonly line: number;
}
