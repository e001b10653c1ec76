/**
 * What the header of a trace says of its run, made of the run's own options: one place, so that
 * every edge that writes traces writes the same header.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { printScenario } from '../../scenarios/print.ts';
import type { Override, Scenario } from '../../scenarios/scenario.ts';
import type { TraceFacts } from './writer.ts';

/** A run that is about to be recorded, and by which program. */
export interface RecordedRun {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly architecture: string;
  readonly crypto: string;
  /** Beside those of the scenario. */
  readonly overrides: readonly Override[];
  readonly program: string;
  readonly build: string;
}

/**
 * JSON with the keys of every object in order of their code units, so that equal data has equal
 * text.
 */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * 32 hex digits: SHA-256 of the loaded scenario's canonical JSON, cut. The lines on which
 * expectations stood are left out: a comment more in the file makes no other scenario, and neither
 * does a trace, which carries it printed anew.
 */
export function scenarioHash(scenario: Scenario): string {
  const expect = scenario.expect.map((one) => ({ ...one, line: undefined }));
  const text = new TextEncoder().encode(canonical({ ...scenario, expect }));
  return bytesToHex(sha256(text)).slice(0, 32);
}

/** The facts of the header; devices in the scenario's order, the server last. */
export function traceFactsOf(run: RecordedRun): TraceFacts {
  const { scenario } = run;
  const devices = scenario.accounts.flatMap((account) => account.devices.map(({ name }) => name));
  return {
    program: run.program,
    build: run.build,
    scenario: scenario.name,
    scenarioHash: scenarioHash(scenario),
    seed: run.seed,
    architecture: run.architecture,
    crypto: run.crypto,
    overrides: [...scenario.overrides, ...run.overrides],
    epochUs: scenario.epochUs,
    hosts: [...devices, 'server'],
    document: printScenario(scenario),
  };
}
