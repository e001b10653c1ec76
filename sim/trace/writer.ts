/**
 * Writes a run as lines while it happens: header, one event a line, footer. Lines go to a sink;
 * files and compression are the edges' business. FORMAT.md describes the lines.
 */

import { assert } from '../kernel/assert.ts';
import { Canonical, type Describe } from './canonical.ts';
import type { CryptoUse, RunEvent } from './events.ts';
import { Hash128 } from './hash128.ts';
import type { BlockDigest, RunDigests } from './hashes.ts';
import type { Observer } from './observer.ts';
import { TRACE_VERSION, type TraceFooter, type TraceHeader } from './trace.ts';

/** Takes one line, without its line feed. */
export type LineSink = (line: string) => void;

/** A header before the writer stamps it. */
export type TraceFacts = Omit<TraceHeader, 'lockstep' | 'version'>;

export interface TraceWriterOptions {
  /** Also write the public views of records that are not public collections. */
  readonly describe?: Describe;
  /** Also write, with each commit, the uses of keys of its step. */
  readonly wantsKeys?: boolean;
}

/**
 * Writes the header at once, a line per event (all but `stepped`), and the footer when the run
 * ends.
 */
export class TraceWriter implements Observer {
  readonly #sink: LineSink;
  readonly #canonical: Canonical;
  readonly #wantsKeys: boolean;
  readonly #content = new Hash128();
  #uses: readonly CryptoUse[] = [];
  #events = 0;
  #isEnded = false;

  constructor(sink: LineSink, facts: TraceFacts, options: TraceWriterOptions = {}) {
    this.#sink = sink;
    this.#canonical = new Canonical(options.describe);
    this.#wantsKeys = options.wantsKeys ?? false;
    this.#write(JSON.stringify(headerOf(facts)));
  }

  observe(event: RunEvent): void {
    assert(!this.#isEnded, 'nothing happens after the footer');
    if (event.kind === 'stepped') {
      if (this.#wantsKeys) this.#uses = event.crypto;
      return;
    }
    const uses = event.kind === 'commit' ? this.#uses : [];
    if (event.kind === 'commit' || event.kind === 'input') this.#uses = [];
    this.#write(JSON.stringify(this.#canonical.event(event, uses)));
    this.#events++;
  }

  /** Writes the footer; the hashes are those of the run's `RunHashes`. */
  end(hashes: RunDigests, blocks: readonly BlockDigest[] = []): void {
    assert(!this.#isEnded, 'a trace ends once');
    this.#isEnded = true;
    const { schedule, skeleton, bytes, shown } = hashes;
    const footer: TraceFooter = {
      end: true,
      events: this.#events,
      hashes: { schedule, skeleton, bytes, shown },
      blocks: blocks.map((block) => ({
        events: block.events,
        sequence: block.sequence,
        schedule: block.schedule,
        skeleton: block.skeleton,
        bytes: block.bytes,
        shown: block.shown,
      })),
      content: this.#content.digest(),
    };
    this.#sink(JSON.stringify(footer));
  }

  #write(line: string): void {
    this.#content.text(line);
    this.#sink(line);
  }
}

/** The header with its fields in their fixed order. */
function headerOf(facts: TraceFacts): TraceHeader {
  return {
    lockstep: 'trace',
    version: TRACE_VERSION,
    program: facts.program,
    build: facts.build,
    scenario: facts.scenario,
    scenarioHash: facts.scenarioHash,
    seed: facts.seed,
    architecture: facts.architecture,
    crypto: facts.crypto,
    overrides: facts.overrides.map(({ choice, value }) => ({ choice, value })),
    epochUs: facts.epochUs,
    hosts: facts.hosts,
    document: facts.document,
  };
}
