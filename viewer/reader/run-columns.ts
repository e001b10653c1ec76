/**
 * A run as columns of numbers: what the timeline draws from and what every search runs over. Rows
 * are the events in the order of the trace; all texts stay with the reader.
 */

/** One number per event in each column. */
export interface RunColumns {
  /** Events; the columns may be longer. */
  readonly count: number;
  readonly sequence: Uint32Array<ArrayBuffer>;
  /** Whole virtual microseconds; rises, or stays. */
  readonly timeUs: Float64Array<ArrayBuffer>;
  /** Which host; an index of `lanes`. */
  readonly lane: Uint16Array<ArrayBuffer>;
  /** `KIND_CODES`. */
  readonly kind: Uint8Array<ArrayBuffer>;
  /**
   * An index of `details`: the stanza's kind of a send or a delivery, the name of a lever, the
   * state of a connection, `shows` or `seals` of a commit, …
   */
  readonly detail: Uint16Array<ArrayBuffer>;
  /** Row of the event that led to it; -1 for none. */
  readonly cause: Int32Array<ArrayBuffer>;
  /**
   * Of a send the row of its first delivery, of a delivery the row of its send; -1 for none, and of
   * all others.
   */
  readonly partner: Int32Array<ArrayBuffer>;
  /** The other host of a send, a delivery or a connection; `NO_LANE` of all others. */
  readonly peer: Uint16Array<ArrayBuffer>;
  /** The message it is about, an index of the run's messages; -1 for none. */
  readonly message: Int32Array<ArrayBuffer>;
  /**
   * Place of each row on the axis of order, rising or staying; the row's own number when absent.
   * Two runs beside each other have places on one axis, the same action of a person at the same.
   */
  readonly place?: Float64Array<ArrayBuffer>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const ROWS_AT_FIRST = 4_096;

function columnsOf(rows: number): Mutable<RunColumns> {
  return {
    count: 0,
    sequence: new Uint32Array(rows),
    timeUs: new Float64Array(rows),
    lane: new Uint16Array(rows),
    kind: new Uint8Array(rows),
    detail: new Uint16Array(rows),
    cause: new Int32Array(rows),
    partner: new Int32Array(rows),
    peer: new Uint16Array(rows),
    message: new Int32Array(rows),
  };
}

const NAMES = [
  'sequence',
  'timeUs',
  'lane',
  'kind',
  'detail',
  'cause',
  'partner',
  'peer',
  'message',
] as const;

/** Columns that grow by doubling. */
export class GrowingColumns {
  #columns = columnsOf(ROWS_AT_FIRST);

  /** A new row; its fields are set by the caller through `columns`. */
  add(): number {
    if (this.#columns.count === this.#columns.sequence.length)
      this.#resize(this.#columns.count * 2);
    return this.#columns.count++;
  }

  /** Valid until the next `add`. */
  get columns(): RunColumns {
    return this.#columns;
  }

  /** Gives the columns their final length. */
  trim(): RunColumns {
    this.#resize(this.#columns.count);
    return this.#columns;
  }

  #resize(rows: number): void {
    const larger = columnsOf(rows);
    larger.count = this.#columns.count;
    for (const name of NAMES) larger[name].set(this.#columns[name].subarray(0, rows));
    this.#columns = larger;
  }
}

/** The first row at or after a virtual time. */
export function rowAt({ timeUs, count }: RunColumns, soughtUs: number): number {
  return firstRising(timeUs, count, soughtUs);
}

/** The first row at or after a place on the axis of order. */
export function rowAtPlace({ place, count }: RunColumns, sought: number): number {
  if (place !== undefined) return firstRising(place, count, sought);
  return Math.min(count, Math.max(0, Math.ceil(sought)));
}

function firstRising(column: Float64Array, count: number, sought: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((column[middle] as number) < sought) low = middle + 1;
    else high = middle;
  }
  return low;
}
