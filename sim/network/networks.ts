/**
 * What a link between a device and the server can be like: tables of integers, each with its public
 * source. One-way latencies of a packet, chances per packet, bandwidth per direction, and the
 * spells and outages from which a link's weather is drawn.
 *
 * What it does not do: draw. Values a source does not state are marked `Assumption`.
 */

import { assert } from '../kernel/assert.ts';
import type { QuantileTable } from '../kernel/distributions.ts';
import { quantileTable } from '../kernel/distributions.ts';
import type { NetworkDescription, Ratio, TraceRow } from './plain.ts';

/** A stretch of bad reception: drawn once per slot and link. */
export interface Spell {
  readonly slotUs: number;
  /** Chance that a slot is a bad one. */
  readonly chance: Ratio;
  /** Loss during a bad slot, instead of the usual one. */
  readonly loss: Ratio;
  /** Latency during a bad slot, in percent of the usual one. */
  readonly latencyPercent: number;
}

/** No reception at all, at most once per slot: tunnels. */
export interface Outage {
  readonly slotUs: number;
  readonly chance: Ratio;
  /** Length of one outage; its largest value is at most `slotUs`. */
  readonly lengthUs: QuantileTable;
}

/** One kind of network, as plain integers. */
export interface NetworkModel {
  readonly name: string;
  /** One line for `list networks`. */
  readonly summary: string;
  /** Where the numbers come from. */
  readonly source: string;
  /** One-way latency of a packet in microseconds, without serialisation. */
  readonly latencyUs: QuantileTable;
  readonly loss: Ratio;
  readonly duplication: Ratio;
  readonly reordering: Ratio;
  readonly corruption: Ratio;
  /** Per direction; the device's access link is the narrowest hop. */
  readonly bandwidthBytesPerSecond: number;
  readonly spell?: Spell;
  readonly outage?: Outage;
  /** A measured trace: replaces latency and loss, repeats after its last row. */
  readonly trace?: readonly TraceRow[];
}

const NEVER: Ratio = { numerator: 0, denominator: 1 };

function ratio(numerator: number, denominator: number): Ratio {
  return { numerator, denominator };
}

/** Shares of `NetworkDescription.latencyUs`. */
function latency(values: readonly number[]): QuantileTable {
  return quantileTable(100, [0, 25, 50, 75, 95, 100], values);
}

const PERFECT: NetworkModel = {
  name: 'perfect',
  summary: '1 ms each way, nothing lost, as wide as needed',
  source: 'None: an ideal link, the yardstick of the others.',
  latencyUs: latency([1_000, 1_000, 1_000, 1_000, 1_000, 1_000]),
  loss: NEVER,
  duplication: NEVER,
  reordering: NEVER,
  corruption: NEVER,
  bandwidthBytesPerSecond: 1_000_000_000,
};

const WIFI: NetworkModel = {
  name: 'wifi',
  summary: 'home or campus wireless: about 12 ms each way, a long tail, rarely a loss',
  source:
    'Wireless hop: median 3 ms, 90 % 20 ms, 99 % 250 ms (Sui et al., MobiSys 2016, ' +
    'doi:10.1145/2906388.2906393). Assumption: 8 ms each way for the wired rest; loss 0.1 %; ' +
    '20 Mbit/s.',
  latencyUs: latency([8_000, 9_500, 11_000, 15_000, 40_000, 260_000]),
  loss: ratio(1, 1_000),
  duplication: ratio(1, 20_000),
  reordering: ratio(1, 2_000),
  corruption: ratio(1, 100_000),
  bandwidthBytesPerSecond: 2_500_000,
};

const MOBILE: NetworkModel = {
  name: 'mobile',
  summary: 'LTE with good reception: about 45 ms each way, one packet in 500 lost',
  source:
    "Median and loss: the '4G' row of Loadero's table of network conditions " +
    '(wiki.loadero.com: 45 ms, 0.2 %). ' +
    'Assumption: the quartiles, the tail (scheduling and handover), 10 Mbit/s, and the rarer ' +
    'faults.',
  latencyUs: latency([22_000, 36_000, 45_000, 60_000, 140_000, 900_000]),
  loss: ratio(1, 500),
  duplication: ratio(1, 10_000),
  reordering: ratio(1, 1_000),
  corruption: ratio(1, 50_000),
  bandwidthBytesPerSecond: 1_250_000,
};

const MOBILE_LOSSY: NetworkModel = {
  name: 'mobile-lossy',
  summary: '3G at the edge of a cell: a quarter of a second each way, bad minutes with 20 % loss',
  source:
    "Latency, bandwidth and loss outside spells: the '3G' row of Loadero's table " +
    '(wiki.loadero.com: 250 ms, 1,200 kbit/s, 0.5 %), the loss raised to 2 % here. That loss ' +
    'comes in correlated stretches: Baltrunas et al., INFOCOM 2015, ' +
    'doi:10.1109/INFOCOM.2015.7218404. Assumption: a bad minute in six with 20 % loss and 2.5 ' +
    'times the latency.',
  latencyUs: latency([120_000, 200_000, 250_000, 330_000, 900_000, 4_000_000]),
  loss: ratio(2, 100),
  duplication: ratio(1, 1_000),
  reordering: ratio(1, 200),
  corruption: ratio(1, 5_000),
  bandwidthBytesPerSecond: 150_000,
  spell: {
    slotUs: 60_000_000,
    chance: ratio(1, 6),
    loss: ratio(20, 100),
    latencyPercent: 250,
  },
};

const SUBWAY: NetworkModel = {
  name: 'subway',
  summary: 'a train ride: LTE at stations, nothing in the tunnels between them',
  source:
    'Subspotting (subspotting.nyc, 2015): between 12 % and 79 % of a New York line is covered. ' +
    'Assumption: a tunnel every three minutes with chance 5/6, most of them 50 to 120 s long ' +
    '(about 55 % covered), and the latency of `mobile` widened by weak signals.',
  latencyUs: latency([25_000, 45_000, 65_000, 110_000, 500_000, 3_000_000]),
  loss: ratio(3, 100),
  duplication: ratio(1, 2_000),
  reordering: ratio(1, 300),
  corruption: ratio(1, 10_000),
  bandwidthBytesPerSecond: 500_000,
  outage: {
    slotUs: 180_000_000,
    chance: ratio(5, 6),
    lengthUs: latency([15_000_000, 50_000_000, 90_000_000, 120_000_000, 150_000_000, 170_000_000]),
  },
};

const SATELLITE: NetworkModel = {
  name: 'satellite',
  summary: 'a geostationary hop: 300 ms each way, at least',
  source:
    'Huston, "Testing LEO and GEO satellite services in Australia", APNIC 2022: 239 to 284 ms of ' +
    'propagation each way, round trips around 600 ms. Assumption: loss 0.5 %, 4 Mbit/s, the tail.',
  latencyUs: latency([262_000, 285_000, 300_000, 325_000, 450_000, 1_200_000]),
  loss: ratio(1, 200),
  duplication: ratio(1, 50_000),
  reordering: ratio(1, 2_000),
  corruption: ratio(1, 20_000),
  bandwidthBytesPerSecond: 500_000,
};

const BUILT_IN: readonly NetworkModel[] = [PERFECT, WIFI, MOBILE, MOBILE_LOSSY, SUBWAY, SATELLITE];

/** The built-in networks, in the order in which `list networks` prints them. */
export function listNetworks(): readonly NetworkModel[] {
  return BUILT_IN;
}

/**
 * A lookup over built-in networks and those a scenario describes; each custom one may build on an
 * earlier one.
 */
export function networksOf(
  customs: readonly NetworkDescription[],
): ReadonlyMap<string, NetworkModel> {
  const models = new Map<string, NetworkModel>();
  for (const model of BUILT_IN) models.set(model.name, model);
  for (const custom of customs) {
    const base = models.get(custom.basedOn);
    assert(base !== undefined, 'a network builds on one that the loader has checked');
    models.set(custom.name, customise(base, custom));
  }
  return models;
}

function customise(base: NetworkModel, custom: NetworkDescription): NetworkModel {
  const { trace } = custom;
  assert(trace === undefined || trace.length > 0, 'a measured trace has at least one row');
  const model: NetworkModel = {
    ...base,
    name: custom.name,
    summary: `described in the scenario, based on ${base.name}`,
    source: 'The scenario.',
    latencyUs: custom.latencyUs === undefined ? base.latencyUs : latency(custom.latencyUs),
    loss: custom.loss ?? base.loss,
    duplication: custom.duplication ?? base.duplication,
    reordering: custom.reordering ?? base.reordering,
    corruption: custom.corruption ?? base.corruption,
    bandwidthBytesPerSecond: custom.bandwidthBytesPerSecond ?? base.bandwidthBytesPerSecond,
  };
  return trace === undefined ? model : { ...model, trace };
}
