/**
 * What happens in a run, as plain data (contract 12). One totally ordered stream: properties judge
 * it, hashes roll over it, traces are its lines. Nothing here is visible to a protocol node.
 */

import type { Effect, Input, Notice, StanzaLabel } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';

/** One record changed by a commit. */
export interface Change {
  readonly collection: string;
  readonly key: string;
  readonly before: StoredRecord | undefined;
  readonly after: StoredRecord | undefined;
}

/**
 * One use of the crypto provider inside a step; keys are named by content (32 hex digits of the
 * trace's own hash: see `key-id.ts`).
 */
export interface CryptoUse {
  readonly operation: string;
  readonly keysIn: readonly string[];
  readonly keysOut: readonly string[];
  readonly isGood: boolean;
  /** For encryptions: digest of (iv, plaintext), 32 hex digits. */
  readonly plaintextDigest?: string;
  /** For signatures made and checked: the first two bytes of what is signed, four hex digits. */
  readonly signedStart?: string;
  /** Of the same, its length in bytes. */
  readonly signedBytes?: number;
  /** For encryptions: the IV or nonce, named as keys are. */
  readonly nonce?: string;
  // What follows is named only where a scenario has a theft or an observer asks (`wantsKeyDepth`):
  // it is what the graph of key knowledge needs, and costs a hash over every ciphertext.
  /** For CBC: what was written or read, named as keys are. */
  readonly ciphertext?: string;
  /** For CBC encryptions: every field of 32 bytes in a short plaintext, for it may be a key. */
  readonly carried?: readonly string[];
  /** For a key material longer than a key: its parts of 32 bytes. */
  readonly parts?: readonly string[];
}

interface EventBase {
  /** 0, 1, 2, … without gaps. */
  readonly sequence: number;
  /** Virtual microseconds since the run began. */
  readonly timeUs: number;
  /** Host the event happens at (`alice.phone`, `server`), or `world`. */
  readonly node: string;
  /** Sequence of the event that led to it; -1 for none. */
  readonly cause: number;
}

export type RunEventBody =
  /** A node is about to handle an input. */
  | { readonly kind: 'input'; readonly input: Input }
  /**
   * The step's effects, after the node returned and before the host carries them out. Not hashed,
   * not in traces.
   */
  | {
      readonly kind: 'stepped';
      readonly input: Input;
      readonly effects: readonly Effect[];
      readonly crypto: readonly CryptoUse[];
    }
  | {
      readonly kind: 'commit';
      readonly inputId: string;
      readonly changes: readonly Change[];
      readonly isTimeZero: boolean;
    }
  /** The Store refused a commit (disk full): later effects are cancelled and the node restarts. */
  | { readonly kind: 'commit-refused'; readonly inputId: string }
  /**
   * A frame left a node. `packet` is its semantic id; `attempt` counts the same stanza sent again.
   */
  | {
      readonly kind: 'send';
      readonly packet: string;
      readonly source: string;
      readonly target: string;
      readonly connection: number;
      readonly label: StanzaLabel;
      readonly bytes: Uint8Array;
      readonly attempt: number;
    }
  /** A frame reached the other end (the `input` event of its handling follows). */
  | {
      readonly kind: 'deliver';
      readonly packet: string;
      readonly source: string;
      readonly target: string;
      readonly label: StanzaLabel;
      readonly bytes: Uint8Array;
      readonly sentUs: number;
    }
  /** A lever fired: packet loss, duplication, a stanza fault, a crash, a clock step, … */
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
  | { readonly kind: 'emit'; readonly notice: Notice }
  | {
      readonly kind: 'intent';
      readonly intent: string;
      readonly state: 'given' | 'not-completed';
      readonly reason: string;
      /** What the reason says, as a word to count by; in no trace and no hash. */
      readonly why?: WhyNotCompleted;
    }
  | { readonly kind: 'phase'; readonly phase: 'story' | 'heal' | 'probe' | 'end' };

/** Why an intent came to nothing. */
export type WhyNotCompleted =
  | 'off' // its device was
  | 'restarting' // after a crash
  | 'not-linked'
  | 'refused' // the device was there and stored nothing of it
  | 'unanswered' // it answers something that did not show in time
  | 'late' // its own time was over
  | 'impossible'; // there was nothing to do it to: no such call, no code

export type RunEvent = EventBase & RunEventBody;
