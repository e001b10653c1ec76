/**
 * Writes a run as lines while it happens: header, one event a line, footer. Lines go to a sink;
 * files and compression are the edges' business. FORMAT.md describes the lines.
 */

import type { Architecture } from '../../protocol/contract.ts';
import { assert } from '../kernel/assert.ts';
import { Canonical, type Describe } from './canonical.ts';
import type { RunEvent } from './events.ts';
import { Hash128 } from './hash128.ts';
import type { BlockDigest, RunDigests } from './hashes.ts';
import { KeyHoldings, keyUse, StepUses } from './key-uses.ts';
import type { Observer } from './observer.ts';
import { KEYED_TRACE_VERSION, TRACE_VERSION, type TraceFooter, type TraceHeader } from './trace.ts';

/** Takes one line, without its line feed. */
export type LineSink = (line: string) => void;

/** A header before the writer stamps it. */
export type TraceFacts = Omit<TraceHeader, 'lockstep' | 'version'>;

export interface TraceWriterOptions {
  /** Also write the public views of records that are not public collections. */
  readonly describe?: Describe;
  /** Also follow keys: write which of them each record holds, and their uses. */
  readonly keysIn?: Architecture['keysIn'];
}

/**
 * Writes the header at once, a line per event (all but `stepped`), and the footer when the run
 * ends.
 */
export class TraceWriter implements Observer {
  readonly wantsKeyDepth: boolean;
  readonly #sink: LineSink;
  readonly #canonical: Canonical;
  readonly #uses: StepUses | undefined;
  readonly #content = new Hash128();
  #events = 0;
  #isEnded = false;

  constructor(sink: LineSink, facts: TraceFacts, options: TraceWriterOptions = {}) {
    this.#sink = sink;
    const { describe, keysIn } = options;
    this.wantsKeyDepth = keysIn !== undefined;
    this.#canonical = new Canonical(describe, keysIn && new KeyHoldings(keysIn));
    this.#uses = keysIn && new StepUses();
    const version = keysIn === undefined ? TRACE_VERSION : KEYED_TRACE_VERSION;
    this.#write(JSON.stringify(headerOf(facts, version)));
  }

  observe(event: RunEvent): void {
    assert(!this.#isEnded, 'nothing happens after the footer');
    if (event.kind === 'stepped') {
      this.#uses?.stepped(event.node, event.input.id, event.crypto);
      return;
    }
    const uses =
      event.kind === 'commit' ? this.#uses?.committed(event.node, event.inputId) : undefined;
    this.#write(JSON.stringify(this.#canonical.event(event, uses)));
    this.#events++;
  }

  /** Writes the footer; the hashes are those of the run's `RunHashes`. */
  end(hashes: RunDigests, blocks: readonly BlockDigest[] = []): void {
    assert(!this.#isEnded, 'a trace ends once');
    this.#isEnded = true;
    const { schedule, skeleton, bytes, shown } = hashes;
    const rest = this.#uses?.rest() ?? [];
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
      ...(rest.length === 0 ? {} : { earlierKeys: rest.map(keyUse) }),
    };
    this.#sink(JSON.stringify(footer));
  }

  #write(line: string): void {
    this.#content.text(line);
    this.#sink(line);
  }
}

/** The header with its fields in their fixed order. */
function headerOf(facts: TraceFacts, version: number): TraceHeader {
  return {
    lockstep: 'trace',
    version,
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
