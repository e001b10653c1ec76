/**
 * A device as it was at a moment: power, connection, and every record of its Store, rebuilt from
 * its commits. Going forwards continues where the last question ended.
 */

import type { TraceEvent } from '../../sim/trace/trace.ts';
import { KIND_CODES } from './event-kinds.ts';
import { rowAt } from './run-columns.ts';
import type { ReadRefusal, ReadRun } from './run-reader.ts';

/** A record as it was. */
export interface RecordAt {
  readonly collection: string;
  readonly key: string;
  readonly facts: readonly (readonly [name: string, value: string | number | boolean])[];
  /** Row of the commit that wrote it. */
  readonly row: number;
  /** Names of the keys it holds, and the halves of pairs, where the trace follows keys. */
  readonly holds: readonly string[];
  readonly pairs: readonly (readonly [privateHalf: string, publicHalf: string])[];
}

export interface DeviceAt {
  readonly lane: number;
  readonly device: string;
  readonly timeUs: number;
  /** `on`, `off`, `doze`, `awake` or `crashed`. */
  readonly power: string;
  /** `open`, `opening`, `closed`, `refused`; empty before the first. */
  readonly connection: string;
  /** Why it is not open. */
  readonly reason: string;
  /** Sorted by collection, then key. */
  readonly records: readonly RecordAt[];
  /** Row of the last event of the device until then; -1 for none. */
  readonly lastRow: number;
  /** Whether the trace has views of records; without, only public records say anything. */
  readonly hasViews: boolean;
}

/** Remembers where it stands on one lane. */
export class DeviceScrub {
  #lane = -1;
  #next = 0;
  #power = 'off';
  #connection = '';
  #reason = '';
  #lastRow = -1;
  #hasViews = false;
  readonly #records = new Map<string, RecordAt>();

  /** The device at a time, what happens at that very time included. */
  at(
    run: ReadRun,
    event: (row: number) => TraceEvent | ReadRefusal,
    lane: number,
    timeUs: number,
  ): DeviceAt {
    const end = rowAt(run.columns, timeUs + 1);
    if (lane !== this.#lane || end < this.#next) this.#restart(lane);
    for (; this.#next < end; this.#next++) {
      if (run.columns.lane[this.#next] === lane) this.#follow(run, event, this.#next);
    }
    const records = [...this.#records.values()];
    records.sort(
      (left, right) => compare(left.collection, right.collection) || compare(left.key, right.key),
    );
    return {
      lane,
      device: run.lanes[lane] ?? '',
      timeUs,
      power: this.#power,
      connection: this.#connection,
      reason: this.#reason,
      records,
      lastRow: this.#lastRow,
      hasViews: this.#hasViews,
    };
  }

  #restart(lane: number): void {
    this.#lane = lane;
    this.#next = 0;
    this.#power = 'off';
    this.#connection = '';
    this.#reason = '';
    this.#lastRow = -1;
    this.#records.clear();
  }

  #follow(
    { columns, details }: ReadRun,
    event: (row: number) => TraceEvent | ReadRefusal,
    row: number,
  ): void {
    this.#lastRow = row;
    const word = details[columns.detail[row] as number] ?? '';
    switch (columns.kind[row]) {
      case KIND_CODES.power:
        this.#power = word;
        break;
      case KIND_CODES.crash:
        this.#power = 'crashed';
        break;
      case KIND_CODES.input:
        if (word === 'started') this.#power = 'on';
        break;
      case KIND_CODES.connection: {
        const said = event(row);
        this.#connection = word;
        this.#reason = said.kind === 'connection' ? said.reason : '';
        break;
      }
      case KIND_CODES.commit:
        this.#commit(event(row), row);
        break;
      default:
        break;
    }
  }

  #commit(commit: TraceEvent | ReadRefusal, row: number): void {
    if (commit.kind !== 'commit') return;
    for (const { collection, key, record, facts, holds = [], pairs = [] } of commit.changes) {
      const name = `${collection}\u0000${key}`;
      if (record === null) {
        this.#records.delete(name);
        continue;
      }
      if (collection === 'identity' && facts.length > 0) this.#hasViews = true;
      this.#records.set(name, { collection, key, facts, row, holds, pairs });
    }
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
