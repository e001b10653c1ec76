/**
 * What people wanted to do, and what came of it in two runs: one row for each thing somebody did or
 * tried, the most different first. What a message is meant for is told from both runs alike, so
 * that neither architecture's way of sending decides what counts.
 */

import type { RunMessage } from '../reader/message-table.ts';
import type { RunFacts } from '../reader/reader-messages.ts';

/** One run's side of a row. Times and indexes are -1 for what did not happen. */
export interface ActionSide {
  /** `absent`: this run knows nothing of it. */
  readonly fate: 'done' | 'not-completed' | 'absent';
  /** Why it was not completed. */
  readonly failure: string;
  /** Index of the run's messages. */
  readonly message: number;
  /** Where it was given to the device, or given up. */
  readonly row: number;
  readonly atUs: number;
  /** From the wish until the first other device showed it, and until all it is meant for did. */
  readonly firstUs: number;
  readonly allUs: number;
  readonly shown: number;
  readonly lost: number;
  /** Per other device that showed it how long after the wish. */
  readonly delaysUs: ReadonlyMap<string, number>;
}

/** How the two sides of a row differ, the worst first; what was not done has nothing to add. */
export type ActionDifference = 'one-side' | 'lost' | 'copies' | 'time';

/** The device on which the two sides are furthest apart. */
interface Furthest {
  readonly device: string;
  /** Later in the second run; negative when it was earlier there. */
  readonly laterUs: number;
}

export interface ActionRow {
  readonly id: string;
  readonly text: string;
  readonly atUs: number;
  /** Devices beside the author's that showed it, or had a copy sealed for them, in either run. */
  readonly due: number;
  readonly first: ActionSide;
  readonly second: ActionSide;
  readonly differences: readonly ActionDifference[];
  /** None where no device showed it on both sides. */
  readonly furthest: Furthest | undefined;
}

/** A run as this file needs it. */
export type ActedRun = Pick<RunFacts, 'messages' | 'intents' | 'lanes' | 'addresses' | 'columns'>;

/** Shorter differences in time are nobody's question. Assumption: what a person notices. */
const NOTICED_US = 1_000_000;

const NO_SIDE: ActionSide = {
  ...{ fate: 'absent', failure: '', message: -1, row: -1, atUs: -1 },
  ...{ firstUs: -1, allUs: -1, shown: 0, lost: 0, delaysUs: new Map() },
};

/** All rows, the most different first, equal ones in the order of the day. */
export function actionRows(first: ActedRun, second: ActedRun): readonly ActionRow[] {
  const left = actsOf(first);
  const right = actsOf(second);
  const ids = new Set([...left.keys(), ...right.keys()]);
  const rows = [...ids].map((id) => rowOf(id, first, left.get(id), second, right.get(id)));
  return rows.sort((one, other) => {
    const by = rankOf(other) - rankOf(one);
    return by === 0 ? one.atUs - other.atUs : by;
  });
}

/** What one run says of one action. */
interface Act {
  givenRow: number;
  failedRow: number;
  failure: string;
  message: number;
}

function actsOf({ intents, messages }: ActedRun): Map<string, Act> {
  const acts = new Map<string, Act>();
  const actOf = (id: string): Act => {
    let act = acts.get(id);
    if (act === undefined) {
      act = { givenRow: -1, failedRow: -1, failure: '', message: -1 };
      acts.set(id, act);
    }
    return act;
  };
  for (const { id, row, failure } of intents) {
    const act = actOf(id);
    if (failure === '') act.givenRow = row;
    else Object.assign(act, { failedRow: row, failure });
  }
  for (const [index, { inputId, saidUs }] of messages.entries()) {
    if (inputId === '' || saidUs < 0 || inputId.startsWith('probe/')) continue;
    actOf(inputId).message = index;
  }
  return acts;
}

function rowOf(
  id: string,
  firstRun: ActedRun,
  firstAct: Act | undefined,
  secondRun: ActedRun,
  secondAct: Act | undefined,
): ActionRow {
  const due = new Set([...meantFor(firstRun, firstAct), ...meantFor(secondRun, secondAct)]);
  const first = sideOf(firstRun, firstAct, due.size);
  const second = sideOf(secondRun, secondAct, due.size);
  const text = textOf(firstRun, firstAct) || textOf(secondRun, secondAct);
  const atUs = first.atUs < 0 ? second.atUs : first.atUs;
  return {
    ...{ id, text, atUs, due: due.size, first, second },
    differences: differencesOf(first, second),
    furthest: furthestOf(first, second),
  };
}

function messageOf(run: ActedRun, act: Act | undefined): RunMessage | undefined {
  return run.messages[act?.message ?? -1];
}

function textOf(run: ActedRun, act: Act | undefined): string {
  return messageOf(run, act)?.text ?? '';
}

/** Names of devices beside the author's. */
function meantFor(run: ActedRun, act: Act | undefined): ReadonlySet<string> {
  const message = messageOf(run, act);
  if (message === undefined) return new Set();
  const lanes = new Map(run.addresses);
  const meant = new Set<string>();
  const add = (lane: number | undefined): void => {
    const name = lane === undefined || lane === message.lane ? undefined : run.lanes[lane];
    if (name !== undefined) meant.add(name);
  };
  for (const address of message.targets) add(lanes.get(address));
  for (const { lane } of message.copies) add(lane);
  return meant;
}

function sideOf(run: ActedRun, act: Act | undefined, due: number): ActionSide {
  if (act === undefined) return NO_SIDE;
  const message = messageOf(run, act);
  const row = act.givenRow >= 0 ? act.givenRow : act.failedRow;
  const atUs = row >= 0 ? (run.columns.timeUs[row] as number) : (message?.saidUs ?? -1);
  const copies = message?.copies.filter(({ lane }) => lane !== message.lane) ?? [];
  const shown = copies.filter(({ shownUs }) => shownUs >= 0);
  const delaysUs = new Map(
    shown.map(({ lane, shownUs }) => [run.lanes[lane] ?? '', shownUs - atUs] as const),
  );
  const delays = [...delaysUs.values()];
  return {
    fate: act.failure === '' ? 'done' : 'not-completed',
    ...{ failure: act.failure, message: act.message, row, atUs },
    firstUs: delays.length === 0 ? -1 : delays.reduce((left, right) => Math.min(left, right)),
    allUs:
      delays.length === 0 || delays.length < due
        ? -1
        : delays.reduce((left, right) => Math.max(left, right)),
    shown: shown.length,
    delaysUs,
    lost: copies.filter((copy) => copy.lostUs >= 0 && copy.shownUs < 0).length,
  };
}

function differencesOf(first: ActionSide, second: ActionSide): readonly ActionDifference[] {
  if (first.fate !== second.fate) return ['one-side'];
  const out: ActionDifference[] = [];
  if (first.lost !== second.lost) out.push('lost');
  if (!isSameSet(first.delaysUs, second.delaysUs)) out.push('copies');
  if (Math.abs(furthestOf(first, second)?.laterUs ?? 0) >= NOTICED_US) out.push('time');
  return out;
}

function isSameSet(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one.keys()].every((name) => other.has(name));
}

function furthestOf(first: ActionSide, second: ActionSide): Furthest | undefined {
  let furthest: Furthest | undefined;
  for (const [device, delayUs] of first.delaysUs) {
    const other = second.delaysUs.get(device);
    if (other === undefined) continue;
    const laterUs = other - delayUs;
    if (furthest === undefined || Math.abs(laterUs) > Math.abs(furthest.laterUs)) {
      furthest = { device, laterUs };
    }
  }
  return furthest;
}

/** Safe above any time a run can take. */
const RANK_STEP = 2 ** 50;

function rankOf({ differences, furthest }: ActionRow): number {
  const ranks: Readonly<Record<ActionDifference, number>> = {
    ...{ 'one-side': 3, lost: 2, copies: 1, time: 0 },
  };
  const worst = differences[0];
  if (worst === undefined) return 0;
  return ranks[worst] * RANK_STEP + Math.abs(furthest?.laterUs ?? 0);
}
