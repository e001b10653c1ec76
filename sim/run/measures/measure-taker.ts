/**
 * Takes the measures of one run: watches the story, stops watching when the heal phase begins, and
 * answers with one number per measure that the run had an occasion for. What the heal phase brings
 * about is nobody's experience; only what never showed at all is looked up after it.
 */

import { assert } from '../../../protocol/errors.ts';
import type { Scenario } from '../../../scenarios/scenario.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { Audience } from '../../trace/audience.ts';
import type { RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import { BLOBS, SERVER } from '../../world/timeline.ts';
import type { World } from '../../world/world.ts';
import { Acts } from './acts.ts';
import { Ciphertexts } from './ciphertexts.ts';
import { Companions } from './companions.ts';
import { type CrossCheckCount, crossChecks } from './cross-checks.ts';
import { type Fingerprints, fingerprintsOf } from './fingerprint.ts';
import type { Folds } from './folds.ts';
import { Hops } from './hops.ts';
import { Messages } from './messages.ts';
import { Operations } from './operations.ts';
import { Reads } from './reads.ts';
import type { Bounds, Measured } from './samples.ts';
import { ServerState } from './server-state.ts';
import { Stage } from './stage.ts';
import { keepActs, keepCopies, keepLatency } from './story-figures.ts';
import { FrameCount } from './traffic.ts';
import { keepTraffic, keepWork } from './world-figures.ts';

/** What one run measured. */
export interface RunMeasures {
  /** By measure id, sorted; absent where there was no occasion. */
  readonly values: readonly (readonly [string, number])[];
  /** Measures whose value is a bound, sorted: it had not happened when the story ended. */
  readonly bounds: readonly string[];
  readonly crossChecks: readonly CrossCheckCount[];
  readonly fingerprints: Fingerprints;
}

/** What is known when the story ends. */
interface Story {
  readonly values: Measured;
  readonly bounds: Bounds;
  readonly checks: readonly CrossCheckCount[];
}

/** One per run; joins the observers behind the ledger. */
export class MeasureTaker implements Observer {
  readonly #folds: Folds;
  readonly #audience: Audience;
  readonly #lengthUs: number;
  #story: Story | undefined;

  constructor(scenario: Scenario, ledger: Ledger, architecture: 'fanout' | 'relay') {
    const stage = new Stage(scenario, ledger, architecture);
    const messages = new Messages(stage);
    const reads = new Reads(stage, messages);
    const folds: Folds = {
      stage,
      messages,
      reads,
      acts: new Acts(stage, messages, reads),
      frames: new FrameCount([SERVER, BLOBS]),
      operations: new Operations(stage),
      ciphertexts: new Ciphertexts(stage),
      server: new ServerState(),
      companions: new Companions(stage, messages),
      hops: new Hops(),
    };
    this.#folds = folds;
    this.#lengthUs = scenario.lengthUs;
    this.#audience = new Audience(Object.values(folds));
  }

  /** The world is built and about to run. */
  attach(world: World): void {
    const { stage, messages, reads, acts, companions } = this.#folds;
    stage.attach(world);
    for (const fold of [messages, reads, acts, companions]) fold.begin();
  }

  observe(event: RunEvent): void {
    if (this.#story !== undefined) return;
    if (event.kind === 'phase' && event.phase === 'heal') this.#endStory(event.timeUs);
    else this.#audience.show(event);
  }

  #endStory(nowUs: number): void {
    const values: Measured = new Map();
    keepActs(values, this.#folds);
    const bounds: Bounds = new Set();
    keepLatency({ into: values, bounds, openUs: this.#lengthUs }, this.#folds);
    keepCopies(values, this.#folds);
    keepTraffic(values, this.#folds, nowUs);
    keepWork(values, this.#folds, nowUs);
    this.#story = { values, bounds, checks: crossChecks(this.#folds) };
  }

  /** The measures; undefined when a bound ended the run before its story was over. */
  take(): RunMeasures | undefined {
    if (this.#story === undefined) return undefined;
    const { values, bounds, checks } = this.#story;
    const { stage } = this.#folds;
    const { copiesLost, reportedLost, notCompleted } = stage.ledger.totals();
    values.set('copies.never-shown', copiesLost + reportedLost);
    values.set('messages.reported-lost', reportedLost);
    values.set('messages.not-completed', notCompleted);
    for (const value of values.values()) assert(Number.isFinite(value), 'a measure is a number');
    return {
      values: [...values].sort(([one], [other]) => (one < other ? -1 : 1)),
      bounds: [...bounds].sort(),
      crossChecks: checks,
      fingerprints: fingerprintsOf(stage),
    };
  }
}
