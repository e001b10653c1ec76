/**
 * A second run beside the shown one: the same day on the other architecture, or the same run with a
 * decision taken otherwise. Both share the window; each keeps its lanes and its selection.
 */

import { batch } from '@preact/signals';
import { Actions } from './actions.ts';
import type { LiveRequest, ScenarioChoice } from './live/live-messages.ts';
import { idleLanes, type LoadedRun, loadRun } from './loaded-run.ts';
import { firstDifference } from './model/first-difference.ts';
import { placesOf } from './model/places.ts';
import { type ActionRow, actionRows } from './model/user-actions.ts';
import type { Decision } from './model/what-if.ts';
import { fetchedRun, type RunBytes, type SourceRefusal, startLive } from './run-source.ts';
import { type Beside, createSecond, type Store, shownRun, type Twin } from './store.ts';
import { positionOf, translated } from './timeline/axis.ts';

export type ArchitectureName = 'fanout' | 'relay';

/** The architecture that a run is not of. */
export function otherArchitecture({ facts }: LoadedRun): ArchitectureName {
  return facts.header.architecture === 'relay' ? 'fanout' : 'relay';
}

/** The scenario of a run, for another run of it; its own text where the library's may differ. */
export function scenarioOf(store: Store, { facts }: LoadedRun): ScenarioChoice {
  const origin = store.origin.value;
  if (origin.kind === 'run') return { kind: 'library', name: origin.name };
  if (facts.document !== null) return { kind: 'text', text: facts.document };
  return { kind: 'library', name: facts.header.scenario };
}

/** Shows the same scenario and seed on an architecture below the shown run. */
export async function showArchitecture(
  { store }: Actions,
  architecture: ArchitectureName,
): Promise<void> {
  const run = shownRun(store);
  if (run === undefined) return;
  const beside = { kind: 'architecture', architecture } as const;
  const recorded = recordedAddress(store, architecture);
  const what = `the same on ${architecture}`;
  if (recorded !== undefined) {
    await follow(store, run, beside, what, { outcome: fetchedRun(recorded), stop: () => {} });
    return;
  }
  await runBeside(store, run, beside, what, { architecture, decisions: [] });
}

/** Runs the shown run again with decisions taken otherwise, and shows that below it. */
export async function showChange(
  { store }: Actions,
  decisions: readonly Decision[],
): Promise<void> {
  const run = shownRun(store);
  if (run === undefined) return;
  const architecture = run.facts.header.architecture === 'relay' ? 'relay' : 'fanout';
  const beside = { kind: 'change', decisions } as const;
  await runBeside(store, run, beside, 'the changed run', { architecture, decisions });
}

/** The decisions by which the lower of two runs differs from the upper; none of one alone. */
export function decisionsOf({ isSecond, twin }: Store): readonly Decision[] {
  const beside = twin.value?.beside;
  return isSecond && beside?.kind === 'change' ? beside.decisions : [];
}

/** The recorded run of the other architecture beside a recorded one. */
function recordedAddress({ origin }: Store, architecture: ArchitectureName): string | undefined {
  const from = origin.value;
  if (from.kind !== 'trace') return undefined;
  const [, stem] =
    /^(recorded\/[\w-]+-)(?:fanout|relay)\.trace\.ndjson\.gz$/.exec(from.address) ?? [];
  return stem === undefined ? undefined : `${stem}${architecture}.trace.ndjson.gz`;
}

interface Wanted {
  readonly architecture: ArchitectureName;
  readonly decisions: readonly Decision[];
}

function runBeside(
  store: Store,
  run: LoadedRun,
  beside: Beside,
  what: string,
  { architecture, decisions }: Wanted,
): Promise<void> {
  const { seed, overrides } = run.facts.header;
  const request: LiveRequest = {
    scenario: scenarioOf(store, run),
    ...{ seed, architecture, overrides: [...overrides, ...decisions] },
  };
  const live = startLive(request, ({ events }) => {
    const { twinWaiting } = store;
    if (twinWaiting.value !== undefined) twinWaiting.value = { ...twinWaiting.value, events };
  });
  return follow(store, run, beside, what, live);
}

interface Coming {
  readonly outcome: Promise<RunBytes | SourceRefusal>;
  readonly stop: () => void;
}

/**
 * Waits for a run and places it below, unless the page has gone elsewhere or waits for another one
 * meanwhile.
 */
async function follow(
  store: Store,
  run: LoadedRun,
  beside: Beside,
  what: string,
  { outcome, stop }: Coming,
): Promise<void> {
  store.twinWaiting.value?.stop();
  const waiting = { what, events: 0, stop };
  store.troubles.value = [];
  store.twinWaiting.value = waiting;
  const bytes = await outcome;
  if (store.twinWaiting.value?.stop !== stop) return;
  store.twinWaiting.value = undefined;
  if (shownRun(store)?.reader !== run.reader) return;
  if ('kind' in bytes) store.troubles.value = bytes.sentences;
  else await placeBelow(store, bytes, beside);
}

/** Opens a run below the shown one. */
export async function placeBelow(store: Store, bytes: RunBytes, beside: Beside): Promise<void> {
  const before = shownRun(store);
  const second = await loadRun(bytes.trace, bytes.result, () => {});
  const first = shownRun(store);
  if ('kind' in second) {
    store.troubles.value = [second.sentence];
    return;
  }
  if (first === undefined || first.reader !== before?.reader) {
    second.reader.close();
    return;
  }
  const former = store.twin.value;
  const places = placesOf(first.facts, second.facts);
  const other = createSecond(store);
  batch(() => {
    moveTo(store, first, placed(first, places.first));
    store.twin.value = { store: other, beside };
    other.twin.value = { store, beside };
    other.stage.value = { kind: 'shown', run: placed(second, places.second) };
    other.lanes.value = {
      order: second.order,
      hidden: idleLanes(second),
      pinned: [],
      collapsed: [],
    };
  });
  markDifferences(store, first, other, second);
  if (former !== undefined) shownRun(former.store)?.reader.close();
}

/** Marks on both timelines what came out differently, and where a changed run parts. */
function markDifferences(store: Store, first: LoadedRun, other: Store, second: LoadedRun): void {
  const rows = actionRows(first.facts, second.facts).filter((row) => row.differences.length > 0);
  const isChange = store.twin.value?.beside.kind === 'change';
  const partsAt = isChange ? firstDifference(first.facts, second.facts) : -1;
  batch(() => {
    store.differing.value = rows.map((row) => row.first.row).filter((row) => row >= 0);
    other.differing.value = rows.map((row) => row.second.row).filter((row) => row >= 0);
    store.partsAt.value = partsAt < first.facts.columns.count ? partsAt : -1;
    other.partsAt.value = partsAt < second.facts.columns.count ? partsAt : -1;
  });
}

/** Back to the upper run alone. */
export function leaveBelow(actions: Actions): void {
  const { store } = actions;
  const run = shownRun(store);
  if (run === undefined) return;
  const { place: _, ...columns } = run.facts.columns;
  batch(() => {
    moveTo(store, run, { ...run, facts: { ...run.facts, columns } });
    actions.leaveTwin();
    actions.look(store.window.value);
  });
}

function placed(run: LoadedRun, place: Float64Array<ArrayBuffer>): LoadedRun {
  return { ...run, facts: { ...run.facts, columns: { ...run.facts.columns, place } } };
}

/** Shows the same run with other places; the window stays on the same stretch of time. */
function moveTo(store: Store, from: LoadedRun, to: LoadedRun): void {
  const axis = store.axis.value;
  if (axis === 'order') {
    const window = translated(from.facts.columns, store.window.value, 'time');
    store.window.value = translated(to.facts.columns, window, 'order');
  }
  store.stage.value = { kind: 'shown', run: to };
}

/** Looks at one action of a person on both sides. */
export async function seeAction(
  first: Store,
  { store: second }: Twin,
  row: ActionRow,
): Promise<void> {
  const reaches = await Promise.all([seeOn(first, row.first), seeOn(second, row.second)]);
  const ends = reaches.flat();
  if (ends.length === 0) return;
  const [from, until] = [Math.min(...ends), Math.max(...ends)];
  const margin = Math.max((until - from) * 0.08, first.axis.value === 'time' ? 1_000_000 : 4);
  new Actions(first).look({ from: from - margin, until: until + margin });
}

/** Selects a side's message and keeps its events bright; answers where they begin and end. */
async function seeOn(store: Store, side: ActionRow['first']): Promise<readonly number[]> {
  const run = shownRun(store);
  if (run === undefined) return [];
  const actions = new Actions(store);
  const message = run.facts.messages[side.message];
  const at = message !== undefined && message.saidRow >= 0 ? message.saidRow : side.row;
  if (at < 0) {
    actions.clearSelection();
    return [];
  }
  actions.select(at);
  const life =
    message === undefined
      ? undefined
      : await run.reader.ask<'life'>({ kind: 'life', message: side.message });
  const rows = life === undefined ? [at] : life.rows;
  store.highlight.value = {
    words: rows.length === 1 ? 'one event of it' : `${rows.length} events of it`,
    rows: Uint32Array.from(rows),
  };
  const axis = store.axis.value;
  const { columns } = run.facts;
  return [rows[0] ?? at, rows.at(-1) ?? at].map((one) => positionOf(columns, axis, one));
}

/** Looks at the first event that differs, on both sides. */
export function seeRow(first: Store, { store: second }: Twin, row: number): void {
  for (const store of [second, first]) {
    const run = shownRun(store);
    if (run === undefined) continue;
    const last = run.facts.columns.count - 1;
    new Actions(store).select(Math.min(row, last), true);
  }
}
