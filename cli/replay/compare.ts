/**
 * Holds a run against a recorded trace, line by line, while it happens; remembers the first event
 * in which they differ, and what the footer says that is not so. The header is not compared here.
 */

import { type FalseClaim, falseFooterClaims } from './claims.ts';

/** The first event that is not as recorded. Either side is undefined where its run had ended. */
export interface Difference {
  /** 0-based place among the event lines. */
  readonly index: number;
  readonly recorded: string | undefined;
  readonly replayed: string | undefined;
}

/** What a comparison found. */
export interface Comparison {
  readonly compared: number;
  readonly difference: Difference | undefined;
  /** What the recorded footer says of the run that is not so. */
  readonly falseClaims: readonly FalseClaim[];
}

/** Compares lines as a sink of the trace writer. */
export class LineComparison {
  readonly #recorded: readonly string[];
  readonly #isComplete: boolean;
  readonly #footer: string | undefined;
  #falseClaims: readonly FalseClaim[] = [];
  #line = -1;
  #difference: Difference | undefined;

  /** Takes the whole text of the recorded trace. */
  constructor(recorded: string) {
    const lines = recorded.split('\n').filter((line) => line !== '');
    this.#isComplete = lines.at(-1)?.startsWith('{"end":true') === true;
    this.#footer = this.#isComplete ? lines.at(-1) : undefined;
    // The last line of a trace that was cut short may be half a line.
    this.#recorded = lines.slice(1, -1);
  }

  /** Whether the recorded footer has hashes of blocks, so that the replayed one needs them too. */
  get wantsBlocks(): boolean {
    return this.#footer !== undefined && JSON.parse(this.#footer).blocks.length > 0;
  }

  /** One line of the run that is happening now: its header, its events, its footer. */
  readonly sink = (line: string): void => {
    if (line.startsWith('{"end":true')) {
      if (this.#footer !== undefined) this.#falseClaims = falseFooterClaims(this.#footer, line);
      return;
    }
    this.#line += 1;
    if (this.#line === 0 || this.#difference !== undefined) return;
    const index = this.#line - 1;
    const recorded = this.#recorded[index];
    if (recorded === line) return;
    if (recorded === undefined && !this.#isComplete) return;
    this.#difference = { index, recorded, replayed: line };
  };

  /** Call after the run: also sees a recorded run that went on longer. */
  end(): Comparison {
    const replayed = Math.max(0, this.#line);
    const compared = Math.min(replayed, this.#recorded.length);
    const isLonger = this.#recorded.length > replayed;
    if (this.#difference === undefined && isLonger) {
      const recorded = this.#recorded[replayed];
      this.#difference = { index: replayed, recorded, replayed: undefined };
    }
    return { compared, difference: this.#difference, falseClaims: this.#falseClaims };
  }
}
