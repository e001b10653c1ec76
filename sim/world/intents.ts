/**
 * The workload as a list computed before the run (contract 7), so that every architecture faces the
 * same one. An intent is due at a time, or some time after the message it answers showed on its
 * device.
 *
 * What it does not do: give intents to devices; `people.ts` does.
 */

import { assert, assertNever } from '../../protocol/errors.ts';
import type { Account, Scenario, Workload } from '../../scenarios/scenario.ts';
import type { Chooser } from '../kernel/chooser.ts';
import type { Draws } from '../kernel/draws.ts';

/** Something a person means to write. */
export interface Intent {
  /** `WORKLOAD/n` or, with independent senders, `WORKLOAD/DEVICE/n`. */
  readonly id: string;
  /** Device it is written on. */
  readonly device: string;
  /** Account it is written to. */
  readonly to: string;
  readonly text: string;
  /** Virtual time; -1 when `answers` triggers it. */
  readonly atUs: number;
  /** Given `delayUs` after that intent's message shows on `device`, unless that is too late. */
  readonly answers?: { readonly intent: string; readonly delayUs: number };
  /** Not given from then on. */
  readonly untilUs: number;
}

/** Mean time a person takes to answer, beside reading. Assumption. */
const ANSWER_MEAN_US = 30_000_000;
/** Shortest time a person takes to answer. Assumption. */
const ANSWER_LEAST_US = 2_000_000;
const HOUR_US = 3_600_000_000;
/** The longest mean gap that can be drawn: 12 days. */
const GAP_MEAN_MOST_US = 2 ** 40;
/** Most messages of one sender in one workload: a rate beyond it is a mistake. */
const SENDER_MESSAGES_MAX = 1_000_000;

/** Everything the expansion reads. */
interface Expansion {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly epochUs: number;
  readonly chooser: Chooser;
  readonly draws: Draws;
}

/** All workload intents, workload by workload. */
export function expandWorkload(scenario: Scenario, chooser: Chooser, draws: Draws): Intent[] {
  const accounts = new Map(scenario.accounts.map((account) => [account.name, account]));
  const expansion: Expansion = { accounts, epochUs: scenario.epochUs, chooser, draws };
  return scenario.workload.flatMap((workload) => expandOne(expansion, workload));
}

function expandOne(expansion: Expansion, workload: Workload): Intent[] {
  switch (workload.kind) {
    case 'conversation':
      return conversation(expansion, workload);
    case 'poisson':
      return independent(expansion, workload, (_fromUs, gapUs) => gapUs);
    case 'diurnal':
      return independent(expansion, workload, (fromUs, gapUs) =>
        stretchByHour(workload.hourWeights, expansion.epochUs + fromUs, gapUs),
      );
    default:
      return assertNever(workload);
  }
}

// ---------------------------------------------------------------- conversations

type Conversation = Extract<Workload, { kind: 'conversation' }>;

/**
 * The starter opens threads at random moments with one of the others; within a thread the two take
 * turns. Draws per message: whether it answers the one before; then its delay, or its moment and
 * its partner.
 */
function conversation(expansion: Expansion, workload: Conversation): Intent[] {
  const [starter, ...others] = workload.between;
  assert(starter !== undefined && others.length > 0, 'a conversation has two sides at least');
  const starterDevice = devicesOf(expansion, starter)[0] as string;
  const { id, fromUs, untilUs, reply } = workload;
  const { chooser } = expansion;
  const out: Intent[] = [];
  let partner = others[0] as string;
  let isFromStarter = false;
  for (let at = 0; at < workload.messages; at++) {
    const name = `${id}/${at}`;
    const previous = out[at - 1];
    const isAnswer =
      previous !== undefined &&
      chooser.chance(`intent/${name}/answers`, reply.numerator, reply.denominator);
    if (isAnswer) isFromStarter = !isFromStarter;
    else {
      isFromStarter = true;
      partner = others[chooser.below(`intent/${name}/partner`, others.length)] as string;
    }
    const device = isFromStarter ? starterDevice : answeringDevice(expansion, partner, name);
    const to = accountNameOf(isFromStarter ? partner : starter);
    const text = textOf(expansion.draws, name);
    if (isAnswer) {
      const delayUs = ANSWER_LEAST_US + chooser.exponential(`intent/${name}/delay`, ANSWER_MEAN_US);
      const answers = { intent: (previous as Intent).id, delayUs };
      out.push({ id: name, device, to, text, atUs: -1, answers, untilUs });
    } else {
      const atUs = fromUs + chooser.below(`intent/${name}/at`, Math.max(1, untilUs - fromUs));
      out.push({ id: name, device, to, text, atUs, untilUs });
    }
  }
  return out;
}

/** A side named as a device answers from it; an account from one of its linked devices, drawn. */
function answeringDevice(expansion: Expansion, side: string, name: string): string {
  const devices = devicesOf(expansion, side);
  return devices[expansion.chooser.below(`intent/${name}/device`, devices.length)] as string;
}

// ---------------------------------------------------------------- independent senders

type Independent = Extract<Workload, { kind: 'poisson' | 'diurnal' }>;

/** `stretch` turns a gap of the mean rate, begun at `fromUs`, into one of the rate of the hour. */
function independent(
  expansion: Expansion,
  workload: Independent,
  stretch: (fromUs: number, gapUs: number) => number,
): Intent[] {
  const { perHour, untilUs, id } = workload;
  const { chooser } = expansion;
  if (perHour.numerator === 0) return [];
  const hourlyUs = Math.floor((HOUR_US * perHour.denominator) / perHour.numerator);
  const meanUs = Math.min(hourlyUs, GAP_MEAN_MOST_US);
  const out: Intent[] = [];
  for (const device of workload.from) {
    const others = workload.to.filter((account) => account !== accountNameOf(device));
    if (others.length === 0) continue;
    let atUs = workload.fromUs;
    for (let count = 0; ; count++) {
      assert(count < SENDER_MESSAGES_MAX, 'a sender writes fewer than a million messages');
      const name = `${id}/${device}/${count}`;
      atUs += stretch(atUs, chooser.exponential(`intent/${name}/gap`, meanUs));
      if (atUs >= untilUs) break;
      const to = others[chooser.below(`intent/${name}/to`, others.length)] as string;
      out.push({ id: name, device, to, text: textOf(expansion.draws, name), atUs, untilUs });
    }
  }
  return out;
}

/**
 * How long it takes from `wallUs` on until `gapUs` of the mean rate have passed, when each hour of
 * the day counts by its weight. Whole numbers: a microsecond of an hour of weight w uses up 24 w of
 * `gapUs` times the sum of the weights.
 */
function stretchByHour(weights: readonly number[], wallUs: number, gapUs: number): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  assert(weights.length === 24 && sum > 0, 'a day has 24 weights, not all of them zero');
  let left = BigInt(gapUs) * BigInt(sum);
  let nowUs = wallUs;
  while (true) {
    const weight = BigInt(24 * (weights[Math.floor(nowUs / HOUR_US) % 24] as number));
    const untilHourUs = HOUR_US - (nowUs % HOUR_US);
    const used = weight * BigInt(untilHourUs);
    if (used > left) return nowUs + Number(left / weight) - wallUs;
    left -= used;
    nowUs += untilHourUs;
  }
}

// ---------------------------------------------------------------- names and texts

/** `alice` of `alice.phone` or `alice`. */
export function accountNameOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? name : name.slice(0, dot);
}

/** A device by its name, or the linked devices of an account, phone first. */
function devicesOf(expansion: Expansion, side: string): string[] {
  if (side.includes('.')) return [side];
  const account = expansion.accounts.get(side);
  assert(account !== undefined, 'the loader has checked the names of accounts');
  return account.devices.filter(({ isLinked }) => isLinked).map(({ name }) => name);
}

const WORDS = (
  'about after bread bring coffee come dinner early evening found garden great green have home ' +
  'just keys later letter lunch maybe meet morning music never nothing of on people picture rain ' +
  'river see soon station summer tell the there think time today tomorrow train walk warm we ' +
  'week when where winter with work yes you'
).split(' ');
const WORDS_LEAST = 3;
const WORDS_SPREAD = 14;

/** A text that no other intent has: its id, then some words. */
function textOf(draws: Draws, id: string): string {
  const count = WORDS_LEAST + draws.below(`text/${id}/length`, WORDS_SPREAD);
  const words: string[] = [];
  for (let at = 0; at < count; at++) {
    words.push(WORDS[draws.below(`text/${id}/${at}`, WORDS.length)] as string);
  }
  return `${id}: ${words.join(' ')}`;
}
