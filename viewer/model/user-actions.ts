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
}

/** How the two sides of a row differ, the worst first. */
export type ActionDifference = 'one-side' | 'lost' | 'copies' | 'time';

export interface ActionRow {
  readonly id: string;
  readonly text: string;
  readonly atUs: number;
  /** Devices beside the author's that showed it, or had a copy sealed for them, in either run. */
  readonly due: number;
  readonly first: ActionSide;
  readonly second: ActionSide;
  readonly differences: readonly ActionDifference[];
}

/** A run as this file needs it. */
export type ActedRun = Pick<RunFacts, 'messages' | 'intents' | 'lanes' | 'addresses' | 'columns'>;

/** Shorter differences in time are nobody's question. Assumption: what a person notices. */
const NOTICED_US = 1_000_000;

const NO_SIDE: ActionSide = {
  ...{ fate: 'absent', failure: '', message: -1, row: -1, atUs: -1 },
  ...{ firstUs: -1, allUs: -1, shown: 0, lost: 0 },
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
  const shownUs = copies.map((copy) => copy.shownUs).filter((timeUs) => timeUs >= 0);
  return {
    fate: act.failure === '' ? 'done' : 'not-completed',
    ...{ failure: act.failure, message: act.message, row, atUs },
    firstUs: shownUs.length === 0 ? -1 : Math.min(...shownUs) - atUs,
    allUs: shownUs.length === 0 || shownUs.length < due ? -1 : Math.max(...shownUs) - atUs,
    shown: shownUs.length,
    lost: copies.filter((copy) => copy.lostUs >= 0 && copy.shownUs < 0).length,
  };
}

function differencesOf(first: ActionSide, second: ActionSide): readonly ActionDifference[] {
  const out: ActionDifference[] = [];
  if (first.fate !== second.fate) out.push('one-side');
  if (first.lost !== second.lost) out.push('lost');
  if (first.shown !== second.shown) out.push('copies');
  if (latenessUs(first, second) >= NOTICED_US) out.push('time');
  return out;
}

/** The larger of the two differences in time that can be told. */
function latenessUs(first: ActionSide, second: ActionSide): number {
  const between = (left: number, right: number): number =>
    left < 0 || right < 0 ? 0 : Math.abs(left - right);
  return Math.max(between(first.firstUs, second.firstUs), between(first.allUs, second.allUs));
}

/** Safe above any time a run can take. */
const RANK_STEP = 2 ** 50;

function rankOf({ first, second, differences }: ActionRow): number {
  const ranks: Readonly<Record<ActionDifference, number>> = {
    ...{ 'one-side': 3, lost: 2, copies: 1, time: 0 },
  };
  const worst = differences[0];
  if (worst === undefined) return 0;
  return ranks[worst] * RANK_STEP + latenessUs(first, second);
}
