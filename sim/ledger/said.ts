/**
 * What the ledger writes down, as plain data: sayings, displays, loss reports, intents, totals.
 * Contract 7 and 8.
 */

import type {
  ChatJid,
  DeviceJid,
  LostRecord,
  OutboxRecord,
  ShownRecord,
  UserJid,
} from '../../protocol/contract.ts';
import type { WhyNotCompleted } from '../trace/events.ts';

/** One message a person wrote. */
export interface Said {
  readonly messageId: string;
  readonly author: DeviceJid;
  readonly authorUser: UserJid;
  /** Where a person wrote it. */
  readonly host: string;
  /** The device of that host; on relay it may be a browser, while the author is its phone. */
  readonly device: DeviceJid;
  /** The other account, or a group. */
  readonly chat: ChatJid;
  /** Of a message with a file: its caption. */
  readonly text: string;
  readonly textDigest: string;
  /** Present in a message with a file. */
  readonly media: OutboxRecord['media'];
  /** Id of the intent's command. */
  readonly inputId: string;
  readonly saidSequence: number;
  readonly saidUs: number;
  /** Sequence and time of the commit that sealed it; -1 while it is not sealed. */
  readonly sealedSequence: number;
  readonly sealedUs: number;
}

/** What the ledger knows of a message beyond its saying. */
export interface MessageStatus {
  readonly said: Said;
  /** How many messages its device had said before it. */
  readonly ordinal: number;
  /** Said in the heal phase to prove that a pair still talks. */
  readonly isProbe: boolean;
  /** Sequence and time at which the server took it; -1 before. */
  readonly acceptedSequence: number;
  readonly acceptedUs: number;
  /** Virtual time at which the author's device stored the ack; -1 before. */
  readonly acknowledgedUs: number;
  /** A stanza with its ciphertext has left its author's device. */
  readonly hasLeft: boolean;
  /** Its author lost the commit that said it, after it had left: it was said all the same. */
  readonly isForgotten: boolean;
}

/**
 * One message displayed on one host. How it came, as a message or with history, its record says.
 */
export interface Display {
  readonly record: ShownRecord;
  /** Sequence and time of the first commit that showed it. */
  readonly sequence: number;
  readonly timeUs: number;
}

/** A device's report that it knows of a message and will not show it. */
export interface LossReport {
  readonly record: LostRecord;
  readonly sequence: number;
  readonly timeUs: number;
}

/** The numbers of `messages` in a run's result; probes of the heal phase are left out. */
export interface CopyTotals {
  readonly sent: number;
  /** (message, device) pairs owed, other than the sending device. */
  readonly copiesDue: number;
  readonly copiesShown: number;
  /** Owed, and neither shown nor reported. */
  readonly copiesLost: number;
  /** Owed, not shown, and reported lost by the device that misses it. */
  readonly reportedLost: number;
  /** Intents that came to nothing. */
  readonly notCompleted: number;
  /** The same by their reason, most first; a reason that did not occur is not in it. */
  readonly notCompletedBy: readonly (readonly [why: WhyNotCompleted, count: number])[];
}

/** What became of an intent. */
export interface IntentFate {
  readonly state: 'given' | 'not-completed';
  readonly reason: string;
  readonly why: WhyNotCompleted | undefined;
  readonly timeUs: number;
}
