/**
 * One run: scenario and seed in, verdict and measurements out. Pure: no clock, no files, no global
 * state.
 */

import { assert } from '../../protocol/errors.ts';
import { mayAnybodyJoin } from '../../scenarios/beta.ts';
import type { Override } from '../../scenarios/scenario.ts';
import { withGuards } from '../kernel/guard.ts';
import { Ledger } from '../ledger/ledger.ts';
import { type TheftExposure, theftReporter } from '../properties/exposure-report.ts';
import { allProperties } from '../properties/index.ts';
import { whyWithoutOccasion } from '../properties/occasions.ts';
import type { PropertyVerdict, VerdictWord } from '../properties/property.ts';
import { RunHashes } from '../trace/hashes.ts';
import type { Observer } from '../trace/observer.ts';
import { Marks } from '../world/marks.ts';
import { Settlement, type StuckItem, stuckItems } from '../world/settle.ts';
import { SERVER } from '../world/timeline.ts';
import { World, type WorldEnd } from '../world/world.ts';
import { type ExpectationRoom, judgeExpectations } from './expectations.ts';
import { FactWatch } from './fact-watch.ts';
import { Judges } from './judges.ts';
import { MeasureTaker } from './measures/measure-taker.ts';
import { Meter } from './metrics.ts';
import {
  EVENTS_MAX_DEFAULT,
  type ExpectationVerdict,
  type RunOptions,
  type RunResult,
  VIRTUAL_US_MAX_DEFAULT,
} from './result.ts';

export * from './result.ts';

/**
 * Runs one scenario with one seed to its end, or to a bound. Throws only on broken invariants (exit
 * 70). While it runs, ambient time and randomness throw, for observers too: what they need of a
 * clock they take by reference beforehand.
 */
export function runScenario(options: RunOptions): RunResult {
  return withGuards(() => runGuarded(options));
}

function runGuarded(options: RunOptions): RunResult {
  assert(options.seed.length > 0, 'a run needs a seed');
  const watch = watchersOf(options);
  const world = new World({
    scenario: options.scenario,
    seed: options.seed,
    architecture: options.architecture,
    crypto: options.crypto,
    overrides: overridesOf(options),
    wantsDecisionLog: options.wantsDecisionLog ?? false,
    observers: watch.observers,
    wrapNode: options.wrapNode ?? ((_host, node) => node),
    maxEvents: options.maxEvents ?? EVENTS_MAX_DEFAULT,
    maxVirtualUs: options.maxVirtualUs ?? VIRTUAL_US_MAX_DEFAULT,
  });
  watch.measures?.attach(world);
  const end = world.run();
  if (end === 'end') watch.judges.finish();
  return resultOf(options, world, watch, end);
}

/** Everybody who watches the run. */
interface Watch {
  readonly ledger: Ledger;
  readonly judges: Judges;
  readonly marks: Marks;
  readonly meter: Meter;
  readonly settlement: Settlement;
  readonly facts: FactWatch;
  readonly thefts: () => readonly TheftExposure[];
  readonly hashes: RunHashes;
  readonly measures: MeasureTaker | undefined;
  /** Ledger first, since judges ask it about the event at hand. */
  readonly observers: readonly Observer[];
}

function watchersOf(options: RunOptions): Watch {
  const { scenario, architecture, crypto } = options;
  const ledger = new Ledger(architecture);
  const devices = scenario.accounts.flatMap((account) => account.devices.map(({ name }) => name));
  const room = { scenario, architecture, crypto, ledger, hosts: [...devices, SERVER] };
  const judges = new Judges(options.properties ?? allProperties, room);
  const [marks, meter, settlement] = [new Marks(SERVER), new Meter(), new Settlement()];
  const hashes = new RunHashes();
  const facts = new FactWatch();
  const thefts = theftReporter({ ...room, check() {} });
  const measures = options.wantsMeasures
    ? new MeasureTaker(scenario, ledger, architecture.name)
    : undefined;
  const own = [ledger, judges, marks, meter, settlement, facts, hashes];
  const more = measures === undefined ? [] : [measures];
  const observers = [...own, ...more, ...(options.observers ?? [])];
  return { ledger, judges, marks, meter, settlement, facts, thefts, hashes, measures, observers };
}

/** Those of the scenario first; the last of equal choices counts. */
function overridesOf(options: RunOptions): readonly Override[] {
  return [...options.scenario.overrides, ...(options.overrides ?? [])];
}

function resultOf(options: RunOptions, world: World, watch: Watch, end: WorldEnd): RunResult {
  const { scenario, architecture } = options;
  const { ledger, marks, settlement } = watch;
  const isOver = end === 'end';
  const stuck = isOver ? stuckItems(world.hosts, world.server, ledger) : [];
  const properties = watch.judges.verdicts();
  const room = expectationRoom(options, world, watch);
  const expectations = isOver ? judgeExpectations(room) : [];
  const levers = marks.counts.sorted();
  const exposure = isOver ? watch.thefts() : [];
  const judgement: Judgement = {
    options,
    properties,
    expectations,
    exposure,
    stuck,
    marks,
    end,
  };
  const findings = findingsOf(judgement);
  const measures = watch.measures?.take();
  return {
    scenario: scenario.name,
    seed: options.seed,
    architecture: architecture.name,
    crypto: options.crypto.name,
    verdict: findings.verdict,
    reasons: findings.reasons,
    ...(findings.notDemanded.length === 0 ? {} : { notDemanded: findings.notDemanded }),
    ...(end === 'end' ? {} : { boundReached: end }),
    virtualUs: world.queue.timeUs,
    events: world.recorder.count,
    messages: ledger.totals(),
    properties,
    expectations,
    levers,
    metrics: watch.meter.metrics(world.hosts, world.network, ledger),
    exposure,
    hashes: watch.hashes.digests(),
    ...(options.wantsDecisionLog === true ? { decisions: world.chooser.log() } : {}),
    unusedOverrides: world.chooser.unused(),
    settleUs: isOver && stuck.length === 0 ? settlement.settledAfterUs : -1,
    stuck,
    ...(measures === undefined ? {} : { measures }),
  };
}

function expectationRoom(options: RunOptions, world: World, watch: Watch): ExpectationRoom {
  const { scenario, architecture } = options;
  const stores = new Map(world.hosts.map(({ name, store }) => [name, store]));
  return {
    scenario,
    architecture,
    ledger: watch.ledger,
    watch: watch.facts,
    book: world.people.book,
    wallUs: scenario.epochUs + world.queue.timeUs,
    storeOf: (host) => {
      const store = stores.get(host);
      assert(store !== undefined, 'the loader has checked the names of devices');
      return store;
    },
  };
}

interface Judgement {
  readonly options: RunOptions;
  readonly properties: readonly PropertyVerdict[];
  readonly expectations: readonly ExpectationVerdict[];
  readonly exposure: readonly TheftExposure[];
  readonly stuck: readonly StuckItem[];
  readonly marks: Marks;
  readonly end: WorldEnd;
}

interface Findings {
  readonly verdict: VerdictWord;
  readonly reasons: string[];
  /** What the scenario demands and the architecture has no occasion for. */
  readonly notDemanded: string[];
}

/** Contract 11: violations first, then whatever leaves the run undecided. */
function findingsOf(judgement: Judgement): Findings {
  const { options, properties, expectations, exposure, stuck, marks, end } = judgement;
  const violated: string[] = [];
  for (const { id, name, verdict, violations } of properties) {
    const first = violations[0];
    if (verdict !== 'violated' || first === undefined) continue;
    violated.push(`${id} (${name}) is violated: ${first.sentence}`);
  }
  for (const { verdict, sentences } of expectations) {
    if (verdict === 'violated') violated.push(`An expectation failed: ${sentences[0]}`);
  }
  violated.push(...exposure.flatMap(disagreementsOf));
  for (const { host, subject, reason } of stuck) {
    violated.push(`After the heal phase ${host} is stuck (${subject}): ${reason}.`);
  }
  if (violated.length > 0) return { verdict: 'violated', reasons: violated, notDemanded: [] };
  const reasons: string[] = [];
  if (end === 'events') reasons.push('The bound on events was reached before the end.');
  if (end === 'virtual-time') reasons.push('The bound on virtual time was reached before the end.');
  const notDemanded: string[] = [];
  const missing = (name: string, sentence: string): void => {
    const why = whyNotDemanded(options, name);
    if (why === undefined) reasons.push(sentence);
    else notDemanded.push(`${name} is not demanded of ${options.architecture.name}: ${why}.`);
  };
  for (const lever of options.scenario.mustFire) {
    if (marks.counts.of(lever) === 0) missing(lever, `"${lever}" must fire, and never did.`);
  }
  for (const id of options.scenario.mustCheck) {
    const checked = properties.find((property) => property.id === id)?.checked ?? 0;
    if (checked === 0) missing(id, `${id} must be checked, and never was.`);
  }
  return { verdict: reasons.length > 0 ? 'undecided' : 'held', reasons, notDemanded };
}

/** The scenario's own reason, or that of the architecture; undefined when it is demanded. */
function whyNotDemanded({ scenario, architecture }: RunOptions, name: string): string | undefined {
  const excuse = scenario.excused.find((one) => {
    return one.architecture === architecture.name && one.words.includes(name);
  });
  if (excuse !== undefined) return excuse.why;
  const isMixed = mayAnybodyJoin(scenario);
  return whyWithoutOccasion({ name: architecture.name, isMixed }, name);
}

/** A measurement whose two judges differ is no measurement: one sentence for each way they do. */
function disagreementsOf(one: TheftExposure): string[] {
  const of = `The judges of the theft of ${one.device} disagree:`;
  const lists = [
    ['the thief reads what no known key opens', one.onlyDecrypted],
    ['known keys open what the thief cannot read', one.onlyFollowed],
    ['the thief read something that was not said', one.misread],
  ] as const;
  return lists.flatMap(([what, messages]) => {
    return messages.length === 0 ? [] : [`${of} ${what} (${messages.join(', ')}).`];
  });
}
