/**
 * The page's address says everything that matters about what is shown, so that a link is enough.
 * Events are named by their sequence in the trace, times in microseconds of the run.
 */

import { effect } from '@preact/signals';
import type { Actions } from './actions.ts';
import { type LoadedRun, rowOfSequence } from './loaded-run.ts';
import { FRAME_CLASSES } from './model/marks.ts';
import { readDecision, writeDecision } from './model/what-if.ts';
import { type PanelName, type Store, shownRun } from './store.ts';
import { showArchitecture, showChange } from './twin.ts';

const PANELS: readonly PanelName[] = [
  'verdict',
  'event',
  'message',
  'device',
  'keys',
  'change',
  'keep',
];

/** The address' part after `#` for what is shown now. */
export function addressOf(store: Store): string {
  const parts = new URLSearchParams();
  const { origin, axis, window, selected, deviceLane, cursorUs, panel, query, lanes } = store;
  const from = origin.value;
  if (from.kind === 'trace') parts.set('trace', from.address);
  if (from.kind === 'run') {
    parts.set('run', from.name);
    parts.set('seed', from.seed);
    parts.set('architecture', from.architecture);
  }
  const run = shownRun(store);
  if (run === undefined) return parts.toString();
  const beside = store.twin.value?.beside;
  if (beside?.kind === 'architecture') parts.set('with', beside.architecture);
  if (beside?.kind === 'change') {
    for (const decision of beside.decisions) parts.append('if', writeDecision(decision));
  }
  parts.set('at', `${Math.floor(window.value.from)}..${Math.ceil(window.value.until)}`);
  if (axis.value === 'order') parts.set('axis', 'order');
  if (selected.value >= 0) parts.set('event', String(run.facts.columns.sequence[selected.value]));
  const name = run.lanes[deviceLane.value]?.name;
  if (name !== undefined) parts.set('device', name);
  if (cursorUs.value >= 0) parts.set('moment', String(cursorUs.value));
  if (panel.value !== 'verdict') parts.set('panel', panel.value);
  const { life } = store;
  if (panel.value === 'message' && life.value !== undefined) parts.set('message', life.value.name);
  if (query.value !== '') parts.set('find', query.value);
  const shown = FRAME_CLASSES.filter((_, index) => store.classes.value[index]);
  parts.set('frames', shown.join(','));
  const arranged = lanes.value;
  if (arranged.pinned.length > 0) parts.set('pinned', names(run, arranged.pinned));
  if (arranged.hidden.length > 0) parts.set('hidden', names(run, arranged.hidden));
  if (arranged.collapsed.length > 0) parts.set('collapsed', arranged.collapsed.join(','));
  if (arranged.order.some((lane, at) => lane !== run.order[at])) {
    parts.set('order', names(run, arranged.order));
  }
  return parts.toString();
}

function names(run: LoadedRun, lanes: readonly number[]): string {
  return lanes.map((lane) => run.lanes[lane]?.name ?? '').join(',');
}

/** Keeps the address after what is shown, without a new entry of the history for each look. */
export function followAddress(store: Store): () => void {
  let timer = 0;
  return effect(() => {
    const hash = addressOf(store);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (location.hash.slice(1) !== hash) history.replaceState(null, '', `#${hash}`);
    }, 120);
  });
}

/** Brings the page to where an address says; `false` when it names no run. */
export async function goToAddress(actions: Actions, hash: string): Promise<boolean> {
  const parts = new URLSearchParams(hash);
  const trace = parts.get('trace');
  const name = parts.get('run');
  let isShown = actions.store.stage.value.kind === 'shown';
  if (trace !== null) isShown = await actions.showAddress(trace);
  else if (name !== null) isShown = await runOf(actions, name, parts);
  if (!isShown) return trace !== null || name !== null;
  apply(actions, parts);
  if (await showBeside(actions, parts)) applyWindow(actions, parts);
  return true;
}

function runOf(actions: Actions, name: string, parts: URLSearchParams): Promise<boolean> {
  const architecture = parts.get('architecture') === 'relay' ? 'relay' : 'fanout';
  const request = {
    scenario: { kind: 'library', name } as const,
    seed: parts.get('seed') ?? '1',
    architecture,
    overrides: [],
  } as const;
  return actions.run(request, name);
}

/** What an address says about a run that is there already. Whatever it says wrongly is left out. */
function apply(actions: Actions, parts: URLSearchParams): void {
  const { store } = actions;
  const run = shownRun(store);
  if (run === undefined) return;
  const frames = parts.get('frames');
  if (frames !== null) {
    const wanted = frames.split(',');
    store.classes.value = FRAME_CLASSES.map((name) => wanted.includes(name));
  }
  applyLanes(actions, run, parts);
  if (parts.get('axis') === 'order') actions.setAxis('order');
  const sequence = Number(parts.get('event') ?? Number.NaN);
  if (Number.isSafeInteger(sequence)) actions.select(rowOfSequence(run.facts, sequence, 0));
  const message = parts.get('message');
  if (message !== null) {
    actions.openMessage(
      run.facts.messages.findIndex(({ id, inputId }) => inputId === message || id === message),
    );
  }
  const moment = Number(parts.get('moment') ?? Number.NaN);
  const device = run.lanes.find(({ name }) => name === parts.get('device'));
  if (device !== undefined) {
    actions.openDevice(device.lane, Number.isSafeInteger(moment) ? moment : undefined);
  }
  const panel = PANELS.find((name) => name === parts.get('panel'));
  if (panel !== undefined) store.panel.value = panel;
  const find = parts.get('find');
  if (find !== null) void actions.find(find);
  applyWindow(actions, parts);
}

/** The run beside the shown one, as the address says; `false` when it says nothing of one. */
async function showBeside(actions: Actions, parts: URLSearchParams): Promise<boolean> {
  const architecture = parts.get('with');
  const decisions = parts.getAll('if').flatMap((text) => readDecision(text) ?? []);
  if (decisions.length > 0) await showChange(actions, decisions);
  else if (architecture === 'relay' || architecture === 'fanout')
    await showArchitecture(actions, architecture);
  else return false;
  return true;
}

function applyWindow(actions: Actions, parts: URLSearchParams): void {
  const [from, until] = (parts.get('at') ?? '').split('..').map(Number);
  if (from !== undefined && until !== undefined && until > from) actions.look({ from, until });
}

function applyLanes(actions: Actions, run: LoadedRun, parts: URLSearchParams): void {
  const lanesOf = (key: string): number[] | undefined => {
    const text = parts.get(key);
    if (text === null) return undefined;
    const lanes = text.split(',').map((name) => run.lanes.findIndex((one) => one.name === name));
    return lanes.filter((lane) => lane >= 0);
  };
  const order = lanesOf('order');
  const pinned = lanesOf('pinned');
  const hidden = lanesOf('hidden');
  const collapsed = parts.get('collapsed')?.split(',');
  actions.arrange({
    ...(order !== undefined && order.length === run.lanes.length ? { order } : {}),
    ...(pinned === undefined ? {} : { pinned }),
    ...(hidden === undefined ? {} : { hidden }),
    ...(collapsed === undefined ? {} : { collapsed }),
  });
}
