/** The lanes of a timeline: devices grouped by account, the server in the middle of them. */

import { NO_LANE } from '../reader/event-kinds.ts';

export type LaneRole = 'phone' | 'companion' | 'server' | 'blobs' | 'world';

export interface LaneInfo {
  /** Index in the run's lanes. */
  readonly lane: number;
  /** `alice.phone`. */
  readonly name: string;
  /** `alice`; empty for what belongs to nobody. */
  readonly account: string;
  /** `phone`, or the whole name of what belongs to nobody. */
  readonly short: string;
  readonly role: LaneRole;
}

/** What each lane is, by its name. */
export function laneInfos(names: readonly string[]): readonly LaneInfo[] {
  return names.map((name, lane) => {
    const dot = name.indexOf('.');
    if (dot < 0) return { lane, name, account: '', short: name, role: roleOfOther(name) };
    const short = name.slice(dot + 1);
    const role = short === 'phone' ? 'phone' : 'companion';
    return { lane, name, account: name.slice(0, dot), short, role };
  });
}

function roleOfOther(name: string): LaneRole {
  return name === 'server' ? 'server' : name === 'blobs' ? 'blobs' : 'world';
}

/** Lanes from top to bottom: half of the accounts, what is in the middle, the other half. */
export function laneOrder(infos: readonly LaneInfo[]): readonly number[] {
  const accounts = [...new Set(infos.map(({ account }) => account))].filter((name) => name !== '');
  const half = Math.ceil(accounts.length / 2);
  const of = (names: readonly string[]): number[] =>
    names.flatMap((name) => infos.filter((one) => one.account === name).map(({ lane }) => lane));
  const nobodys = (role: LaneRole): number[] =>
    infos.filter((one) => one.role === role).map(({ lane }) => lane);
  return [
    ...nobodys('world'),
    ...of(accounts.slice(0, half)),
    ...nobodys('server'),
    ...nobodys('blobs'),
    ...of(accounts.slice(half)),
  ];
}

/** How a person arranged the lanes. */
export interface LaneArrangement {
  /** Lanes from top to bottom. */
  readonly order: readonly number[];
  readonly hidden: readonly number[];
  /** Stay in sight while others scroll, at the top. */
  readonly pinned: readonly number[];
  /** Accounts whose devices share one lane. */
  readonly collapsed: readonly string[];
}

/** A row of the picture. */
export interface LaneRow {
  /** Lanes drawn in it: one, or all devices of a collapsed account. */
  readonly lanes: readonly number[];
  readonly label: string;
  readonly account: string;
  readonly role: LaneRole;
  readonly isPinned: boolean;
  readonly isCollapsed: boolean;
  /** Middle of the row, in CSS pixels from the top. */
  readonly y: number;
}

export interface LaneLayout {
  readonly rows: readonly LaneRow[];
  /** Middle of each lane's row; -1 for a hidden one. */
  readonly yOf: Float32Array<ArrayBuffer>;
  readonly height: number;
}

export const ROW_HEIGHT = 30;
const ACCOUNT_GAP = 10;
const TOP = 26;

/** Places the lanes. */
export function layoutLanes(
  infos: readonly LaneInfo[],
  { order, hidden, pinned, collapsed }: LaneArrangement,
): LaneLayout {
  const isHidden = new Set(hidden);
  const isPinned = new Set(pinned);
  const sorted = [
    ...order.filter((lane) => isPinned.has(lane)),
    ...order.filter((lane) => !isPinned.has(lane)),
  ].filter((lane) => !isHidden.has(lane));
  const rows: LaneRow[] = [];
  const yOf = new Float32Array(infos.length).fill(-1);
  const done = new Set<string>();
  let y = TOP;
  let before: string | undefined;
  for (const lane of sorted) {
    const info = infos[lane];
    if (info === undefined) continue;
    const isCollapsed = info.account !== '' && collapsed.includes(info.account);
    if (isCollapsed && done.has(info.account)) continue;
    if (isCollapsed) done.add(info.account);
    if (before !== undefined && before !== (info.account || info.name)) y += ACCOUNT_GAP;
    before = info.account || info.name;
    const lanes = isCollapsed
      ? sorted.filter((other) => infos[other]?.account === info.account)
      : [lane];
    const middle = y + ROW_HEIGHT / 2;
    for (const one of lanes) yOf[one] = middle;
    rows.push({
      ...{ lanes, account: info.account, role: info.role, isCollapsed, y: middle },
      label: isCollapsed ? `${info.account} (${lanes.length})` : info.short,
      isPinned: isPinned.has(lane),
    });
    y += ROW_HEIGHT;
  }
  return { rows, yOf, height: y + ACCOUNT_GAP };
}

/** The lane's height in a layout; -1 where it is not drawn. */
export function laneY(layout: LaneLayout, lane: number): number {
  return lane === NO_LANE ? -1 : (layout.yOf[lane] ?? -1);
}
