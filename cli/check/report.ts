/** What `check` says: one text or JSON line per finding, and a summary of the whole search. */

import { type CampaignSum, neverChecked } from '../../sim/explore/campaign.ts';
import type { VerdictWord } from '../../sim/properties/property.ts';
import { labelled } from '../run-summary.ts';
import type { Terminal } from '../terminal.ts';
import { count, counted, duration } from '../words.ts';
import type { WrittenFinding } from './finding-file.ts';

/** A search that ended, or was interrupted. */
export interface SearchEnd {
  readonly sum: CampaignSum;
  readonly seed: string;
  readonly seconds: number;
  readonly verdict: VerdictWord;
  readonly isGenerated: boolean;
}

/**
 * From so many generated runs on, a property that was never checked makes the whole search
 * undecided.
 */
export const CAMPAIGN_RUNS_MIN = 100;

/** The verdict of a search. Fewer runs than a campaign only report what they never checked. */
export function verdictOf(sum: CampaignSum, isGenerated: boolean): VerdictWord {
  if (sum.findings.length > 0) return 'violated';
  const isCampaign = isGenerated && sum.runs >= CAMPAIGN_RUNS_MIN;
  const isHollow = isCampaign && neverChecked(sum).length > 0;
  return isHollow || sum.undecided > 0 ? 'undecided' : 'held';
}

/** One finding for people. */
export function findingText(terminal: Terminal, written: WrittenFinding): string {
  const { finding, file, reproduce } = written;
  const { colors } = terminal;
  const what = finding.property === '' ? finding.kind : `${finding.kind} ${finding.property}`;
  const devices = finding.counterexample.accounts.flatMap((account) => account.devices).length;
  const small = [
    counted(devices, 'device'),
    counted(finding.counterexample.timeline.length, 'timeline entry', 'timeline entries'),
    `${counted(finding.shrinkRuns, 'run')} to make it small`,
  ];
  return [
    `${colors.bold(colors.red(what))}  ${finding.sentence}`,
    `  ${file}: ${small.join(', ')}`,
    `  ${reproduce}`,
    '',
    '',
  ].join('\n');
}

/** One finding for programs, one line. */
export function findingDocument(written: WrittenFinding): string {
  const { finding, file, reproduce } = written;
  const { kind, property, sentence, counterexample } = finding;
  const { seed, architecture } = counterexample;
  const overrides = counterexample.overrides.length;
  return `${JSON.stringify({
    schema: 'lockstep.finding/1',
    kind,
    property,
    sentence,
    seed,
    architecture,
    overrides,
    file,
    reproduce,
  })}\n`;
}

/** The end of a search for programs, one line. */
export function checkDocument({ sum, seed, seconds, verdict }: SearchEnd): string {
  return `${JSON.stringify({
    schema: 'lockstep.check/1',
    runs: sum.runs,
    failures: sum.findings.length,
    seed,
    seconds: Math.round(seconds * 1000) / 1000,
    verdict,
    undecided: sum.undecided,
    repeated: sum.repeated,
    events: sum.events,
    neverChecked: neverChecked(sum),
    checks: Object.fromEntries(sum.checks),
    levers: Object.fromEntries(sum.levers),
  })}\n`;
}

/** The end of a search for people. */
export function checkSummary(terminal: Terminal, end: SearchEnd): string {
  const { sum, seconds, verdict } = end;
  const { colors } = terminal;
  const paint = { held: 'green', violated: 'red', undecided: 'yellow' } as const;
  const checks = [...sum.checks.values()].reduce((total, times) => total + times, 0);
  const silent = [...sum.levers].filter(([, fired]) => fired === 0).map(([name]) => name);
  const lines = [
    labelled(
      terminal,
      'Search',
      `${counted(sum.runs, 'run')} in ${duration(Math.round(seconds * 1_000_000))}, ` +
        `${counted(sum.events, 'event')}, ${count(checks)} checks of ` +
        `${counted(sum.checks.size, 'property', 'properties')}, ` +
        `${count(sum.repeated)} repeated for X5`,
    ),
  ];
  const never = neverChecked(sum);
  if (never.length > 0) lines.push(labelled(terminal, 'Unchecked', never.join(', ')));
  if (silent.length > 0) lines.push(labelled(terminal, 'Not fired', silent.join(', ')));
  if (sum.undecided > 0) lines.push(labelled(terminal, 'Undecided', counted(sum.undecided, 'run')));
  const found =
    sum.findings.length === 0 ? 'no failure found' : counted(sum.findings.length, 'failure');
  lines.push('', `${colors.bold(colors[paint[verdict]](verdict))}: ${found}`);
  return `${lines.join('\n')}\n`;
}
