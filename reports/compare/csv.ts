/**
 * Every number of the document as one table in long form. What a column is not about is empty; a
 * mean that is missing had no occasion, an interval that is missing had too few seeds.
 */

import { csvField } from '../export-csv.ts';
import type {
  ComparisonDocument,
  Estimate,
  ExposureRow,
  MeasureRow,
  ScenarioSection,
  Sweep,
} from './model.ts';
import { SIDES } from './model.ts';

const COLUMNS = [
  'section',
  'scenario',
  'measure',
  'side',
  'mean',
  'low',
  'high',
  'seeds',
  'bounds',
  'unit',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string | number>>;

function numbers({ mean, low, high, seeds, bounds }: Estimate): Row {
  return {
    ...(mean === null ? {} : { mean }),
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
    seeds,
    ...(bounds === undefined ? {} : { bounds }),
  };
}

function measureRows(rows: readonly MeasureRow[], place: Row, units: Units): readonly Row[] {
  return rows.flatMap((row) =>
    ([...SIDES, 'difference'] as const).map((side) => ({
      ...place,
      measure: row.measure,
      side,
      ...numbers(row[side]),
      unit: units.get(row.measure) ?? '',
    })),
  );
}

type Units = ReadonlyMap<string, string>;

function scenarioRows(one: ScenarioSection, units: Units): readonly Row[] {
  const { scenario, verdicts, exceptions } = one;
  const judged = SIDES.flatMap((side) =>
    (['held', 'violated', 'undecided'] as const).map((measure) => ({
      section: 'verdict',
      scenario,
      measure,
      side,
      mean: verdicts[side][measure],
      unit: 'count',
    })),
  );
  const declared = exceptions.map(({ side, subject, seen }) => ({
    section: 'exception',
    scenario,
    measure: subject,
    side,
    mean: seen,
    unit: 'count',
  }));
  return [
    ...measureRows(one.rows, { section: 'scenario', scenario }, units),
    ...judged,
    ...declared,
  ];
}

/** A point's `scenario` is the varied value, as `devices=3`; a formula has a side of its own. */
function sweepRows(sweep: Sweep, units: Units): readonly Row[] {
  return sweep.series.flatMap(({ side, measure, points }) =>
    points.flatMap(({ at, measured, formula }) => {
      const place = { section: 'sweep', scenario: `${sweep.id}=${at}`, measure };
      const unit = units.get(measure) ?? '';
      const row: Row = { ...place, side, ...numbers(measured), unit };
      if (formula === undefined) return [row];
      return [row, { ...place, side: `${side} formula`, mean: formula, unit }];
    }),
  );
}

function exposureRows(row: ExposureRow): readonly Row[] {
  const { side, theft, messages, past, future, afterLogOut, pastByCause, agreeing, seeds } = row;
  const place = { section: 'exposure', scenario: theft, side, unit: 'count' };
  const parts: readonly (readonly [string, Estimate])[] = [
    ['messages', messages],
    ['past', past],
    ...pastByCause.map((one) => [`past: ${one.cause}`, one.messages] as const),
    ['future', future],
    ['after log-out', afterLogOut],
  ];
  return [
    ...parts.map(([measure, estimate]) => ({ ...place, measure, ...numbers(estimate) })),
    { ...place, measure: 'judges agreeing', mean: agreeing, seeds },
  ];
}

function constantRows(document: ComparisonDocument): readonly Row[] {
  const checks = document.crossChecks.flatMap(({ what, checked, differing }) => [
    { section: 'cross check', measure: what, side: 'checked', mean: checked, unit: 'count' },
    { section: 'cross check', measure: what, side: 'differing', mean: differing, unit: 'count' },
  ]);
  const constants = (['costs', 'battery'] as const).flatMap((section) =>
    document[section].map(({ name, value, unit }) => ({
      section,
      measure: name,
      mean: value,
      unit,
    })),
  );
  return [...checks, ...constants];
}

/** Rows without line ends, the names of the columns first. */
export function csvRows(document: ComparisonDocument): readonly string[] {
  const units: Units = new Map(document.measures.map(({ id, unit }) => [id, unit]));
  const rows: readonly Row[] = [
    ...measureRows(document.overall, { section: 'overall' }, units),
    ...document.scenarios.flatMap((one) => scenarioRows(one, units)),
    ...document.sweeps.flatMap((sweep) => sweepRows(sweep, units)),
    ...document.exposure.flatMap(exposureRows),
    ...constantRows(document),
  ];
  const written = rows.map((row) => COLUMNS.map((name) => csvField(row[name] ?? '')).join(','));
  return [COLUMNS.join(','), ...written];
}
