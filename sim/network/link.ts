/**
 * The link between one device and the server: which network it uses when, where it is cut, and its
 * weather. All of it is a function of (root, link, virtual time), so that what happens to one
 * packet never depends on which others were sent.
 *
 * What it does not do: keep connections, or know who is at the ends.
 */

import { assert } from '../kernel/assert.ts';
import type { Chooser } from '../kernel/chooser.ts';
import type { NetworkModel } from './networks.ts';
import type { Ratio, TraceRow } from './plain.ts';

/** 0: from the device to the server; 1: from the server to the device. */
export type Direction = 0 | 1;
export const TO_SERVER: Direction = 0;
export const TO_DEVICE: Direction = 1;

/** A window in which nothing passes, cut by the scenario or by the weather. */
export interface Block {
  readonly fromUs: number;
  /** First moment at which packets pass again. */
  readonly untilUs: number;
  readonly lever: 'partition' | 'offline' | 'outage';
  /** The choice it comes from: `timeline/ID`, `weather/…`. */
  readonly choice: string;
}

/** A cut of the scenario; `direction` absent: both; `endpoint` absent: whatever is at the end. */
export interface Cut extends Block {
  readonly direction?: Direction;
  readonly endpoint?: string;
}

/** From `fromUs` on the link is of this kind. */
export interface NetworkSince {
  readonly fromUs: number;
  readonly model: NetworkModel;
}

/** What a packet meets at one moment. */
export interface Conditions {
  readonly model: NetworkModel;
  readonly loss: Ratio;
  readonly latencyPercent: number;
  /** Of a measured trace: replaces the table. */
  readonly latencyUs: number | undefined;
}

const LOSSLESS: Ratio = { numerator: 0, denominator: 1 };
/** Slots of weather looked at in search of the next outage; a day of subway has 480. */
const SLOTS_MAX = 100_000;

/** One device's way to the network, and over it to an endpoint (`toward`). */
export class Link {
  readonly device: string;
  readonly #networks: readonly NetworkSince[];
  readonly #allCuts: readonly Cut[];
  readonly #ways = new Map<string, Link>();
  readonly #cuts: readonly [readonly Block[], readonly Block[]];
  readonly #calmFromUs: number;
  readonly #chooser: Chooser;
  #network: NetworkSince;
  #networkUntilUs: number;
  #slot = -1;
  #slotBlock: Block | undefined;
  #slotNetwork: NetworkModel | undefined;

  /**
   * `networks`: in order of time, the first from 0. From `calmFromUs` on (the heal phase) nothing
   * is cut, lost, duplicated, reordered or corrupted; latency and bandwidth stay.
   */
  constructor(
    device: string,
    networks: readonly NetworkSince[],
    cuts: readonly Cut[],
    calmFromUs: number,
    chooser: Chooser,
  ) {
    const first = networks[0];
    assert(first !== undefined && first.fromUs === 0, 'a link has a network from the beginning');
    this.device = device;
    this.#networks = networks;
    this.#allCuts = cuts;
    const whole = cuts.filter(({ endpoint }) => endpoint === undefined);
    this.#cuts = [merge(whole, TO_SERVER, calmFromUs), merge(whole, TO_DEVICE, calmFromUs)];
    this.#calmFromUs = calmFromUs;
    this.#chooser = chooser;
    this.#network = first;
    this.#networkUntilUs = networks[1]?.fromUs ?? Number.POSITIVE_INFINITY;
  }

  /** The same link with what is cut between the device and this endpoint alone. */
  toward(endpoint: string): Link {
    const known = this.#ways.get(endpoint);
    if (known !== undefined) return known;
    const isWhole = this.#allCuts.every((cut) => cut.endpoint === undefined);
    const way = isWhole ? this : this.#wayTo(endpoint);
    this.#ways.set(endpoint, way);
    return way;
  }

  #wayTo(endpoint: string): Link {
    const cuts = this.#allCuts
      .filter((cut) => cut.endpoint === undefined || cut.endpoint === endpoint)
      .map(({ endpoint: _, ...cut }) => cut);
    return new Link(this.device, this.#networks, cuts, this.#calmFromUs, this.#chooser);
  }

  /** Whether faults are over. */
  isCalm(timeUs: number): boolean {
    return timeUs >= this.#calmFromUs;
  }

  modelAt(timeUs: number): NetworkModel {
    if (timeUs < this.#network.fromUs || timeUs >= this.#networkUntilUs) this.#find(timeUs);
    return this.#network.model;
  }

  /** Loss and latency at this moment. */
  conditionsAt(timeUs: number): Conditions {
    const model = this.modelAt(timeUs);
    if (model.trace !== undefined) {
      const row = traceRowAt(model.trace, timeUs);
      const loss = this.isCalm(timeUs) ? LOSSLESS : row.loss;
      return { model, loss, latencyPercent: 100, latencyUs: row.latencyUs };
    }
    const isCalm = this.isCalm(timeUs);
    const { spell } = model;
    if (spell === undefined || isCalm || !this.#isSpell(spell, timeUs)) {
      const loss = isCalm ? LOSSLESS : model.loss;
      return { model, loss, latencyPercent: 100, latencyUs: undefined };
    }
    const { loss, latencyPercent } = spell;
    return { model, loss, latencyPercent, latencyUs: undefined };
  }

  /** What keeps a packet from passing at this moment, if anything. */
  blockedAt(direction: Direction, timeUs: number): Block | undefined {
    if (this.isCalm(timeUs)) return undefined;
    const cut = lastFrom(this.#cuts[direction], timeUs);
    if (cut !== undefined && timeUs < cut.untilUs) return cut;
    const outage = this.#outageIn(this.modelAt(timeUs), timeUs);
    const isInside = outage !== undefined && timeUs >= outage.fromUs && timeUs < outage.untilUs;
    return isInside ? outage : undefined;
  }

  /** The first window, in either direction, that begins at or after this moment. */
  nextBlock(timeUs: number): Block | undefined {
    let best = this.#nextOutage(timeUs);
    for (const cuts of this.#cuts) {
      const next = firstFrom(cuts, timeUs);
      if (next !== undefined && (best === undefined || next.fromUs < best.fromUs)) best = next;
    }
    return best;
  }

  #find(timeUs: number): void {
    let at = 0;
    while ((this.#networks[at + 1]?.fromUs ?? Number.POSITIVE_INFINITY) <= timeUs) at++;
    this.#network = this.#networks[at] as NetworkSince;
    this.#networkUntilUs = this.#networks[at + 1]?.fromUs ?? Number.POSITIVE_INFINITY;
  }

  #isSpell(spell: NonNullable<NetworkModel['spell']>, timeUs: number): boolean {
    const id = `weather/${this.device}/spell/${Math.floor(timeUs / spell.slotUs)}`;
    return this.#chooser.chance(id, spell.chance.numerator, spell.chance.denominator);
  }

  /** The outage of the slot that `timeUs` lies in. */
  #outageIn(model: NetworkModel, timeUs: number): Block | undefined {
    const { outage } = model;
    if (outage === undefined) return undefined;
    const slot = Math.floor(timeUs / outage.slotUs);
    if (slot === this.#slot && this.#slotNetwork === model) return this.#slotBlock;
    this.#slot = slot;
    this.#slotNetwork = model;
    this.#slotBlock = undefined;
    const choice = `weather/${this.device}/outage/${slot}`;
    const { numerator, denominator } = outage.chance;
    if (!this.#chooser.chance(choice, numerator, denominator)) return undefined;
    const lengthUs = this.#chooser.quantile(`${choice}/length`, outage.lengthUs);
    const offsetUs = this.#chooser.below(`${choice}/offset`, outage.slotUs - lengthUs + 1);
    const fromUs = slot * outage.slotUs + offsetUs;
    this.#slotBlock = { fromUs, untilUs: fromUs + lengthUs, lever: 'outage', choice };
    return this.#slotBlock;
  }

  #nextOutage(timeUs: number): Block | undefined {
    let atUs = timeUs;
    for (let looked = 0; looked < SLOTS_MAX && atUs < this.#calmFromUs; looked++) {
      const model = this.modelAt(atUs);
      const slotUs = model.outage?.slotUs;
      if (slotUs === undefined) {
        atUs = this.#networkUntilUs;
        continue;
      }
      const outage = this.#outageIn(model, atUs);
      const endUs = Math.min(this.#networkUntilUs, this.#calmFromUs);
      if (outage !== undefined && outage.fromUs >= atUs && outage.fromUs < endUs) return outage;
      atUs = Math.min((Math.floor(atUs / slotUs) + 1) * slotUs, this.#networkUntilUs);
    }
    return undefined;
  }
}

/** Cuts of one direction, sorted and made disjoint, none of them lasting into the calm. */
function merge(cuts: readonly Cut[], direction: Direction, calmFromUs: number): Block[] {
  const mine = cuts
    .filter((cut) => cut.direction === undefined || cut.direction === direction)
    .filter((cut) => cut.fromUs < calmFromUs && cut.fromUs < cut.untilUs)
    .sort((one, other) => one.fromUs - other.fromUs);
  const out: Block[] = [];
  for (const { fromUs, untilUs, lever, choice } of mine) {
    const last = out[out.length - 1];
    if (last !== undefined && fromUs <= last.untilUs) {
      const longerUs = Math.min(Math.max(last.untilUs, untilUs), calmFromUs);
      out[out.length - 1] = { ...last, untilUs: longerUs };
    } else {
      out.push({ fromUs, untilUs: Math.min(untilUs, calmFromUs), lever, choice });
    }
  }
  return out;
}

/** The last block that begins at or before `timeUs`. */
function lastFrom(blocks: readonly Block[], timeUs: number): Block | undefined {
  return blocks[countUpTo(blocks, timeUs) - 1];
}

/** The first block that begins at or after `timeUs`. */
function firstFrom(blocks: readonly Block[], timeUs: number): Block | undefined {
  return blocks[countUpTo(blocks, timeUs - 1)];
}

/** How many blocks begin at or before `timeUs`. */
function countUpTo(blocks: readonly Block[], timeUs: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle] as Block).fromUs <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row in force; the trace repeats, its last row lasting as long as the one before it. */
function traceRowAt(rows: readonly TraceRow[], timeUs: number): TraceRow {
  const first = rows[0] as TraceRow;
  const last = rows[rows.length - 1] as TraceRow;
  const lastGapUs = last.timeUs - (rows[rows.length - 2]?.timeUs ?? 0);
  const periodUs = last.timeUs - first.timeUs + Math.max(lastGapUs, 1);
  const atUs = first.timeUs + (timeUs % periodUs);
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as TraceRow).timeUs <= atUs) low = middle + 1;
    else high = middle;
  }
  return rows[low - 1] ?? first;
}
