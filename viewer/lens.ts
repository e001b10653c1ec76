/**
 * Keeps the answer of the key lens after the device and the moment that are looked at, while its
 * panel is shown: messages that open stay bright in the timeline, all others fade. Only the newest
 * question is asked when the last answer has come, so that a slider never waits for its own past.
 */

import { batch, effect } from '@preact/signals';
import type { LoadedRun } from './loaded-run.ts';
import type { LensAnswer } from './reader/key-lens.ts';
import { type Highlight, type Store, shownRun } from './store.ts';

/** Follows a page of signals, and the one of the run beside it while there is one. */
export function followLenses(store: Store): void {
  followLens(store);
  effect(() => {
    const twin = store.twin.value;
    return twin === undefined ? undefined : followLens(twin.store);
  });
}

/** Follows until the answered function is called. */
function followLens(store: Store): () => void {
  /** A run that is closed never answers: the next one does not wait for it. */
  let asked: LoadedRun | undefined;
  let bright: Highlight | undefined;
  const show = (answer: LensAnswer | undefined, rows: Uint32Array<ArrayBuffer>): void => {
    batch(() => {
      const { highlight } = store;
      if (highlight.peek() === bright) highlight.value = undefined;
      store.lens.value = answer;
      bright = undefined;
      if (answer === undefined || rows.length === 0) return;
      bright = { words: `${rows.length} events of messages that open`, rows };
      highlight.value = bright;
    });
  };
  const ask = async (run: LoadedRun): Promise<void> => {
    const { deviceLane, cursorUs } = store;
    const lane = deviceLane.peek();
    const timeUs = Math.max(0, cursorUs.peek());
    asked = run;
    try {
      const answer = await run.reader.ask<'lens'>({ kind: 'lens', lane, timeUs });
      if (!isWanted(store, run)) return;
      show(answer, rowsThatOpen(run, answer));
    } finally {
      if (asked === run) asked = undefined;
    }
    const isOld = deviceLane.peek() !== lane || Math.max(0, cursorUs.peek()) !== timeUs;
    if (isOld) void ask(run);
  };
  return effect(() => {
    const run = shownRun(store);
    store.cursorUs.value;
    store.deviceLane.value;
    if (run === undefined || !isWanted(store, run)) {
      if (store.lens.peek() !== undefined) show(undefined, new Uint32Array(0));
    } else if (asked !== run) void ask(run);
  });
}

function isWanted(store: Store, run: LoadedRun): boolean {
  return shownRun(store) === run && store.panel.value === 'keys' && store.deviceLane.value >= 0;
}

/** Every event about a message that opens. */
function rowsThatOpen({ facts }: LoadedRun, { messages }: LensAnswer): Uint32Array<ArrayBuffer> {
  const { columns } = facts;
  const isOpen = new Uint8Array(facts.messages.length);
  for (const { message, copies } of messages) if (copies.length > 0) isOpen[message] = 1;
  const rows: number[] = [];
  for (let row = 0; row < columns.count; row++) {
    const message = columns.message[row] as number;
    if (message >= 0 && isOpen[message] === 1) rows.push(row);
  }
  return Uint32Array.from(rows);
}
