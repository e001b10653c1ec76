/** What `check` says: one text or JSON line per finding, and a summary of the whole search. */

import { type CampaignSum, neverChecked } from '../../sim/explore/campaign.ts';
import type { VerdictWord } from '../../sim/properties/property.ts';
import { labelled } from '../run-summary.ts';
import type { Terminal } from '../terminal.ts';
import { count, counted } from '../words.ts';
import type { CountedFinding, WrittenFinding } from './finding-file.ts';

/** A search that ended, or was interrupted. */
export interface SearchEnd {
  readonly sum: CampaignSum;
  readonly seed: string;
  readonly seconds: number;
  readonly verdict: VerdictWord;
  /** One for each file, with its repeats. */
  readonly written: readonly CountedFinding[];
  /** Files of the corpus that could not be read. */
  readonly unread: number;
  readonly isInterrupted: boolean;
  /** Runs that were to come; undefined when only time ends the search. */
  readonly total?: number;
}

/**
 * From so many generated runs on, a property that was never checked makes the whole search
 * undecided.
 */
export const CAMPAIGN_RUNS_MIN = 100;

/**
 * How a search was cut short, `interrupted after 24 of 500 runs: no failure so far`; undefined when
 * it was not.
 */
export function interruption(end: Omit<SearchEnd, 'verdict'>): string | undefined {
  if (!end.isInterrupted) return undefined;
  const { runs, findings } = end.sum;
  const ran =
    end.total === undefined
      ? counted(runs, 'run')
      : `${count(runs)} of ${counted(end.total, 'run')}`;
  const found = findings.length === 0 ? 'no failure' : counted(findings.length, 'failure');
  return `interrupted after ${ran}: ${found} so far`;
}

/** The verdict of a search. Fewer runs than a campaign only report what they never checked. */
export function verdictOf(
  sum: CampaignSum,
  isGenerated: boolean,
  isInterrupted: boolean,
): VerdictWord {
  if (sum.findings.length > 0) return 'violated';
  if (isInterrupted) return 'undecided';
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
export function checkDocument(end: SearchEnd): string {
  const { sum, seed, seconds, verdict } = end;
  return `${JSON.stringify({
    schema: 'lockstep.check/1',
    runs: sum.runs,
    failures: sum.findings.length,
    seed,
    seconds: Math.round(seconds * 1000) / 1000,
    verdict,
    interrupted: end.isInterrupted,
    distinct: end.written.length,
    waived: sum.waived,
    unread: end.unread,
    undecided: sum.undecided,
    expected: sum.expected,
    repeated: sum.repeated,
    events: sum.events,
    neverChecked: neverChecked(sum),
    checks: Object.fromEntries(sum.checks),
    levers: Object.fromEntries(sum.levers),
  })}\n`;
}

function foundText(terminal: Terminal, end: SearchEnd): string {
  const { colors } = terminal;
  const cut = interruption(end);
  if (cut !== undefined) {
    return end.sum.findings.length > 0 ? colors.bold(colors.red(cut)) : colors.yellow(cut);
  }
  const paint = { held: 'green', violated: 'red', undecided: 'yellow' } as const;
  const { length } = end.sum.findings;
  const files = end.written.length;
  const different = files === length ? '' : `, ${count(files)} different`;
  const found = length === 0 ? 'no failure found' : `${counted(length, 'failure')}${different}`;
  return `${colors.bold(colors[paint[end.verdict]](end.verdict))}: ${found}`;
}

const SEEDS_SHOWN = 5;

/** Seeds that led to the same story, where they differ. */
function seedsText(seeds: readonly string[]): string {
  const different = [...new Set(seeds)];
  const shown = different.slice(0, SEEDS_SHOWN).join(', ');
  const more = different.length > SEEDS_SHOWN ? ', …' : '';
  return shown === '' ? '' : ` (seeds ${shown}${more})`;
}

/** In how many runs the scenarios' own expectations were judged; undefined where there are none. */
function expectedText({ expected, runs }: CampaignSum): string | undefined {
  if (expected === 0) return undefined;
  const judged = `the scenarios’ own expectations were judged in ${count(expected)} of `;
  const others = runs === expected ? '' : '; the others had trouble added, or nothing expected';
  return `${judged}${counted(runs, 'run')}${others}`;
}

/** The end of a search for people. Says nothing of the time it took: that differs every time. */
export function checkSummary(terminal: Terminal, end: SearchEnd): string {
  const { sum } = end;
  const checks = [...sum.checks.values()].reduce((total, times) => total + times, 0);
  const silent = [...sum.levers].filter(([, fired]) => fired === 0).map(([name]) => name);
  const lines = [
    labelled(
      terminal,
      'Search',
      `${counted(sum.runs, 'run')}, ` +
        `${counted(sum.events, 'event')}, ${count(checks)} checks of ` +
        `${counted(sum.checks.size, 'property', 'properties')}, ` +
        `${count(sum.repeated)} repeated for X5`,
    ),
  ];
  const tell = (label: string, text: string): unknown =>
    lines.push(labelled(terminal, label, text));
  const never = neverChecked(sum);
  if (never.length > 0) tell('Unchecked', never.join(', '));
  if (silent.length > 0) tell('Not fired', silent.join(', '));
  const expected = expectedText(sum);
  if (expected !== undefined) tell('Expected', expected);
  if (sum.undecided > 0) tell('Undecided', counted(sum.undecided, 'run'));
  if (end.unread > 0) tell('Unread', `${counted(end.unread, 'file')} of the corpus`);
  if (sum.waived > 0) {
    const displays = counted(sum.waived, 'expected display');
    tell('Waived', `${displays} that the crash itself made impossible`);
  }
  for (const { file, more, seeds } of end.written) {
    if (more > 0) tell('Repeated', `${file}: and ${count(more)} more like it${seedsText(seeds)}`);
  }
  lines.push('', foundText(terminal, end));
  return `${lines.join('\n')}\n`;
}
