/**
 * The scenario's words that links understand, by shape: this room stands below the scenarios and
 * imports none of them. `Ratio`, `CustomNetwork`, `TraceRow` and `StanzaFault` of the language fit
 * these.
 */

import type { RunEventBody } from '../trace/events.ts';

/** The public name of a stanza. */
export type Label = Extract<RunEventBody, { kind: 'send' }>['label'];

/** A probability as an integer ratio. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

/** One row of a measured latency and loss trace. */
export interface TraceRow {
  readonly timeUs: number;
  readonly latencyUs: number;
  readonly loss: Ratio;
}

/** A network described by a scenario: what it does not set is that of `basedOn`. */
export interface NetworkDescription {
  readonly name: string;
  readonly basedOn: string;
  /** One-way latency quantiles 0 %, 25 %, 50 %, 75 %, 95 %, 100 % in microseconds. */
  readonly latencyUs?: readonly number[];
  readonly loss?: Ratio;
  readonly duplication?: Ratio;
  readonly reordering?: Ratio;
  readonly corruption?: Ratio;
  readonly bandwidthBytesPerSecond?: number;
  readonly trace?: readonly TraceRow[];
}

/** What may happen to a whole stanza. */
export type StanzaFault = 'drop' | 'duplicate' | 'swap' | 'withhold' | 'replay';
