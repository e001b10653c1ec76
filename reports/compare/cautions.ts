/**
 * What a reader must know before believing the rest: everything in a document that went otherwise
 * than it should, one sentence each. An empty list is the good case, and the forms say so.
 */

import { count, counted } from './figures.ts';
import type { ComparisonDocument, Side } from './model.ts';
import { SIDE_NAMES, SIDE_TITLES } from './readings.ts';

function ofSeeds({ seeds, seedsForInterval }: ComparisonDocument): readonly string[] {
  if (seeds.length >= seedsForInterval) return [];
  return [
    `Only ${counted(seeds.length, 'seed')}: an interval needs at least ${seedsForInterval}, so no ` +
      'number here has one and no difference is claimed.',
  ];
}

function ofVerdicts({ scenarios }: ComparisonDocument): readonly string[] {
  return scenarios.flatMap(({ scenario, verdicts }) =>
    (['relay', 'fanout'] as const).flatMap((side: Side) => {
      const { violated, undecided, reasons } = verdicts[side];
      const what = [
        ...(violated > 0 ? [`${counted(violated, 'run')} broke a promise`] : []),
        ...(undecided > 0 ? [`${counted(undecided, 'run')} stayed undecided`] : []),
      ];
      if (what.length === 0) return [];
      const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
      return [`${scenario}, ${SIDE_NAMES[side]}: ${what.join(' and ')}${why}.`];
    }),
  );
}

function ofExceptions({ scenarios }: ComparisonDocument): readonly string[] {
  return scenarios.flatMap(({ scenario, exceptions }) =>
    exceptions
      .filter(({ seen }) => seen === 0)
      .map(
        ({ side, subject }) =>
          `${scenario}, ${SIDE_NAMES[side]}: the exception to “${subject}” was declared and never seen.`,
      ),
  );
}

function ofChecks({ crossChecks }: ComparisonDocument): readonly string[] {
  return crossChecks
    .filter(({ differing, checked }) => differing > 0 || checked === 0)
    .map(({ what, differing, checked }) =>
      checked === 0
        ? `Cross check “${what}”: never made.`
        : `Cross check “${what}”: ${count(differing)} of ${count(checked)} differ.`,
    );
}

function ofSweeps({ sweeps }: ComparisonDocument): readonly string[] {
  return sweeps.flatMap(({ title, series }) =>
    series
      .filter(({ agrees }) => agrees === false)
      .map(
        ({ side, formula }) =>
          `${title}: ${SIDE_NAMES[side]} disagrees with its formula ${formula ?? ''}.`,
      ),
  );
}

function ofJudges({ exposure }: ComparisonDocument): readonly string[] {
  return exposure
    .filter(({ agreeing, seeds }) => agreeing !== seeds)
    .map(
      ({ side, theft, agreeing, seeds }) =>
        `${SIDE_TITLES[side]}, ${theft}: the two judges named the same messages in ${agreeing} of ` +
        `${counted(seeds, 'run')} only.`,
    );
}

/** All of them, the gravest first. */
export function cautionsOf(document: ComparisonDocument): readonly string[] {
  return [
    ...ofSeeds(document),
    ...ofChecks(document),
    ...ofVerdicts(document),
    ...ofJudges(document),
    ...ofSweeps(document),
    ...ofExceptions(document),
  ];
}
