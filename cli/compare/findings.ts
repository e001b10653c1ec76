/**
 * What makes a comparison fail: a violated property, two ways of counting that differ, a formula
 * that its points do not meet, two sides that were not given the same, a defect. One sentence each.
 */

import type { ComparisonDocument } from '../../reports/compare/model.ts';
import type { Pair } from '../../reports/compare/rows.ts';
import { type Sample, unlikeness } from '../../sim/explore/paired.ts';
import { exceptionHint, isOpenedByTheft } from '../exception-hint.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { count, counted } from '../words.ts';

/** Sentences by what they lead to; the exit code is that of the worst. */
export interface CompareFindings {
  readonly defects: readonly string[];
  readonly violations: readonly string[];
  readonly open: readonly string[];
}

/** A pair and where it was run. */
export interface PlacedPair extends Pair {
  readonly scenario: string;
}

type Source = Omit<ComparisonDocument, 'headlines'>;

/** Looks through everything. */
export function findingsOf(document: Source, pairs: readonly PlacedPair[]): CompareFindings {
  return {
    defects: pairs.flatMap(defectsOf),
    violations: [...verdictFindings(document, pairs), ...checkFindings(document)],
    open: pairs.flatMap(({ scenario, relay, fanout }) =>
      [relay, fanout].flatMap((sample) => openOf(scenario, sample)),
    ),
  };
}

function defectsOf({ scenario, seed, relay, fanout }: PlacedPair): readonly string[] {
  const of = (side: string): string => `${scenario}, seed ${seed}, ${side}`;
  const broken = [relay, fanout].flatMap(({ side, defect }) => {
    return defect === undefined ? [] : [`${of(side)}: ${defect}`];
  });
  const unlike = unlikeness(relay, fanout);
  return unlike === undefined ? broken : [...broken, `${of('both sides')}: ${unlike}`];
}

function openOf(scenario: string, { side, seed, measures, defect }: Sample): readonly string[] {
  if (measures !== undefined || defect !== undefined) return [];
  return [`${scenario}, seed ${seed}, ${side}: a bound ended the run before its story was over`];
}

/** One for each scenario and side, with every reason on a line of its own. */
function verdictFindings({ scenarios }: Source, pairs: readonly PlacedPair[]): readonly string[] {
  return scenarios.flatMap(({ scenario, verdicts }) =>
    (['relay', 'fanout'] as const).flatMap((side) => {
      const { violated, reasons } = verdicts[side];
      if (violated === 0) return [];
      const own = pairs.filter((pair) => pair.scenario === scenario).map((pair) => pair[side]);
      const lines = [...reasons, ...hintsOf(own)].map((reason) => `\n      ${reason}`);
      return [`${scenario} on ${side}: violated in ${counted(violated, 'run')}${lines.join('')}`];
    }),
  );
}

/** How the scenario says that its theft is meant to open what it opened. */
function hintsOf(samples: readonly Sample[]): readonly string[] {
  const robbed = samples.filter(({ thefts }) => thefts.length > 0);
  const broken = new Set(robbed.flatMap(({ violated }) => violated.filter(isOpenedByTheft)));
  const side = samples[0]?.side ?? '';
  return [...broken].sort().map((id) => exceptionHint(id, side));
}

function checkFindings({ crossChecks, sweeps }: Source): readonly string[] {
  const checks = crossChecks.flatMap(({ what, checked, differing }) => {
    if (differing === 0) return [];
    return [`counted twice, and different in ${count(differing)} of ${count(checked)}: ${what}`];
  });
  const curves = sweeps.flatMap(({ id, series }) =>
    series.flatMap(({ side, measure, formula, agrees }) => {
      if (agrees !== false) return [];
      return [`${id}: ${measure} on ${side} does not meet its formula ${formula}`];
    }),
  );
  return [...checks, ...curves];
}

/** The exit code of a comparison that came to its end. */
export function exitCodeOf({ defects, violations, open }: CompareFindings): ExitCode {
  if (defects.length > 0) return EXIT.defect;
  if (violations.length > 0) return EXIT.violated;
  return open.length > 0 ? EXIT.undecided : EXIT.held;
}
