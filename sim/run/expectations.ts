/**
 * Judges what the scenario expects (`expect`), from the ledger alone.
 */

import type { Architecture } from '../../protocol/contract.ts';
import { durationsApart } from '../../scenarios/duration.ts';
import { factSubject } from '../../scenarios/fact.ts';
import type { Expectation, Scenario } from '../../scenarios/scenario.ts';
import type { Ledger, MessageStatus } from '../ledger/ledger.ts';
import type { ExpectationMiss, ExpectationVerdict } from './result.ts';

/** One verdict per expectation, in order of writing. */
export function judgeExpectations(
  scenario: Scenario,
  architecture: Architecture,
  ledger: Ledger,
): ExpectationVerdict[] {
  const byInput = new Map<string, MessageStatus>();
  for (const status of ledger.messages()) byInput.set(status.said.inputId, status);
  return scenario.expect.map((expectation) => {
    const except = expectation.except.find((one) => one.architecture === architecture.name);
    if (except !== undefined) {
      const sentences = [`Not expected of ${architecture.name}: ${except.why}.`];
      return { expectation, verdict: 'undecided', sentences, misses: [] };
    }
    const misses = missesOf(expectation, byInput.get(factSubject(expectation.fact)), ledger);
    const sentences = misses.map(({ sentence }) => sentence);
    const verdict = misses.length === 0 ? 'held' : 'violated';
    return { expectation, verdict, sentences, misses };
  });
}

function missesOf(
  expectation: Expectation,
  status: MessageStatus | undefined,
  ledger: Ledger,
): ExpectationMiss[] {
  const { fact, on } = expectation;
  if (fact.kind !== 'shown') return [];
  const { message, withinUs, afterUs } = fact;
  if (status === undefined) {
    return [{ kind: 'unsaid', host: '', sentence: `"${message}" was never written.` }];
  }
  const { said } = status;
  const out: ExpectationMiss[] = [];
  for (const host of on) {
    const display = ledger.shownAt(host, said);
    if (display === undefined) {
      const device = ledger.linkage.deviceOf(host);
      const isDue = device === said.author || ledger.due(status).some((one) => one === device);
      const kind = isDue ? 'missing' : 'not-due';
      out.push({ kind, host, sentence: `"${message}" did not show on ${host}.` });
      continue;
    }
    const { timeUs } = display;
    const afterSayingUs = timeUs - said.saidUs;
    if (withinUs !== undefined && afterSayingUs > withinUs) {
      const [took, allowed] = durationsApart(afterSayingUs, withinUs);
      const when = `after ${took}, expected within ${allowed}`;
      out.push({ kind: 'late', host, sentence: `"${message}" showed on ${host} ${when}.` });
    }
    if (afterUs !== undefined && timeUs < afterUs) {
      const [at, earliest] = durationsApart(timeUs, afterUs);
      const when = `at ${at}, expected not before ${earliest}`;
      out.push({ kind: 'early', host, sentence: `"${message}" showed on ${host} ${when}.` });
    }
  }
  return out;
}
