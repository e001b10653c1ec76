/** Everything a picture of the timeline depends on, and where things are in it. */

import type { Arrows } from '../model/arrows.ts';
import type { Band } from '../model/bands.ts';
import type { LaneLayout } from '../model/lanes.ts';
import type { Mark } from '../model/marks.ts';
import type { RunColumns } from '../reader/run-columns.ts';
import { type AxisKind, type AxisWindow, positionOf } from './axis.ts';

/** Everything a picture depends on. */
export interface Picture {
  readonly columns: RunColumns;
  readonly arrows: Arrows;
  readonly bands: readonly (readonly Band[])[];
  readonly layout: LaneLayout;
  readonly marks: readonly Mark[];
  /** Mark of each row: an index of `marks`. */
  readonly markOf: Uint8Array;
  /** Rows whose marks have weight 3, rising. */
  readonly important: Uint32Array;
  readonly axis: AxisKind;
  readonly window: AxisWindow;
  readonly width: number;
  readonly height: number;
  /** Vertical scroll in CSS pixels. */
  readonly scrollTop: number;
  /** By index of `FRAME_CLASSES`. */
  readonly isClassShown: readonly boolean[];
  readonly selected: number;
  /** Rows to keep bright while the rest fades; none when absent. */
  readonly bright: Uint8Array | undefined;
  /** A moment that is looked at, in microseconds; -1 for none. */
  readonly cursorUs: number;
  /** Rows where a property was violated. */
  readonly violations: readonly number[];
  /** Rows of what came out differently in the run beside this one. */
  readonly differing: readonly number[];
  /** Where the two runs part; -1 for nowhere. */
  readonly partsAt: number;
}

/** The x of a place on the axis. */
export function xAt({ window, width }: Picture, position: number): number {
  return ((position - window.from) / (window.until - window.from)) * width;
}

/** The x of an event. */
export function xOfRow(picture: Picture, row: number): number {
  return xAt(picture, positionOf(picture.columns, picture.axis, row));
}
