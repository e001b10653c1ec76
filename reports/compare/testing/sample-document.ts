/**
 * A comparison as a long run would give it, made from a table and a small generator so that it is
 * the same every time: all sections, numbers that are missing, rows with too few seeds, a curve
 * that disagrees with its formula, long names, and markup in names.
 */

import { headlinesOf } from '../headlines.ts';
import type {
  ComparisonDocument,
  Estimate,
  ExposureRow,
  MeasureRow,
  ScenarioSection,
  Side,
  Sweep,
  SweepSeries,
  Verdicts,
} from '../model.ts';
import { SAMPLE_MEASURES, type SampleMeasure } from './sample-measures.ts';

const SEEDS_FOR_INTERVAL = 8;

/** Names that must reach the page as text. */
export const HOSTILE_NAME = 'image-of-"tags"-</script><img src=x onerror=alert(1)>-&amp;';
const LONG_NAME = `a-story-with-a-name-${'longer-than-any-column-'.repeat(4)}really`;

const STORIES: readonly (readonly [string, string])[] = [
  [
    'phone-offline',
    'For eight hours Alice’s phone is off, and she chats on from laptop and tablet.',
  ],
  ['subway', 'Bob rides through tunnels; his companions stay on wifi.'],
  ['group-evening', 'Twelve people, one group, four hours.'],
  ['new-laptop', 'Alice links a laptop in the middle of a conversation.'],
  ['lost-phone', 'Carol’s phone is gone for good; her desktop goes on.'],
  ['stolen-laptop', 'A laptop is stolen, used, and logged out two days later.'],
  ['media-day', 'Photos and films from every device.'],
  ['quiet-month', 'A month in which hardly anyone writes.'],
  ['flaky-wifi', 'Every companion drops off the network once a minute.'],
  ['server-maintenance', 'The server restarts three times in an hour.'],
  [
    LONG_NAME,
    'A summary that goes on for a while, so that a page must decide where to break it and does not run out of its column on a narrow screen.',
  ],
  [HOSTILE_NAME, 'Its name and this summary hold <b>markup</b> & a | bar.'],
];

/** A repeatable stream of numbers in [0, 1): enough for a sample, good for nothing else. */
function stream(seed: number): () => number {
  let state = seed % 2147483647 || 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const rounded = (value: number): number => Number(value.toPrecision(9));

function estimate(mean: number | null, halfWidth: number, seeds: number): Estimate {
  if (mean === null || seeds === 0) return { mean: null, seeds: 0 };
  if (seeds < SEEDS_FOR_INTERVAL) return { mean: rounded(mean), seeds };
  const [low, high] = [rounded(mean - halfWidth * 0.96), rounded(mean + halfWidth)];
  return {
    mean: rounded(mean),
    low: mean >= 0 && halfWidth < mean ? Math.max(0, low) : low,
    high,
    seeds,
  };
}

const capped = (one: Estimate, unit: string): Estimate =>
  unit === 'share' && one.high !== undefined ? { ...one, high: Math.min(1, one.high) } : one;

function row(
  measure: SampleMeasure,
  seeds: number,
  draw: () => number,
  factor: number,
): MeasureRow {
  const cap = (value: number): number => (measure.unit === 'share' ? Math.min(1, value) : value);
  const near = (value: number | null): number | null =>
    value === null ? null : cap(value * factor * (0.95 + 0.1 * draw()));
  const [relay, fanout] =
    factor === 1 ? [measure.relay, measure.fanout] : [near(measure.relay), near(measure.fanout)];
  const half = (value: number | null): number =>
    ((value ?? 0) * measure.spread * (0.8 + 0.4 * draw())) / Math.sqrt(Math.max(1, seeds) / 10);
  const gap = relay === null || fanout === null ? null : fanout - relay;
  return {
    measure: measure.id,
    relay: capped(estimate(relay, half(relay), relay === null ? 0 : seeds), measure.unit),
    fanout: capped(estimate(fanout, half(fanout), seeds), measure.unit),
    difference: estimate(gap, (half(relay) + half(fanout)) * 0.7, gap === null ? 0 : seeds),
  };
}

function verdicts(side: Side, seeds: number, index: number): Verdicts {
  if (side === 'fanout') {
    const undecided = index === 8 && seeds > 3 ? 2 : 0;
    const reasons = undecided > 0 ? ['the bound on events ended the run first (seeds 17, 41)'] : [];
    return { held: seeds - undecided, violated: 0, undecided, reasons };
  }
  const violated = index === 9 && seeds > 3 ? 1 : 0;
  const reasons =
    violated > 0
      ? ['L1 eventual delivery: a copy for carol.desktop came after the heal phase (seed 63)']
      : [];
  return { held: seeds - violated, violated, undecided: 0, reasons };
}

function story(index: number, seeds: number): ScenarioSection {
  const [scenario, summary] = STORIES[index] as readonly [string, string];
  const draw = stream(1_000 + index);
  const factor = 0.8 + 0.05 * index;
  return {
    scenario,
    summary,
    verdicts: { relay: verdicts('relay', seeds, index), fanout: verdicts('fanout', seeds, index) },
    exceptions:
      index > 4
        ? []
        : [
            {
              side: 'relay',
              subject: 'L9 companion independence',
              why: 'With the phone off, a browser can neither send nor receive.',
              seen: index === 3 ? 0 : 412 - 61 * index,
            },
          ],
    rows: SAMPLE_MEASURES.map((measure, place) =>
      row(measure, index === 7 && place % 5 === 0 ? 4 : seeds, draw, factor),
    ),
  };
}

/** A curve from a rule; the width of its intervals is a share of the value. */
function curve(
  facts: Pick<SweepSeries, 'side' | 'measure' | 'formula' | 'tolerance'> & {
    readonly width: number;
    readonly bias?: number;
  },
  places: readonly number[],
  rule: (at: number) => number,
  seeds: number,
): SweepSeries {
  const { side, measure, formula, tolerance, width, bias = 0 } = facts;
  const points = places.map((at) => ({
    at,
    measured: estimate(
      rule(at) * (1 + bias * (at / (places.at(-1) ?? 1))),
      rule(at) * width,
      seeds,
    ),
    ...(formula === undefined ? {} : { formula: rounded(rule(at)) }),
  }));
  if (formula === undefined || tolerance === undefined) return { side, measure, points };
  return { side, measure, points, formula, tolerance, agrees: bias <= tolerance };
}

function sweeps(seeds: number): readonly Sweep[] {
  const shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  const first = 'availability.first-minute';
  const copies = 'ciphertexts.per-message';
  const sizes = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
  return [
    {
      id: 'phone-offline-share',
      title: 'How long the phone is off',
      axis: 'share of the time the phone is off',
      isLogarithmic: false,
      series: [
        curve(
          { side: 'relay', measure: first, formula: '1 − x', tolerance: 0.05, width: 0.04 },
          shares,
          (x) => 0.985 * (1 - x),
          seeds,
        ),
        curve(
          { side: 'fanout', measure: first, width: 0.006 },
          shares,
          (x) => 0.985 - 0.012 * x,
          seeds,
        ),
      ],
    },
    {
      id: 'devices',
      title: 'Devices of each account',
      axis: 'devices of each account',
      isLogarithmic: false,
      series: [
        curve(
          { side: 'relay', measure: copies, formula: '1', tolerance: 0.01, width: 0.004 },
          [1, 2, 3, 4, 5],
          () => 1,
          seeds,
        ),
        curve(
          {
            side: 'fanout',
            measure: copies,
            formula: '1 + 2(d − 1)',
            tolerance: 0.02,
            width: 0.006,
          },
          [1, 2, 3, 4, 5],
          (d) => 1 + 2 * (d - 1),
          seeds,
        ),
      ],
    },
    {
      id: 'group-size',
      title: 'Members of a group',
      axis: 'members of the group',
      isLogarithmic: true,
      series: [
        curve(
          {
            side: 'relay',
            measure: 'bytes.server.total',
            formula: '240 n',
            tolerance: 0.05,
            width: 0.03,
          },
          sizes,
          (n) => 240 * n,
          seeds,
        ),
        curve(
          {
            side: 'fanout',
            measure: 'bytes.server.total',
            formula: '310 n + 1,400',
            tolerance: 0.05,
            width: 0.03,
            bias: 0.31,
          },
          sizes,
          (n) => 310 * n + 1_400,
          seeds,
        ),
      ],
    },
    {
      id: 'message-rate',
      title: 'How much is written',
      axis: 'messages an hour',
      isLogarithmic: true,
      series: (['relay', 'fanout'] as const).map((side) =>
        curve(
          { side, measure: 'energy.phone', width: 0.07 },
          [1, 4, 16, 64, 256],
          (r) => (side === 'relay' ? 310 : 190) + 6 * Math.sqrt(r),
          seeds,
        ),
      ),
    },
  ];
}

function exposure(seeds: number): readonly ExposureRow[] {
  const theft = (
    side: Side,
    what: string,
    [messages, past, future, after]: readonly [number, number, number, number],
    causes: readonly (readonly [string, number])[],
    agreeing = seeds,
  ): ExposureRow => ({
    side,
    theft: what,
    messages: estimate(messages, 14, seeds),
    past: estimate(past, past * 0.05, seeds),
    pastByCause: causes.map(([cause, number]) => ({
      cause,
      messages: estimate(number, number * 0.08, seeds),
    })),
    future: estimate(future, future * 0.06, seeds),
    afterLogOut: estimate(after, after * 0.5, seeds),
    agreeing,
    seeds,
  });
  const store = 'a companion’s whole store on day 20';
  return [
    theft('relay', store, [1_840, 1_210, 402, 0], [['recorded wire, one static key', 1_210]]),
    theft(
      'fanout',
      store,
      [1_840, 604, 371, 3.4],
      [
        ['kept by the app', 560],
        ['history bundle', 31],
        ['skipped keys', 9],
        ['in flight', 4],
      ],
    ),
    theft(
      'relay',
      'a companion’s keys without its messages, and the wire',
      [1_840, 1_210, 402, 0],
      [['recorded wire, one static key', 1_210]],
    ),
    theft(
      'fanout',
      'a companion’s keys without its messages, and the wire',
      [1_840, 13, 371, 3.4],
      [
        ['skipped keys', 9],
        ['in flight', 4],
      ],
      Math.max(0, seeds - 2),
    ),
  ];
}

/** The document; fewer than eight seeds leave it without intervals. */
export function sampleDocument(seeds = 100): ComparisonDocument {
  const draw = stream(7);
  const document = {
    schema: 'lockstep.compare/1',
    reproduce: `npx lockstep compare --seeds ${seeds} --out out/`,
    lockstep: '0.1.0',
    build: '0f3a9c55d1e27b60884412f7ac90be13',
    crypto: 'openssl',
    seeds: Array.from({ length: seeds }, (_, index) => String(index + 1)),
    seedsForInterval: SEEDS_FOR_INTERVAL,
    measures: SAMPLE_MEASURES.map(({ relay: _, fanout: __, spread: ___, ...measure }) => measure),
    overall: SAMPLE_MEASURES.map((measure) => row(measure, seeds, draw, 1)),
    scenarios: STORIES.map((_, index) => story(index, seeds)),
    sweeps: sweeps(seeds),
    exposure: exposure(seeds),
    costs: [
      {
        name: 'X25519 agreement',
        value: 60,
        unit: 'µs',
        source: 'OpenSSL 3.0 on a 2.4 GHz core, keys ready; see docs/costs.md',
      },
      { name: 'HMAC-SHA-256, one chain step', value: 4, unit: 'µs', source: 'the same' },
      { name: 'AES-256-CBC, each kilobyte', value: 2.75, unit: 'µs', source: 'the same' },
    ],
    battery: [
      {
        name: 'LTE promotion',
        value: 1.21,
        unit: 'J',
        source:
          'Huang et al., “A close examination of performance and power characteristics of 4G LTE networks”, MobiSys 2012, table 3',
      },
      { name: 'LTE tail', value: 11.576, unit: 's', source: 'the same' },
      { name: 'LTE tail power', value: 1060, unit: 'mW', source: 'the same' },
    ],
    crossChecks: [
      {
        what: 'both sides of a pair were given the same intents',
        checked: seeds * 12,
        differing: 0,
      },
      { what: 'both sides of a pair met the same weather', checked: seeds * 12, differing: 0 },
      {
        what: 'bytes from the trace and from the counters',
        checked: seeds * 24,
        differing: seeds > 3 ? 1 : 0,
      },
      {
        what: 'ciphertexts counted by the provider and on the wire',
        checked: seeds * 24,
        differing: 0,
      },
    ],
    limits: [
      'Nobody behaves differently because a companion works or does not: the same things are tried on both sides.',
      'The phone’s operating system is a schedule of dozing and pushes, not a real one.',
      'Energy is a model over radio states; a screen, and other apps, are left out.',
      'The phone relay is built from public descriptions; where they are silent the choice is marked as an assumption.',
    ],
  } as const;
  return { ...document, headlines: headlinesOf(document) };
}
