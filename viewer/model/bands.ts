/** When each device was on and connected: bands under its lane, and the reasons of lateness. */

import { KIND_CODES } from '../reader/event-kinds.ts';
import type { RunFacts } from '../reader/reader-messages.ts';

/** State of a device over a stretch. */
export type BandState = 'connected' | 'unconnected' | 'doze' | 'off';

export interface Band {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly state: BandState;
}

interface Following {
  power: 'on' | 'doze' | 'off';
  isOpen: boolean;
  sinceUs: number;
  state: BandState;
  readonly bands: Band[];
}

/** Bands of every lane, in order of time, without gaps. */
export function bandsOf(facts: RunFacts): readonly (readonly Band[])[] {
  const { columns, details, lanes } = facts;
  const all = lanes.map(
    (): Following => ({ power: 'off', isOpen: false, sinceUs: 0, state: 'off', bands: [] }),
  );
  for (let row = 0; row < columns.count; row++) {
    const kind = columns.kind[row];
    const word = details[columns.detail[row] as number] ?? '';
    const one = all[columns.lane[row] as number];
    if (one === undefined || !follow(one, kind as number, word)) continue;
    turn(one, columns.timeUs[row] as number);
  }
  const endUs = columns.count === 0 ? 0 : (columns.timeUs[columns.count - 1] as number);
  return all.map((one) => {
    one.bands.push({ fromUs: one.sinceUs, untilUs: endUs, state: one.state });
    return one.bands;
  });
}

/** Whether the event may have changed the device's state. */
function follow(one: Following, kind: number, word: string): boolean {
  switch (kind) {
    case KIND_CODES.power:
      one.power = word === 'off' ? 'off' : word === 'doze' ? 'doze' : 'on';
      if (word === 'off') one.isOpen = false;
      return true;
    case KIND_CODES.crash:
      one.isOpen = false;
      one.power = 'off';
      return true;
    case KIND_CODES.input:
      if (word !== 'started') return false;
      if (one.power === 'off') one.power = 'on';
      return true;
    case KIND_CODES.connection:
      if (word === 'open') one.isOpen = true;
      else if (word === 'closed' || word === 'refused') one.isOpen = false;
      return true;
    default:
      return false;
  }
}

function turn(one: Following, timeUs: number): void {
  const state = one.power !== 'on' ? one.power : one.isOpen ? 'connected' : 'unconnected';
  if (state === one.state) return;
  if (timeUs > one.sinceUs) {
    one.bands.push({ fromUs: one.sinceUs, untilUs: timeUs, state: one.state });
  }
  one.sinceUs = timeUs;
  one.state = state;
}

const WORDS: Readonly<Record<BandState, string>> = {
  connected: 'was connected',
  unconnected: 'had no connection',
  doze: 'was asleep',
  off: 'was switched off',
};

/**
 * What kept a device from taking something in a stretch, the longest state first; empty for none.
 */
export function whyAway(bands: readonly Band[], fromUs: number, untilUs: number): string {
  const spent = new Map<BandState, number>();
  for (const band of bands) {
    if (band.untilUs <= fromUs) continue;
    if (band.fromUs >= untilUs) break;
    const lengthUs = Math.min(band.untilUs, untilUs) - Math.max(band.fromUs, fromUs);
    if (band.state !== 'connected') spent.set(band.state, (spent.get(band.state) ?? 0) + lengthUs);
  }
  const sorted = [...spent].sort(([, left], [, right]) => right - left);
  return sorted.map(([state]) => WORDS[state]).join(' and ');
}
