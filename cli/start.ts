#!/usr/bin/env node
/**
 * `npm start`, the main job: the phone-offline day with real encryption, told so that somebody who
 * sees Lockstep for the first time understands what happened and where to go next.
 */

import { buildFacts } from './build-facts.ts';
import { jobOf } from './commands/run.ts';
import { dayStory } from './day-story.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { explainFailure } from './failure.ts';
import { perform } from './perform.ts';
import { reproduceRun } from './reproduce.ts';
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

async function tellTheDay(): Promise<void> {
  const { terminal } = session;
  const source = scenarioSource('phone-offline');
  const job = jobOf(source, { seed: '7', crypto: 'openssl' }, session.facts.build);
  const reproduce = reproduceRun(source.word, job);
  session.reproduce = reproduce;
  terminal.print(`${reproduce}\n\n`);
  const performed = await perform(session, job);
  if (performed !== undefined) {
    const { result, realMs } = performed;
    terminal.print(dayStory(terminal, source.scenario, result));
    terminal.say(tookText(realMs));
    session.exitCode = exitCodeOf(result.verdict);
  }
  terminal.print(`\n${reproduce}\n`);
}

try {
  await tellTheDay();
} catch (error) {
  session.exitCode = explainFailure(session, error);
}
process.exitCode = session.exitCode;
