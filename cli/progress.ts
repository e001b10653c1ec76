/**
 * One progress line: redrawn on a terminal, a plain line every ten seconds elsewhere. Long work
 * says how far it is, how fast, what failed and how long it may still take.
 */

import type { Terminal } from './terminal.ts';
import { count, duration } from './words.ts';

/** How far the work is. */
export interface Progress {
  readonly done: number;
  /** Undefined when no end is known. */
  readonly total?: number;
  readonly failures?: number;
  /** What is counted: `runs`, `events`. */
  readonly unit: string;
  /** A word more, as the virtual time reached. */
  readonly note?: string;
}

const REDRAW_MS = 100;
const PLAIN_MS = 10_000;

/** The line itself. `elapsedMs` is the real time since the work began. */
export function progressLine(progress: Progress, elapsedMs: number): string {
  const { done, total, failures, unit, note } = progress;
  const parts = [
    total === undefined ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`,
  ];
  if (failures !== undefined) parts.push(`${count(failures)} failed`);
  if (elapsedMs > 0) parts.push(`${count(Math.round((done * 1000) / elapsedMs))} ${unit}/s`);
  if (note !== undefined) parts.push(note);
  if (total !== undefined && done > 0 && done < total) {
    parts.push(`${duration(Math.round(((total - done) * elapsedMs * 1000) / done))} left`);
  }
  return parts.join(' · ');
}

/** Shows progress until it is stopped; `stop` leaves no trace of the redrawn line. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #startedMs = performance.now();
  #shownMs: number;
  #isDrawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#shownMs = this.#startedMs;
  }

  /** Called as often as one likes; draws only when it is time. */
  update(progress: Progress): void {
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < (this.#terminal.canRedraw ? REDRAW_MS : PLAIN_MS)) return;
    this.#shownMs = nowMs;
    const line = progressLine(progress, nowMs - this.#startedMs);
    if (this.#terminal.canRedraw) {
      this.#terminal.say(`\r\u001b[2K${line.slice(0, this.#terminal.columns - 1)}`);
      this.#isDrawn = true;
    } else {
      this.#terminal.say(`${line}\n`);
    }
  }

  /** Wipes the redrawn line. */
  stop(): void {
    if (this.#isDrawn) this.#terminal.say('\r\u001b[2K');
    this.#isDrawn = false;
  }
}
