/**
 * Judges what the scenario expects (`expect`), from the ledger alone.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { Expectation, Scenario } from '../../scenarios/scenario.ts';
import type { Ledger, Said } from '../ledger/ledger.ts';
import type { ExpectationVerdict } from './result.ts';

/** One verdict per expectation, in order of writing. */
export function judgeExpectations(
  scenario: Scenario,
  architecture: Architecture,
  ledger: Ledger,
): ExpectationVerdict[] {
  const saidByInput = new Map<string, Said>();
  for (const { said } of ledger.messages()) saidByInput.set(said.inputId, said);
  return scenario.expect.map((expectation) => {
    const except = expectation.except.find((one) => one.architecture === architecture.name);
    if (except !== undefined) {
      const sentences = [`Not expected of ${architecture.name}: ${except.why}.`];
      return { expectation, verdict: 'undecided', sentences };
    }
    const said = saidByInput.get(expectation.message);
    const sentences = misses(expectation, said, ledger);
    return { expectation, verdict: sentences.length === 0 ? 'held' : 'violated', sentences };
  });
}

function misses(expectation: Expectation, said: Said | undefined, ledger: Ledger): string[] {
  const { message, on, withinUs, afterUs } = expectation;
  if (said === undefined) return [`"${message}" was never written.`];
  const out: string[] = [];
  for (const host of on) {
    const display = ledger.shownAt(host, said);
    if (display === undefined) {
      out.push(`"${message}" did not show on ${host}.`);
      continue;
    }
    const afterSayingUs = display.timeUs - said.saidUs;
    if (withinUs !== undefined && afterSayingUs > withinUs) {
      out.push(
        `"${message}" showed on ${host} after ${afterSayingUs} us, expected within ${withinUs}.`,
      );
    }
    if (afterUs !== undefined && display.timeUs < afterUs) {
      out.push(
        `"${message}" showed on ${host} at ${display.timeUs} us, expected not before ${afterUs}.`,
      );
    }
  }
  return out;
}
