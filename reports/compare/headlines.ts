/**
 * The sentences of the first screen, made from the numbers of a document and from nothing else.
 * Every figure in a sentence is put there together with the path it was read from. A difference is
 * claimed only where its paired interval leaves out zero; without an interval nothing is claimed,
 * and one of less than a hundredth is left to the tables.
 *
 * Which measures speak is a rule, not a choice by result: of every group, and for each of the three
 * lists, the first measure in the order of the document's measures that belongs there. The curve
 * over the phone's absence and the first theft speak before the other measures of their groups.
 */

import {
  change,
  figure,
  type Interval,
  intervalOf,
  meanText,
  range,
  rowScales,
  type Scale,
  scaleFor,
} from './figures.ts';
import type {
  ComparisonDocument,
  Estimate,
  ExposureRow,
  Headline,
  Measure,
  MeasureRow,
  Side,
  Sweep,
  SweepPoint,
  SweepSeries,
} from './model.ts';
import { areApart, readingOf } from './readings.ts';

/** The sweep whose curve is the picture of the first screen. */
export const OFFLINE_SWEEP = 'phone-offline-share';

/** A sentence and the group of measures it speaks for. */
type Spoken = readonly [group: string, made: Headline];

type Source = Omit<ComparisonDocument, 'headlines'>;
type Cited = Headline['numbers'][number];
type Claim = readonly (string | readonly [text: string, ...cited: readonly Cited[]])[];

const EACH_KIND_MAX = 4;
/** The group the thefts speak for. */
const EXPOSURE_GROUP = 'Exposure';

function headline(kind: Headline['kind'], claim: Claim): Headline {
  const sentence = claim.map((part) => (typeof part === 'string' ? part : part[0])).join('');
  const numbers = claim.flatMap((part) => (typeof part === 'string' ? [] : part.slice(1)));
  return { kind, sentence, numbers: numbers as Cited[] };
}

/** A mean with its path; the caller knows that it is there. */
function mean(estimate: Estimate, path: string, scale: Scale): Claim[number] {
  const value = estimate.mean ?? 0;
  return [meanText(estimate, scale), { path: `${path}/mean`, value }];
}

function between(interval: Interval, path: string, scale: Scale): Claim[number] {
  return [
    range(interval, scale),
    { path: `${path}/low`, value: interval.low },
    { path: `${path}/high`, value: interval.high },
  ];
}

/** A difference of less than a hundredth of its sides is for the tables, however sure it is. */
function isSlight({ relay, fanout, difference }: MeasureRow): boolean {
  const most = Math.max(Math.abs(relay.mean ?? 0), Math.abs(fanout.mean ?? 0));
  return Math.abs(difference.mean ?? 0) * 100 < most;
}

/**
 * What a mark of a distribution says of several stories: it is not the mark of all their messages
 * together.
 */
function ofStories({ id }: Measure, stories: number): string {
  const mark = /\.p(50|95|99)$/.exec(id)?.[1];
  if (mark === undefined || stories < 2) return '';
  const which = mark === '50' ? 'median' : `${mark} % mark`;
  return ` (mean of the stories’ own ${which}s)`;
}

/** The sentence of one row; undefined when its numbers allow none. */
function rowHeadline(row: MeasureRow, measure: Measure, stories: number): Headline | undefined {
  const reading = readingOf(row, measure.better);
  const interval = intervalOf(row.difference);
  const { relay, fanout, difference } = row;
  if (interval === undefined || relay.mean === null || fanout.mean === null) return undefined;
  const path = `overall/${row.measure}`;
  const scales = rowScales(row, measure.unit);
  const sides = [
    mean(relay, `${path}/relay`, scales.relay),
    mean(fanout, `${path}/fanout`, scales.fanout),
  ] as const;
  const by: Claim[number] = [
    change(difference.mean ?? 0, scales.difference),
    { path: `${path}/difference/mean`, value: difference.mean ?? 0 },
  ];
  const spread = between(interval, `${path}/difference`, scales.difference);
  const aside: Claim = [' (', by, ', ', spread, ').'];
  const name = `${measure.name}${ofStories(measure, stories)}`;
  if (reading === 'no-difference') {
    const claim = [name, ': no difference seen, ', sides[1], ' with fanout and ', sides[0]];
    return headline('same', [...claim, ' on the relay', ...aside]);
  }
  if (reading !== 'better' && reading !== 'worse') return undefined;
  if (isSlight(row)) return undefined;
  const claim = [name, ': ', sides[1], ' with fanout instead of ', sides[0]];
  const kind = reading === 'better' ? 'bought' : 'paid';
  return headline(kind, [...claim, ' on the relay', ...aside]);
}

function rowHeadlines(document: Source): readonly Spoken[] {
  const rows = new Map(document.overall.map((row) => [row.measure, row]));
  return document.measures.flatMap((measure) => {
    const row = rows.get(measure.id);
    const made =
      row === undefined ? undefined : rowHeadline(row, measure, document.scenarios.length);
    return made === undefined ? [] : [[measure.group, made] as const];
  });
}

/** Two curves of one measure, the phone relay's and fanout's. */
interface Pair {
  readonly measure: Measure;
  readonly relay: readonly [SweepSeries, path: string];
  readonly fanout: readonly [SweepSeries, path: string];
}

/** The first measure a sweep has curves of for both sides; undefined when there is none. */
export function pairOf(sweep: Sweep, measures: readonly Measure[]): Pair | undefined {
  const path = (series: SweepSeries): string =>
    `sweeps/${sweep.id}/series/${sweep.series.indexOf(series)}`;
  for (const { measure: id } of sweep.series) {
    const find = (side: Side): SweepSeries | undefined =>
      sweep.series.find((series) => series.side === side && series.measure === id);
    const [relay, fanout, measure] = [
      find('relay'),
      find('fanout'),
      measures.find((m) => m.id === id),
    ];
    if (relay && fanout && measure) {
      return { measure, relay: [relay, path(relay)], fanout: [fanout, path(fanout)] };
    }
  }
  return undefined;
}

/** The point nearest to one half that both sides have; ties go to the lower one. */
function middle(pair: Pair): readonly [SweepPoint, SweepPoint] | undefined {
  const both = pair.relay[0].points.flatMap((point) => {
    const other = pair.fanout[0].points.find(({ at }) => at === point.at);
    return other === undefined ? [] : [[point, other] as const];
  });
  const distance = (at: number): number => Math.abs(at - 0.5);
  return both.sort(
    ([left], [right]) => distance(left.at) - distance(right.at) || left.at - right.at,
  )[0];
}

function offlineHeadlines(document: Source): readonly Spoken[] {
  const sweep = document.sweeps.find(({ id }) => id === OFFLINE_SWEEP);
  const pair = sweep === undefined ? undefined : pairOf(sweep, document.measures);
  const points = pair === undefined ? undefined : middle(pair);
  if (pair === undefined || points === undefined) return [];
  const [relay, fanout] = points;
  const spans = [intervalOf(relay.measured), intervalOf(fanout.measured)] as const;
  if (spans[0] === undefined || spans[1] === undefined) return [];
  if (!areApart(relay.measured, fanout.measured)) return [];
  const { measure } = pair;
  if (measure.better === 'neither') return [];
  const isMore = spans[1].low > spans[0].high;
  const pathOf = ([series, path]: Pair['relay'], point: SweepPoint): string =>
    `${path}/points/${series.points.indexOf(point)}`;
  const paths = { relay: pathOf(pair.relay, relay), fanout: pathOf(pair.fanout, fanout) };
  const scale = scaleFor(measure.unit, [relay.measured.mean, fanout.measured.mean]);
  const at = figure(relay.at, scaleFor('share', [relay.at]));
  const claim: Claim = [
    'With the phone off ',
    [at, { path: `${paths.fanout}/at`, value: relay.at }],
    ` of the time: ${measure.name.charAt(0).toLowerCase()}${measure.name.slice(1)} `,
    mean(fanout.measured, `${paths.fanout}/measured`, scale),
    ' with fanout (',
    between(spans[1], `${paths.fanout}/measured`, scale),
    ') instead of ',
    mean(relay.measured, `${paths.relay}/measured`, scale),
    ' on the relay (',
    between(spans[0], `${paths.relay}/measured`, scale),
    ').',
  ];
  const kind = isMore === (measure.better === 'more') ? 'bought' : 'paid';
  return [[measure.group, headline(kind, claim)]];
}

type Opened = 'past' | 'future' | 'afterLogOut';
const OPENED: readonly (readonly [Opened, string])[] = [
  ['past', 'from before the theft'],
  ['future', 'from the theft to the log-out'],
  ['afterLogOut', 'from after the log-out'],
];

/** One theft on both sides: what each opens of the past, of the future, and after the log-out. */
function theftHeadlines(
  relay: ExposureRow,
  fanout: ExposureRow,
  exposure: readonly ExposureRow[],
): readonly Spoken[] {
  return OPENED.flatMap(([field, words]) => {
    const [left, right] = [relay[field], fanout[field]];
    const spans = [intervalOf(left), intervalOf(right)] as const;
    if (spans[0] === undefined || spans[1] === undefined || !areApart(left, right)) return [];
    if (relay.agreeing !== relay.seeds || fanout.agreeing !== fanout.seeds) return [];
    const scale = scaleFor('count', [left.mean, right.mean]);
    const paths = [relay, fanout].map((row) => `exposure/${exposure.indexOf(row)}/${field}`);
    const claim: Claim = [
      `Who steals the ${fanout.theft} opens `,
      mean(right, paths[1] ?? '', scale),
      ` messages ${words} with fanout (`,
      between(spans[1], paths[1] ?? '', scale),
      ') instead of ',
      mean(left, paths[0] ?? '', scale),
      relay.theft === fanout.theft
        ? ' on the relay ('
        : ` on the relay by stealing the ${relay.theft} (`,
      between(spans[0], paths[0] ?? '', scale),
      ').',
    ];
    const kind = spans[1].high < spans[0].low ? 'bought' : 'paid';
    return [[EXPOSURE_GROUP, headline(kind, claim)] as const];
  });
}

function exposureHeadlines(document: Source): readonly Spoken[] {
  const { exposure } = document;
  const fanout = exposure.find(({ side }) => side === 'fanout');
  const relays = exposure.filter(({ side }) => side === 'relay');
  const relay = relays.find(({ theft }) => theft === fanout?.theft) ?? relays[0];
  return relay === undefined || fanout === undefined ? [] : theftHeadlines(relay, fanout, exposure);
}

/** All sentences, in the order they are read; each list has at most four, one for a group. */
export function headlinesOf(document: Source): readonly Headline[] {
  const taken = new Set<string>();
  const all = [
    ...offlineHeadlines(document),
    ...exposureHeadlines(document),
    ...rowHeadlines(document),
  ].filter(([group, { kind }]) => {
    const isFirst = !taken.has(`${kind} ${group}`);
    taken.add(`${kind} ${group}`);
    return isFirst;
  });
  return (['bought', 'paid', 'same'] as const).flatMap((kind) =>
    all
      .map(([, made]) => made)
      .filter((made) => made.kind === kind)
      .slice(0, EACH_KIND_MAX),
  );
}
