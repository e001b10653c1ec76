/**
 * A written run as plain data: what the lines of a trace say, and what reports and viewers read. It
 * is a view for people and tools, not the events themselves: frames are hex, records are names and
 * digests, and no secret key byte is anywhere in it. FORMAT.md describes the lines.
 */

import type { Input, StanzaLabel } from '../../protocol/contract.ts';
import type { BlockDigest, RunDigests } from './hashes.ts';

/** Version of the lines; raised by any change a reader could notice. */
export const TRACE_VERSION = 1;

/** Version of a trace that follows keys: the same lines, with more fields about keys. */
export const KEYED_TRACE_VERSION = 2;

/** Whether lines of a version are read. */
export function isReadVersion(version: unknown): boolean {
  return version === TRACE_VERSION || version === KEYED_TRACE_VERSION;
}

/**
 * Named public values in code unit order of the names: order can never depend on how they were
 * built.
 */
export type Facts = readonly (readonly [name: string, value: string | number | boolean])[];

/** The first line: everything that is needed to run the same again. */
export interface TraceHeader {
  readonly lockstep: 'trace';
  readonly version: number;
  /** Version of the program and digest of its build. */
  readonly program: string;
  readonly build: string;
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly seed: string;
  readonly architecture: string;
  readonly crypto: string;
  readonly overrides: readonly { readonly choice: string; readonly value: number }[];
  /** Microseconds since the Unix epoch at virtual time 0. */
  readonly epochUs: number;
  /** In world order, `server` last. */
  readonly hosts: readonly string[];
  /**
   * The scenario itself as plain data, for `replay`; null when it was not wanted. Judge it as
   * input.
   */
  readonly document: unknown;
}

/** Commands written as named facts: texts and numbers as they are, all else by its digest. */
export const OTHER_COMMANDS = [
  'send-media',
  'fetch-media',
  'create-group',
  'change-group',
  'app-state',
  'call',
  'answer-call',
  'reject-call',
  'end-call',
  'show-code',
  'compare-code',
  're-register',
  'upgrade',
  'leave-beta',
  'fetch-history',
  'drain-prekeys',
  'open',
] as const;
type OtherCommand = (typeof OTHER_COMMANDS)[number];

/** What a person did, without the secret that a scanned code carries. */
export type TraceCommand =
  | { readonly kind: 'send'; readonly chat: string; readonly text: string }
  | { readonly kind: 'read'; readonly chat: string }
  | { readonly kind: 'link' }
  | { readonly kind: 'scan'; readonly digest: string }
  | { readonly kind: 'unlink'; readonly device: string }
  | { readonly kind: OtherCommand; readonly facts: Facts };

/** One changed record of a commit. */
export interface TraceChange {
  readonly collection: string;
  readonly key: string;
  /** Kind of the new record; null when it was deleted. */
  readonly record: string | null;
  /** Whether there was no record under this key before. */
  readonly isNew: boolean;
  /** 32 hex digits of the new record, empty when it was deleted. */
  readonly digest: string;
  /**
   * Public collections: their public fields. Others: the architecture's view, when it was asked
   * for.
   */
  readonly facts: Facts;
  /** Version 2: names of the secret keys in the new record; absent when it has none. */
  readonly holds?: readonly string[];
  /** Of key pairs among them, which public half belongs to which private one. */
  readonly pairs?: readonly (readonly [privateHalf: string, publicHalf: string])[];
}

/** One use of a key; keys are named by content. The optional fields are of version 2. */
export interface TraceKeyUse {
  readonly operation: string;
  readonly keysIn: readonly string[];
  readonly keysOut: readonly string[];
  readonly isGood: boolean;
  /** For CBC: what was written or read, named as keys are. */
  readonly ciphertext?: string;
  /** For CBC encryptions: what in a short plaintext may be keys; absent when nothing may. */
  readonly carried?: readonly string[];
  /** For a key material longer than a key: its parts. */
  readonly parts?: readonly string[];
}

export type TraceEventBody =
  | {
      readonly kind: 'input';
      readonly input: Input['kind'];
      readonly id: string;
      readonly connection?: number;
      readonly endpoint?: string;
      readonly peerStaticKey?: string;
      readonly sizeBytes?: number;
      readonly reason?: string;
      readonly timer?: string;
      readonly command?: TraceCommand;
    }
  | {
      readonly kind: 'commit';
      readonly inputId: string;
      readonly isTimeZero: boolean;
      readonly changes: readonly TraceChange[];
      /** Of the step that made the commit. */
      readonly keys: readonly TraceKeyUse[];
      /**
       * Version 2: of steps of this node since its last commit that made none, so far as they lead
       * from keys to keys or to a ciphertext; absent when there are none.
       */
      readonly earlierKeys?: readonly TraceKeyUse[];
    }
  | { readonly kind: 'commit-refused'; readonly inputId: string }
  | {
      readonly kind: 'send';
      readonly packet: string;
      readonly source: string;
      readonly target: string;
      readonly connection: number;
      readonly label: StanzaLabel;
      readonly attempt: number;
      readonly bytes: string;
    }
  | {
      readonly kind: 'deliver';
      readonly packet: string;
      readonly source: string;
      readonly target: string;
      readonly label: StanzaLabel;
      readonly sentUs: number;
      readonly bytes: string;
    }
  | {
      readonly kind: 'lever';
      readonly lever: string;
      readonly choice: string;
      readonly sentence: string;
    }
  | {
      readonly kind: 'connection';
      readonly state: 'opening' | 'open' | 'closed' | 'refused';
      readonly connection: number;
      readonly peer: string;
      readonly reason: string;
    }
  | { readonly kind: 'power'; readonly state: 'on' | 'off' | 'doze' | 'awake' }
  | { readonly kind: 'crash'; readonly choice: string }
  | {
      readonly kind: 'emit';
      readonly code: string;
      readonly sentence: string;
      readonly facts: Facts;
    }
  | {
      readonly kind: 'intent';
      readonly intent: string;
      readonly state: 'given' | 'not-completed';
      readonly reason: string;
    }
  | { readonly kind: 'phase'; readonly phase: 'story' | 'heal' | 'probe' | 'end' };

/** One line between header and footer. `sequence` rises; `stepped` events leave gaps. */
export type TraceEvent = {
  readonly sequence: number;
  readonly timeUs: number;
  readonly node: string;
  readonly cause: number;
} & TraceEventBody;

/** The last line. */
export interface TraceFooter {
  readonly end: true;
  /** Event lines before it. */
  readonly events: number;
  readonly hashes: RunDigests;
  readonly blocks: readonly BlockDigest[];
  /** 32 hex digits over all lines before it. */
  readonly content: string;
  /** Version 2: what `earlierKeys` would hold had every node committed once more. */
  readonly earlierKeys?: readonly TraceKeyUse[];
}

/**
 * A trace as read. Without a footer it is incomplete: `problem` says how, `events` is what was
 * readable.
 */
export interface Trace {
  readonly kind: 'trace';
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
  readonly footer: TraceFooter | undefined;
  readonly isComplete: boolean;
  /** One sentence; empty when complete. */
  readonly problem: string;
}
