/** What every key does. The sheet behind `?` is this table. */

import type { Actions } from './actions.ts';
import { type Store, shownRun } from './store.ts';

interface KeyMeaning {
  readonly keys: string;
  readonly means: string;
  readonly act: (actions: Actions, key: string) => void;
}

const PAN_SHARE = 0.2;
const ZOOM = 1.5;

/** In the order of the sheet. `keys` are separated by blanks. */
export const KEYS: readonly KeyMeaning[] = [
  {
    keys: 'w s',
    means: 'zoom in, zoom out',
    act: (actions, key) => actions.zoom(key === 'w' ? 1 / ZOOM : ZOOM),
  },
  {
    keys: 'a d',
    means: 'earlier, later',
    act: (actions, key) => actions.pan(key === 'a' ? -PAN_SHARE : PAN_SHARE),
  },
  { keys: '0', means: 'the whole run', act: (actions) => actions.lookAtAll() },
  { keys: 'o', means: 'true time, or order of events', act: toggleAxis },
  {
    keys: ', .',
    means: 'the event before, the next one, on the lane of the selected one',
    act: (actions, key) => actions.step(key === ',' ? -1 : 1),
  },
  {
    keys: 'f',
    means: 'bring the selected event into view',
    act: (actions) => actions.select(actions.store.selected.value, true),
  },
  { keys: 'c', means: 'go to its cause', act: (actions) => actions.follow('before') },
  { keys: 'e', means: 'go to its first effect', act: (actions) => actions.follow('after') },
  {
    keys: 'C',
    means: 'keep bright what led to it',
    act: (actions) => void actions.showCone('before'),
  },
  {
    keys: 'E',
    means: 'keep bright what came of it',
    act: (actions) => void actions.showCone('after'),
  },
  { keys: 'm', means: 'the life of its message', act: openMessage },
  { keys: 'v', means: 'its device at that moment', act: openDevice },
  {
    keys: 'k',
    means: 'what the keys of its device could open at that moment',
    act: openKeys,
  },
  { keys: 'p', means: 'pin its lane to the top, or let it go', act: togglePin },
  { keys: '/', means: 'find', act: () => document.getElementById('find')?.focus() },
  {
    keys: 'n N',
    means: 'the next thing found, the one before',
    act: (actions, key) => actions.nextFound(key === 'n' ? 1 : -1),
  },
  { keys: 'Escape', means: 'clear the selection', act: (actions) => actions.clearSelection() },
  {
    keys: '?',
    means: 'this sheet',
    act: ({ store }) => {
      store.isHelpOpen.value = !store.isHelpOpen.value;
    },
  },
];

function toggleAxis(actions: Actions): void {
  actions.setAxis(actions.store.axis.value === 'time' ? 'order' : 'time');
}

function openMessage(actions: Actions): void {
  const run = shownRun(actions.store);
  const row = actions.store.selected.value;
  const message = run?.facts.columns.message[row] ?? -1;
  if (message >= 0) actions.openMessage(message);
}

function openDevice(actions: Actions): void {
  const lane = selectedLane(actions.store);
  if (lane >= 0) actions.openDevice(lane);
}

/** Without a selection, of the device that is looked at already. */
function openKeys(actions: Actions): void {
  const lane = selectedLane(actions.store);
  actions.openKeys(lane >= 0 ? lane : actions.store.deviceLane.value);
}

function togglePin(actions: Actions): void {
  const lane = selectedLane(actions.store);
  if (lane < 0) return;
  const { pinned } = actions.store.lanes.value;
  const isPinned = pinned.includes(lane);
  actions.arrange({ pinned: isPinned ? pinned.filter((one) => one !== lane) : [...pinned, lane] });
}

function selectedLane(store: Store): number {
  const row = store.selected.value;
  return row < 0 ? -1 : (shownRun(store)?.facts.columns.lane[row] ?? -1);
}

/** Whether letters go into a field; sliders and radio buttons have no use for them. */
function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return ['text', 'search'].includes(target.type);
  return target instanceof HTMLSelectElement;
}

/** Takes a key that was pressed anywhere on the page. */
export function keyDown(event: KeyboardEvent, actions: Actions): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === 'Escape') (event.target as HTMLElement).blur();
    return;
  }
  const found = KEYS.find(({ keys }) => keys.split(' ').includes(event.key));
  if (found === undefined) return;
  if (found.keys !== '?' && shownRun(actions.store) === undefined) return;
  if (found.keys === 'Escape' && actions.store.isHelpOpen.value) return;
  event.preventDefault();
  found.act(actions, event.key);
}
