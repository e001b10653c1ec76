/**
 * Everything that the page shows and that changes: one place, as signals. Views read them; actions
 * (actions.ts) write them; the address follows them (address.ts).
 */

import { type Signal, signal } from '@preact/signals';
import type { LoadedRun } from './loaded-run.ts';
import type { LaneArrangement } from './model/lanes.ts';
import type { Decision } from './model/what-if.ts';
import type { DeviceAt } from './reader/device-at.ts';
import type { LensAnswer } from './reader/key-lens.ts';
import type { MessageLife } from './reader/message-life.ts';
import type { EventText } from './reader/reader-messages.ts';
import type { GalleryStory, LiveProgress } from './run-source.ts';
import type { AxisKind, AxisWindow } from './timeline/axis.ts';
import type { Summary } from './timeline/paint.ts';

/** What the page is doing. */
export type Stage =
  | { readonly kind: 'start' }
  | { readonly kind: 'reading'; readonly what: string; readonly events: number }
  | {
      readonly kind: 'running';
      readonly what: string;
      readonly progress: LiveProgress;
      readonly stop: () => void;
    }
  | { readonly kind: 'shown'; readonly run: LoadedRun };

/** Where a shown run came from, for the address. */
export type Origin =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'trace'; readonly address: string }
  | { readonly kind: 'inside' }
  | {
      readonly kind: 'run';
      readonly name: string;
      readonly seed: string;
      readonly architecture: 'fanout' | 'relay';
    };

/** Why a second run stands beside the first. */
export type Beside =
  | { readonly kind: 'architecture'; readonly architecture: 'fanout' | 'relay' }
  /** The same run but for these decisions. */
  | { readonly kind: 'change'; readonly decisions: readonly Decision[] }
  /** Both came in one file. */
  | { readonly kind: 'inside' };

/** What a run beside the shown one is about, and its own page of signals. */
export interface Twin {
  readonly store: Store;
  readonly beside: Beside;
}

/** A second run on its way. */
export interface TwinWaiting {
  readonly what: string;
  readonly events: number;
  readonly stop: () => void;
}

export type PanelName = 'verdict' | 'event' | 'message' | 'device' | 'keys' | 'change' | 'keep';

/** Whether a panel is about a device at a moment: it stays when the moment changes. */
export function isOfMoment(panel: PanelName): boolean {
  return panel === 'device' || panel === 'keys';
}

export type Theme = 'system' | 'light' | 'dark';

/** Rows kept bright while all others fade: a cone, or what was found. */
export interface Highlight {
  readonly words: string;
  readonly rows: Uint32Array<ArrayBuffer>;
}

export interface Store {
  /** Whether it is the lower one of two. */
  readonly isSecond: boolean;
  /** The run beside this one; each of the two is the other's twin. */
  readonly twin: Signal<Twin | undefined>;
  readonly twinWaiting: Signal<TwinWaiting | undefined>;
  /** Rows of what people wanted that came out otherwise in the twin. */
  readonly differing: Signal<readonly number[]>;
  /** The first row that differs from a changed twin's; -1 without one. */
  readonly partsAt: Signal<number>;
  readonly stage: Signal<Stage>;
  readonly origin: Signal<Origin>;
  /** Sentences about what went wrong; shown until the next action. */
  readonly troubles: Signal<readonly string[]>;
  readonly stories: Signal<readonly GalleryStory[]>;
  readonly axis: Signal<AxisKind>;
  readonly window: Signal<AxisWindow>;
  readonly lanes: Signal<LaneArrangement>;
  /** By index of `FRAME_CLASSES`. */
  readonly classes: Signal<readonly boolean[]>;
  readonly selected: Signal<number>;
  readonly selectedText: Signal<EventText | undefined>;
  readonly life: Signal<MessageLife | undefined>;
  readonly device: Signal<DeviceAt | undefined>;
  /** What the keys of the device open; while the panel of keys is shown. */
  readonly lens: Signal<LensAnswer | undefined>;
  /** The lane that is looked at; -1 for none. */
  readonly deviceLane: Signal<number>;
  readonly cursorUs: Signal<number>;
  readonly query: Signal<string>;
  readonly found: Signal<Uint32Array<ArrayBuffer> | undefined>;
  readonly foundAt: Signal<number>;
  readonly highlight: Signal<Highlight | undefined>;
  readonly panel: Signal<PanelName>;
  readonly isHelpOpen: Signal<boolean>;
  readonly theme: Signal<Theme>;
  readonly summary: Signal<Summary | undefined>;
}

const NO_LANES: LaneArrangement = { order: [], hidden: [], pinned: [], collapsed: [] };

/** A page with nothing on it. */
export function createStore(): Store {
  return {
    isSecond: false,
    twin: signal<Twin | undefined>(undefined),
    twinWaiting: signal<TwinWaiting | undefined>(undefined),
    differing: signal<readonly number[]>([]),
    partsAt: signal(-1),
    stage: signal<Stage>({ kind: 'start' }),
    origin: signal<Origin>({ kind: 'none' }),
    troubles: signal<readonly string[]>([]),
    stories: signal<readonly GalleryStory[]>([]),
    axis: signal<AxisKind>('time'),
    window: signal<AxisWindow>({ from: 0, until: 1 }),
    lanes: signal(NO_LANES),
    classes: signal<readonly boolean[]>([true, false, true, true, false]),
    selected: signal(-1),
    selectedText: signal<EventText | undefined>(undefined),
    life: signal<MessageLife | undefined>(undefined),
    device: signal<DeviceAt | undefined>(undefined),
    lens: signal<LensAnswer | undefined>(undefined),
    deviceLane: signal(-1),
    cursorUs: signal(-1),
    query: signal(''),
    found: signal<Uint32Array<ArrayBuffer> | undefined>(undefined),
    foundAt: signal(-1),
    highlight: signal<Highlight | undefined>(undefined),
    panel: signal<PanelName>('verdict'),
    isHelpOpen: signal(false),
    theme: signal<Theme>('system'),
    summary: signal<Summary | undefined>(undefined),
  };
}

/** A page for a run below another: the window and all that is about the whole page are shared. */
export function createSecond(first: Store): Store {
  const { troubles, stories, axis, window, classes, panel, isHelpOpen, theme } = first;
  const shared = { troubles, stories, axis, window, classes, panel, isHelpOpen, theme };
  return { ...createStore(), ...shared, isSecond: true };
}

/** The run that is shown, if one is. */
export function shownRun({ stage }: Store): LoadedRun | undefined {
  return stage.value.kind === 'shown' ? stage.value.run : undefined;
}
