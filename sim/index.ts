/**
 * The library's portable door: scenarios in, runs out, and the ports for devices and properties of
 * your own. Runs in Node and in browsers; `index.node.ts` adds the fast crypto provider.
 */

import { nobleProvider } from '../protocol/crypto/noble.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { RunResult } from './run/run.ts';
import { type SimpleOptions, simpleRun } from './run/simple-run.ts';

export type {
  AccountPlan,
  AccountRecord,
  Architecture,
  Command,
  DeviceJid,
  DeviceSetup,
  Effect,
  Input,
  InputBody,
  LinkedRecord,
  LostRecord,
  Notice,
  OutboxRecord,
  ProtocolNode,
  PublicNumbers,
  QrRecord,
  RecordView,
  Secrets,
  ServerSetup,
  Settings,
  ShownRecord,
  StanzaLabel,
  StepContext,
  TimerRecord,
  TimeZero,
  TimeZeroPlan,
  TransportRecord,
  UserJid,
} from '../protocol/contract.ts';
export { nobleProvider } from '../protocol/crypto/noble.ts';
export type { CryptoProvider, KeyPair } from '../protocol/crypto/provider.ts';
export { fanout } from '../protocol/fanout/index.ts';
export { relay } from '../protocol/relay/index.ts';
export { type RecordWrite, Store, type StoredRecord, Transaction } from '../protocol/store.ts';
export { ScenarioRefused, scenario } from '../scenarios/builder.ts';
export { findScenario, listScenarios } from '../scenarios/library.ts';
export { loadScenario } from '../scenarios/load.ts';
export type * from '../scenarios/scenario.ts';
export { formatScenarioErrors, type ScenarioError } from '../scenarios/scenario-error.ts';
export { type Display, Ledger, type MessageStatus, type Said } from './ledger/ledger.ts';
export { listNetworks, type NetworkModel } from './network/networks.ts';
export { allProperties } from './properties/index.ts';
export type {
  Judge,
  JudgeView,
  Property,
  PropertyVerdict,
  VerdictWord,
  Violation,
} from './properties/property.ts';
export {
  type Difference,
  type ReplayOutcome,
  replayIdentically,
} from './run/replay.ts';
export {
  EVENTS_MAX_DEFAULT,
  type ExpectationVerdict,
  type RunMetrics,
  type RunOptions,
  type RunResult,
  runScenario,
  type TheftExposure,
  VIRTUAL_US_MAX_DEFAULT,
  type WrapNode,
} from './run/run.ts';
export type { SimpleOptions } from './run/simple-run.ts';
export type { Change, CryptoUse, RunEvent, RunEventBody } from './trace/events.ts';
export type { RunDigests } from './trace/hashes.ts';
export type { Observer } from './trace/observer.ts';
export { listLevers } from './world/levers.ts';

/** Runs a scenario, a library one by its name, with the portable crypto back end. */
export function run(story: Scenario | string, options: SimpleOptions = {}): RunResult {
  return simpleRun(story, options, () => nobleProvider);
}
