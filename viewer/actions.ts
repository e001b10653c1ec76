/** What a person can do on the page, whatever button, key or address asked for it. */

import { batch } from '@preact/signals';
import type { LiveRequest } from './live/live-messages.ts';
import { idleLanes, type LoadedRun, loadRun } from './loaded-run.ts';
import type { LaneArrangement } from './model/lanes.ts';
import type { ConeWay } from './reader/cone.ts';
import { fetchedRun, type RunBytes, startLive } from './run-source.ts';
import { sharedEnd } from './shared-end.ts';
import { isOfMoment, type Origin, type Store, shownRun } from './store.ts';
import {
  type AxisKind,
  type AxisWindow,
  clamped,
  positionOf,
  translated,
  zoomed,
} from './timeline/axis.ts';

/** A window about a selected event, so that its neighbours are seen: a minute, or 60 events. */
const ABOUT: Readonly<Record<AxisKind, number>> = { time: 60_000_000, order: 60 };

export class Actions {
  readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  /** Back to the gallery. */
  goToStart(): void {
    this.#leave();
    this.store.origin.value = { kind: 'none' };
    this.store.stage.value = { kind: 'start' };
  }

  /** Shows a trace that is at hand. Answers whether it could be read. */
  async show(bytes: RunBytes, origin: Origin, what: string): Promise<boolean> {
    const { store } = this;
    this.#leave();
    store.troubles.value = [];
    store.stage.value = { kind: 'reading', what, events: 0 };
    const run = await loadRun(bytes.trace, bytes.result, (events) => {
      store.stage.value = { kind: 'reading', what, events };
    });
    if ('kind' in run) {
      this.trouble([run.sentence]);
      return false;
    }
    this.#enter(run, origin);
    return true;
  }

  /** Fetches a trace from beside the site and shows it. */
  async showAddress(address: string): Promise<boolean> {
    this.store.stage.value = { kind: 'reading', what: address, events: 0 };
    const bytes = await fetchedRun(address);
    if ('kind' in bytes) {
      this.trouble(bytes.sentences);
      return false;
    }
    return this.show(bytes, { kind: 'trace', address }, address);
  }

  /** Runs a scenario in the page and shows it; of a library story the address says which. */
  async run(request: LiveRequest, name: string, origin?: Origin): Promise<boolean> {
    const { store } = this;
    this.#leave();
    store.troubles.value = [];
    const what = `${name}, seed ${request.seed}, ${request.architecture ?? 'fanout'}`;
    const live = startLive(request, (progress) => {
      if (store.stage.value.kind === 'running')
        store.stage.value = { ...store.stage.value, progress };
    });
    const progress = { virtualUs: 0, lengthUs: 0, events: 0 };
    store.stage.value = { kind: 'running', what, progress, stop: live.stop };
    const bytes = await live.outcome;
    if ('kind' in bytes) {
      this.trouble(bytes.sentences);
      return false;
    }
    const { seed, architecture = 'fanout' } = request;
    return this.show(bytes, origin ?? { kind: 'run', name, seed, architecture }, what);
  }

  /** Runs the shown trace's own scenario again, so that it is judged. */
  async judge(): Promise<boolean> {
    const run = shownRun(this.store);
    if (run === undefined || run.facts.document === null) return false;
    const { scenario, seed, architecture, overrides } = run.facts.header;
    const request: LiveRequest = {
      scenario: { kind: 'text', text: run.facts.document },
      ...{ seed, overrides, architecture: architecture === 'relay' ? 'relay' : 'fanout' },
    };
    return this.run(request, scenario, { kind: 'file', name: scenario });
  }

  /** Says what went wrong and goes back to the start. */
  trouble(sentences: readonly string[]): void {
    batch(() => {
      this.store.troubles.value = sentences;
      if (this.store.stage.value.kind !== 'shown') this.store.stage.value = { kind: 'start' };
    });
  }

  /** Moves the window, kept within the run. */
  look(window: AxisWindow): void {
    const run = shownRun(this.store);
    if (run === undefined) return;
    const axis = this.store.axis.value;
    this.store.window.value = clamped(window, axis, sharedEnd(this.store));
  }

  /** Zooms about a place of the axis, or about the middle. */
  zoom(factor: number, about?: number): void {
    const window = this.store.window.value;
    this.look(zoomed(window, about ?? (window.from + window.until) / 2, factor));
  }

  /** Moves by a share of the window's width. */
  pan(share: number): void {
    const { from, until } = this.store.window.value;
    const by = (until - from) * share;
    this.look({ from: from + by, until: until + by });
  }

  lookAtAll(): void {
    this.look({ from: 0, until: Number.MAX_SAFE_INTEGER });
  }

  /** True time or order of events; the window stays on the same stretch. */
  setAxis(axis: AxisKind): void {
    const run = shownRun(this.store);
    if (run === undefined || axis === this.store.axis.value) return;
    batch(() => {
      const window = translated(run.facts.columns, this.store.window.value, axis);
      this.store.axis.value = axis;
      this.look(window);
    });
  }

  /** Selects an event: its sentence, its message, and the moment it happened. */
  select(row: number, wantsLook = false): void {
    const { store } = this;
    const run = shownRun(store);
    if (run === undefined || row < 0 || row >= run.facts.columns.count) return;
    const { columns } = run.facts;
    batch(() => {
      store.selected.value = row;
      store.selectedText.value = undefined;
      store.cursorUs.value = columns.timeUs[row] as number;
      if (!isOfMoment(store.panel.value)) store.panel.value = 'event';
      if (wantsLook) this.#bringIntoView(run, row);
    });
    void run.reader.ask<'events'>({ kind: 'events', rows: [row] }).then(([text]) => {
      if (store.selected.value === row) store.selectedText.value = text;
    });
    const message = columns.message[row] as number;
    if (message >= 0) void this.#readLife(run, message);
    else store.life.value = undefined;
    if (store.deviceLane.value >= 0) void this.#readDevice(run);
  }

  clearSelection(): void {
    batch(() => {
      this.store.selected.value = -1;
      this.store.selectedText.value = undefined;
      this.store.highlight.value = undefined;
    });
  }

  /** The next or the last event of the selected one's lane that is drawn. */
  step(by: 1 | -1): void {
    const run = shownRun(this.store);
    if (run === undefined) return;
    const { columns } = run.facts;
    const { selected } = this.store;
    const lane = selected.value >= 0 ? columns.lane[selected.value] : undefined;
    for (let row = selected.value + by; row >= 0 && row < columns.count; row += by) {
      const isHere = lane === undefined || columns.lane[row] === lane;
      if (isHere && (run.marks[run.markOf[row] as number]?.weight ?? 0) > 0) {
        this.select(row, true);
        return;
      }
    }
  }

  /** Opens a message's life. */
  openMessage(message: number): void {
    const run = shownRun(this.store);
    const one = run?.facts.messages[message];
    if (run === undefined || one === undefined) return;
    if (one.saidRow >= 0) this.select(one.saidRow);
    this.store.panel.value = 'message';
    void this.#readLife(run, message).then(() => {
      const { life } = this.store;
      if (life.value?.message === message) this.#lookAtRows(run, life.value.rows);
    });
  }

  /** Looks at a device, at the moment of the cursor. */
  openDevice(lane: number, timeUs?: number): void {
    const run = shownRun(this.store);
    if (run === undefined) return;
    batch(() => {
      this.store.deviceLane.value = lane;
      if (timeUs !== undefined) this.store.cursorUs.value = timeUs;
      if (this.store.cursorUs.value < 0) this.store.cursorUs.value = 0;
      this.store.panel.value = 'device';
    });
    void this.#readDevice(run);
  }

  /** Asks what the keys of a device open; of none, the panel asks which (see lens.ts). */
  openKeys(lane: number): void {
    batch(() => {
      this.openDevice(lane);
      this.store.panel.value = 'keys';
    });
  }

  /** Moves the moment that is looked at. */
  scrub(timeUs: number): void {
    const run = shownRun(this.store);
    if (run === undefined) return;
    this.store.cursorUs.value = Math.max(0, Math.floor(timeUs));
    if (this.store.deviceLane.value >= 0) void this.#readDevice(run);
  }

  /** Keeps bright what led to the selected event, or what came of it. */
  async showCone(way: ConeWay): Promise<void> {
    const { store } = this;
    const run = shownRun(store);
    const row = store.selected.value;
    if (run === undefined || row < 0) return;
    const rows = await run.reader.ask<'cone'>({ kind: 'cone', row, way });
    if (store.selected.value !== row) return;
    const words = way === 'before' ? 'what led to it' : 'what came of it';
    store.highlight.value = { words: `${rows.length} events: ${words}`, rows };
  }

  /** Goes to the event that caused the selected one, or to its first effect. */
  follow(way: ConeWay): void {
    const run = shownRun(this.store);
    const row = this.store.selected.value;
    if (run === undefined || row < 0) return;
    const { cause, count } = run.facts.columns;
    if (way === 'before') {
      if ((cause[row] as number) >= 0) this.select(cause[row] as number, true);
      return;
    }
    for (let at = row + 1; at < count; at++) {
      if (cause[at] === row) {
        this.select(at, true);
        return;
      }
    }
  }

  /** Answers the find box. The window stays; only `n` moves it. */
  async find(query: string): Promise<void> {
    const { store } = this;
    const run = shownRun(store);
    store.query.value = query;
    if (run === undefined || query.trim() === '') {
      batch(() => {
        store.found.value = undefined;
        store.foundAt.value = -1;
        store.troubles.value = [];
      });
      return;
    }
    const found = await run.reader.ask<'find'>({ kind: 'find', query });
    if (store.query.value !== query) return;
    batch(() => {
      store.foundAt.value = -1;
      store.found.value = found.kind === 'found' ? found.rows : undefined;
      store.troubles.value = found.kind === 'found' ? [] : [found.sentence];
    });
  }

  /** To the next or the last thing found, from the selected event on, and round at the ends. */
  nextFound(by: 1 | -1): void {
    const { found, foundAt, selected } = this.store;
    const rows = found.value;
    if (rows === undefined || rows.length === 0) return;
    const from = selected.value;
    let at =
      by === 1 ? rows.findIndex((row) => row > from) : rows.findLastIndex((row) => row < from);
    if (at < 0) at = by === 1 ? 0 : rows.length - 1;
    foundAt.value = at;
    this.select(rows[at] as number, true);
  }

  arrange(lanes: Partial<LaneArrangement>): void {
    this.store.lanes.value = { ...this.store.lanes.value, ...lanes };
  }

  /** Ends the run beside this one, or the waiting for it. */
  leaveTwin(): void {
    const { twin, twinWaiting, differing, partsAt } = this.store;
    twinWaiting.value?.stop();
    twinWaiting.value = undefined;
    if (twin.value !== undefined) shownRun(twin.value.store)?.reader.close();
    twin.value = undefined;
    differing.value = [];
    partsAt.value = -1;
  }

  #enter(run: LoadedRun, origin: Origin): void {
    const { store } = this;
    batch(() => {
      store.stage.value = { kind: 'shown', run };
      store.origin.value = origin;
      store.lanes.value = { order: run.order, hidden: idleLanes(run), pinned: [], collapsed: [] };
      store.axis.value = 'time';
      this.lookAtAll();
      store.panel.value = 'verdict';
    });
    const witness = run.witnesses.find(({ row }) => row >= 0);
    if (witness !== undefined) {
      this.select(witness.row, true);
      store.panel.value = 'verdict';
    }
  }

  #leave(): void {
    const { store } = this;
    shownRun(store)?.reader.close();
    this.leaveTwin();
    batch(() => {
      store.selected.value = -1;
      store.selectedText.value = undefined;
      store.life.value = undefined;
      store.device.value = undefined;
      store.lens.value = undefined;
      store.deviceLane.value = -1;
      store.cursorUs.value = -1;
      store.query.value = '';
      store.found.value = undefined;
      store.foundAt.value = -1;
      store.highlight.value = undefined;
    });
  }

  #bringIntoView(run: LoadedRun, row: number): void {
    const axis = this.store.axis.value;
    const { from, until } = this.store.window.value;
    const at = positionOf(run.facts.columns, axis, row);
    const width = Math.min(until - from, ABOUT[axis]);
    if (at < from || at > until || until - from > ABOUT[axis] * 20) {
      this.look({ from: at - width / 2, until: at + width / 2 });
    }
  }

  #lookAtRows(run: LoadedRun, rows: readonly number[]): void {
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined) return;
    const axis = this.store.axis.value;
    const from = positionOf(run.facts.columns, axis, first);
    const until = positionOf(run.facts.columns, axis, last);
    const margin = Math.max((until - from) * 0.08, ABOUT[axis] / 60);
    this.look({ from: from - margin, until: until + margin });
    this.store.highlight.value = {
      words: `${rows.length} events of this message`,
      rows: Uint32Array.from(rows),
    };
  }

  async #readLife(run: LoadedRun, message: number): Promise<void> {
    const life = await run.reader.ask<'life'>({ kind: 'life', message });
    if (shownRun(this.store) === run) this.store.life.value = life;
  }

  async #readDevice(run: LoadedRun): Promise<void> {
    const { deviceLane, cursorUs, device } = this.store;
    const lane = deviceLane.value;
    const timeUs = cursorUs.value;
    const read = await run.reader.ask<'device'>({ kind: 'device', lane, timeUs });
    if (deviceLane.value === lane && cursorUs.value === timeUs) device.value = read;
  }
}
