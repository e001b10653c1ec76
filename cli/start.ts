#!/usr/bin/env node
/**
 * `npm start`, the main job: the phone-offline day with real encryption, on the architecture of
 * today and on the one before it, and a short comparison of the two over several seeds; told so
 * that somebody who sees Lockstep for the first time understands what happened and where to go
 * next.
 */

import { reproduceRun } from '../reports/reproduce.ts';
import { buildFacts } from './build-facts.ts';
import { jobOf } from './commands/run.ts';
import { bothDays, dayStory, whatNext } from './day-story.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { explainFailure } from './failure.ts';
import { perform } from './perform.ts';
import { tookText } from './run-summary.ts';
import { scenarioSource } from './scenario-source.ts';
import type { Session } from './session.ts';
import { openTerminal } from './terminal.ts';

const args = process.argv.slice(2);
const session: Session = {
  terminal: openTerminal(args),
  facts: buildFacts(),
  exitCode: EXIT.held,
};

/** Days short enough to be compared while somebody waits. */
const SHORT_COMPARISON = ['no-phones-at-all', 'read-on-one-device', 'link-mid-conversation'];
/** The fewest that give intervals. */
const SHORT_SEEDS = 5;

/** The day on both architectures; true when it could be told. */
async function tellTheDay(): Promise<boolean> {
  const { terminal } = session;
  const source = scenarioSource('phone-offline');
  const flags = { seed: '7', crypto: 'openssl' } as const;
  const job = jobOf(source, flags, session.facts.build);
  const reproduce = reproduceRun(source.word, job);
  session.reproduce = reproduce;
  terminal.print(`${reproduce}\n\n`);
  const fanout = await perform(session, job);
  if (fanout === undefined) return false;
  terminal.print(dayStory(terminal, source.scenario, fanout.result));
  session.exitCode = exitCodeOf(fanout.result.verdict);
  const before = { ...job, architecture: 'relay' } as const;
  session.reproduce = reproduceRun(source.word, before);
  const relay = await perform(session, before);
  if (relay === undefined) return false;
  terminal.print(`\n${bothDays(terminal, relay.result, fanout.result)}`);
  terminal.say(tookText(fanout.realMs + relay.realMs));
  if (session.exitCode === EXIT.held) session.exitCode = exitCodeOf(relay.result.verdict);
  terminal.print(`\n${reproduce}\n`);
  return true;
}

/**
 * The comparison; a worse end than that of the day is the end of both. Loaded only now: nobody
 * waits for it before the day begins.
 */
async function tellTheComparison(): Promise<void> {
  const { compare } = await import('./compare/compare.ts');
  const { terminal, exitCode } = session;
  terminal.print(
    `\n${terminal.colors.bold('What it bought, and what it cost')}  ` +
      `${SHORT_COMPARISON.length} short days, ${SHORT_SEEDS} seeds each, on both architectures\n`,
  );
  await compare(session, SHORT_COMPARISON, { seeds: SHORT_SEEDS, crypto: 'openssl' });
  if (exitCode !== EXIT.held) session.exitCode = exitCode;
}

try {
  if (await tellTheDay()) {
    await tellTheComparison();
    session.terminal.print(`\n${whatNext(session.terminal)}`);
  }
} catch (error) {
  session.exitCode = explainFailure(session, error);
}
process.exitCode = session.exitCode;
