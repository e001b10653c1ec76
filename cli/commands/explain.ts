/**
 * `explain FILE WHAT`: tells from a trace, in words, what happened to a message or device, by an
 * entry of the timeline, or when.
 */

import { Command } from 'commander';
import { nearestWord } from '../../scenarios/nearest-word.ts';
import { visible } from '../../scenarios/visible.ts';
import { withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { wrapped } from '../words.ts';

const HOW = `
WHAT is one of
  a message          lunch, or its id, or the beginning of one: its life from device to device
  an entry           tunnel, or any other id of the timeline: what it did, and to whom
  a device           alice.phone, or alice.phone@9h: what it waits for, at the end or at that time
  a stretch of time  8h..8h10m, or 08:00..08:10: everything in it, as text`;

const KNOWN_SHOWN = 40;

async function explainTrace(session: Session, path: string, what: string): Promise<void> {
  const { scenarioOfTrace, traceFile } = await import('../trace-input.ts');
  const { explain } = await import('../../reports/explain.ts');
  const { terminal } = session;
  const trace = traceFile(path, terminal);
  const hasScenario = typeof trace.header.document === 'string';
  const answer = explain(trace, what, () =>
    hasScenario ? scenarioOfTrace(trace, path).timeline : [],
  );
  if (answer.kind === 'lines') {
    terminal.print(answer.lines.map((line) => `${visible(line)}\n`).join(''));
    return;
  }
  const { sentence, known } = answer;
  const shown = known.slice(0, KNOWN_SHOWN);
  const more = known.length > shown.length ? ', …' : '';
  const list =
    known.length === 0 ? '' : `\n${wrapped(`known: ${shown.join(', ')}${more}`, 100).join('\n')}`;
  const nearest = nearestWord(what, known);
  throw new UsageError(
    `${sentence}${list}${nearest === undefined ? '' : `\n(Did you mean ${nearest}?)`}`,
  );
}

/** The command. */
export function explainCommand(session: Session): Command {
  const command = new Command('explain')
    .description('tell from a trace what happened to a message or device, by an entry, or when')
    .argument('<file>', 'a trace (run --trace)')
    .argument('<what>', 'a message, an entry of the timeline, a device, or a stretch of time')
    .addHelpText('after', HOW)
    .action((path: string, what: string) => explainTrace(session, path, what));
  return withTalk(command);
}
