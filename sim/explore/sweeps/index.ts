/**
 * The sweeps of the comparison. Their stories are built here and nowhere else, so that a formula
 * and the story that must meet it stand side by side.
 */

import { deviceSweep } from './devices.ts';
import { groupSweep } from './group-size.ts';
import { rateSweep } from './message-rate.ts';
import { offlineSweep } from './phone-offline.ts';
import type { SweepDesign } from './sweep.ts';

export type { SweepCurve, SweepDesign } from './sweep.ts';

/** `full`: all points; `short`: those that take a moment. */
export type SweepExtent = 'full' | 'short';

/** All sweeps, in the order of the report. */
export function sweepsOf(extent: SweepExtent): readonly SweepDesign[] {
  return [offlineSweep(extent), deviceSweep(extent), groupSweep(extent), rateSweep(extent)];
}
