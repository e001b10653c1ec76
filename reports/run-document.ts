/**
 * The JSON document of `run --json`. Its field order is part of the contract; `run.schema.json`
 * beside this file says what each field may be, and a test holds the two together.
 */

import { factSubject, factWord } from '../scenarios/fact.ts';
import type { PropertyVerdict } from '../sim/properties/property.ts';
import type { DeviceMetrics, RunMetrics, RunResult, TheftExposure } from '../sim/run/run.ts';

function property(verdict: PropertyVerdict) {
  return {
    id: verdict.id,
    name: verdict.name,
    verdict: verdict.verdict,
    checked: verdict.checked,
    violations: verdict.violations.map(({ subject, sequence, timeUs, sentence }) => ({
      property: verdict.id,
      subject,
      sequence,
      virtualUs: timeUs,
      sentence,
    })),
  };
}

function device(one: DeviceMetrics) {
  return {
    device: one.device,
    bytesUp: one.bytesUp,
    bytesDown: one.bytesDown,
    stanzasUp: one.stanzasUp,
    stanzasDown: one.stanzasDown,
    wakeUps: one.wakeUps,
    cryptoOperations: one.cryptoOperations,
    connections: one.connections,
  };
}

function metrics(measured: RunMetrics) {
  const { count, p50Us, p95Us, p99Us, maxUs } = measured.copyLatency;
  return {
    copyLatency: { count, p50Us, p95Us, p99Us, maxUs },
    bytesUp: measured.bytesUp,
    bytesDown: measured.bytesDown,
    stanzas: measured.stanzas,
    wakeUps: measured.wakeUps,
    cryptoOperations: Object.fromEntries(measured.cryptoOperations),
    countedApart: Object.fromEntries(measured.countedApart),
    devices: measured.devices.map(device),
  };
}

function theft(one: TheftExposure) {
  return {
    device: one.device,
    scope: one.scope,
    virtualMs: Math.floor(one.timeUs / 1000),
    revokedMs: one.revokedUs < 0 ? null : Math.floor(one.revokedUs / 1000),
    messages: one.messages,
    past: Object.fromEntries(one.past),
    pastByKeys: one.pastByKeys,
    untilRevoked: one.untilRevoked,
    untilAccepted: one.untilAccepted,
    afterwards: one.afterwards,
    judgesAgree: one.judgesAgree,
    onlyDecrypted: one.onlyDecrypted,
    onlyFollowed: one.onlyFollowed,
    misread: one.misread,
  };
}

function expectations(result: RunResult) {
  return result.expectations.map(({ expectation, verdict, sentences }) => ({
    expected: factWord(expectation.fact),
    subject: factSubject(expectation.fact),
    on: expectation.on,
    verdict,
    sentences,
  }));
}

/** Which program ran. */
export interface ProgramFacts {
  readonly version: string;
  /** 32 hex digits over every file of the program. */
  readonly build: string;
  /** Commit the build was made from, or `unknown`. */
  readonly commit: string;
}

/** What a run's result does not say of the run. */
export interface RunFacts {
  readonly program: ProgramFacts;
  /** The line that repeats the run. */
  readonly reproduce: string;
  readonly scenarioHash: string;
  /** Decisions taken from the seed: those of the scenario and those beside it. */
  readonly overrides: number;
}

/** The document of one run, as programs read it from `run --json` and the viewer shows it. */
export type RunDocument = ReturnType<typeof runDocument>;

/** Builds the document of one run, fields in the order people and programs rely on. */
export function runDocument(
  { program, reproduce, scenarioHash, overrides }: RunFacts,
  result: RunResult,
) {
  const { messages, hashes } = result;
  return {
    schema: 'lockstep.run/1',
    reproduce,
    lockstep: program.version,
    build: program.build,
    commit: program.commit,
    scenario: result.scenario,
    scenarioHash,
    seed: result.seed,
    overrides,
    architecture: result.architecture,
    crypto: result.crypto,
    verdict: result.verdict,
    reasons: result.reasons,
    ...(result.notDemanded === undefined ? {} : { notDemanded: result.notDemanded }),
    boundReached: result.boundReached ?? null,
    virtualMs: Math.floor(result.virtualUs / 1000),
    events: result.events,
    messages: {
      sent: messages.sent,
      copiesDue: messages.copiesDue,
      copiesShown: messages.copiesShown,
      copiesLost: messages.copiesLost,
      reportedLost: messages.reportedLost,
      notCompleted: messages.notCompleted,
      notCompletedBy: Object.fromEntries(messages.notCompletedBy),
    },
    properties: result.properties.map(property),
    expectations: expectations(result),
    levers: Object.fromEntries(result.levers),
    metrics: metrics(result.metrics),
    exposure: result.exposure.map(theft),
    settleMs: result.settleUs < 0 ? null : Math.floor(result.settleUs / 1000),
    stuck: result.stuck.map(({ host, subject, reason }) => ({ host, subject, reason })),
    unusedOverrides: result.unusedOverrides.map(({ choice, value }) => ({ choice, value })),
    hashes: {
      schedule: hashes.schedule,
      skeleton: hashes.skeleton,
      bytes: hashes.bytes,
      shown: hashes.shown,
    },
  };
}
