/**
 * What the page and the worker that runs scenarios say to each other. A run in the page is the run
 * of the command line: same code, portable crypto, and its trace comes back as the lines of a file.
 */

import type { RunDocument } from '../../reports/run-document.ts';

/** Where a scenario comes from: the library, or a text in the scenario language. */
export type ScenarioChoice =
  | { readonly kind: 'library'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** To the worker: run this. One at a time; to stop a run, end the worker. */
export interface LiveRequest {
  readonly scenario: ScenarioChoice;
  readonly seed: string;
  /** The scenario's own, or fanout, when absent. */
  readonly architecture?: 'fanout' | 'relay';
  /** Decisions taken from the seed, by the names of their choices. */
  readonly overrides: readonly { readonly choice: string; readonly value: number }[];
}

/** To the worker: what is in this scenario's timeline? Answered by `entries` or `refused`. */
export interface EntriesRequest {
  readonly entriesOf: ScenarioChoice;
}

/** One entry of a timeline. */
export interface StoryEntry {
  /** Its choice: 0 leaves it out. */
  readonly choice: string;
  readonly id: string;
  readonly atUs: number;
  /** What happens, in the words of the scenario language. */
  readonly words: string;
}

/** From the worker: any number of `progress`, then one of the others. */
export type LiveAnswer =
  | {
      readonly kind: 'progress';
      readonly virtualUs: number;
      /** The scenario's length without the healing after it; 0 while it is not known. */
      readonly lengthUs: number;
      readonly events: number;
    }
  | {
      readonly kind: 'done';
      /** The whole trace, uncompressed lines, with views of records and uses of keys. */
      readonly trace: Uint8Array<ArrayBuffer>;
      readonly result: RunDocument;
    }
  | { readonly kind: 'entries'; readonly entries: readonly StoryEntry[] }
  /** Bad input: sentences for people. */
  | { readonly kind: 'refused'; readonly sentences: readonly string[] }
  /** A defect of Lockstep itself. */
  | { readonly kind: 'failed'; readonly sentence: string };
