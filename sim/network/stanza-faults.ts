/**
 * Faults on whole stanzas between a device and the server: dropped, duplicated, swapped with the
 * next one, withheld, replayed. Levers of their own, beside what happens to packets.
 *
 * What it does not do: deliver. It only says which fault, if any, one frame meets.
 */

import type { Chooser } from '../kernel/chooser.ts';
import type { Direction } from './link.ts';
import type { Ratio, StanzaFault } from './plain.ts';

/** One entry of the timeline, in force during [fromUs, untilUs). */
export interface StanzaFaultWindow {
  readonly fault: StanzaFault;
  readonly direction: Direction;
  /** Prefix of the stanza kind; empty for all. */
  readonly stanza: string;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly chance: Ratio;
  readonly delayUs: number;
  /** `timeline/ID`. */
  readonly choice: string;
}

/** The fault a frame meets, and the choice that decided it. */
export interface MetFault {
  readonly window: StanzaFaultWindow;
  /** `stanza-drop`, `stanza-replay`, … */
  readonly lever: string;
  readonly choice: string;
}

/** The first window, in order of the timeline, whose chance comes true for this frame. */
export function stanzaFaultOf(
  windows: readonly StanzaFaultWindow[],
  direction: Direction,
  stanza: string,
  packet: string,
  timeUs: number,
  chooser: Chooser,
): MetFault | undefined {
  for (const window of windows) {
    if (window.direction !== direction || !stanza.startsWith(window.stanza)) continue;
    if (timeUs < window.fromUs || timeUs >= window.untilUs) continue;
    const lever = `stanza-${window.fault}`;
    const choice = `${lever}/${packet}`;
    const { numerator, denominator } = window.chance;
    if (chooser.chance(choice, numerator, denominator)) return { window, lever, choice };
  }
  return undefined;
}
