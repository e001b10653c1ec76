/** Where runs come from: inside this file, beside the site, a dropped file, a run in the page. */

import type { RunDocument } from '../reports/run-document.ts';
import type {
  EntriesRequest,
  LiveAnswer,
  LiveRequest,
  ScenarioChoice,
  StoryEntry,
} from './live/live-messages.ts';
import { startWorker } from './workers.ts';

/** A trace and, when it is known, what its run was judged. */
export interface RunBytes {
  readonly trace: Uint8Array<ArrayBuffer>;
  readonly result: RunDocument | null;
}

/** Nothing to show, and why. */
export interface SourceRefusal {
  readonly kind: 'refused';
  readonly sentences: readonly string[];
}

interface EmbeddedRun {
  readonly result: RunDocument | null;
  readonly trace: string;
}

/** Runs inside the page itself, as `lockstep run --html` writes it; none on a site. */
export function embeddedRuns(): readonly RunBytes[] {
  const text = document.getElementById('run-data')?.textContent;
  if (text === undefined || text === null || text.trim() === '') return [];
  const { runs } = JSON.parse(text) as { readonly runs: readonly EmbeddedRun[] };
  return runs.map(({ result, trace }) => ({
    result,
    trace: Uint8Array.from(atob(trace), (character) => character.charCodeAt(0)),
  }));
}

/** A story of the library, as the gallery shows it. */
export interface GalleryStory {
  readonly name: string;
  readonly summary: string;
  readonly lengthUs: number;
  readonly architectures: readonly ('fanout' | 'relay')[];
  readonly accounts: number;
  readonly devices: number;
}

/** The library; empty in a single file, which has none beside it. */
export async function gallery(): Promise<readonly GalleryStory[]> {
  if (location.protocol === 'file:') return [];
  try {
    const answer = await fetch('./gallery.json');
    if (!answer.ok) return [];
    return (await answer.json()) as readonly GalleryStory[];
  } catch {
    return [];
  }
}

/** Bytes beside the site (`recorded/…`, `run.trace.ndjson.gz`), or from an address it may ask. */
export async function fetchedRun(address: string): Promise<RunBytes | SourceRefusal> {
  const refused = (why: string): SourceRefusal => ({
    kind: 'refused',
    sentences: [`The trace ${address} could not be read: ${why}.`],
  });
  try {
    const answer = await fetch(address);
    if (!answer.ok) return refused(`the server says ${answer.status}`);
    const trace = new Uint8Array(await answer.arrayBuffer());
    return { trace, result: await fetchedResult(address) };
  } catch {
    return refused('nobody answers, or that address may not be asked from here');
  }
}

/** The document beside a trace has its name with `.json`; a trace may be alone. */
async function fetchedResult(address: string): Promise<RunDocument | null> {
  const beside = address.replace(/\.trace\.ndjson(\.gz)?$/, '.json');
  if (beside === address) return null;
  try {
    const answer = await fetch(beside);
    return answer.ok ? ((await answer.json()) as RunDocument) : null;
  } catch {
    return null;
  }
}

/** How far a run in the page is. */
export interface LiveProgress {
  readonly virtualUs: number;
  readonly lengthUs: number;
  readonly events: number;
}

/** A run going on in its worker. */
export interface LiveRun {
  readonly outcome: Promise<RunBytes | SourceRefusal>;
  readonly stop: () => void;
}

/** Runs a scenario in the page. */
export function startLive(request: LiveRequest, progress: (at: LiveProgress) => void): LiveRun {
  const worker = startWorker('live-worker');
  let settle: (outcome: RunBytes | SourceRefusal) => void = () => {};
  const outcome = new Promise<RunBytes | SourceRefusal>((resolve) => {
    settle = (value) => {
      worker.terminate();
      resolve(value);
    };
  });
  worker.onerror = (event) => settle({ kind: 'refused', sentences: [event.message] });
  worker.onmessage = ({ data }: MessageEvent<LiveAnswer>) => {
    switch (data.kind) {
      case 'progress':
        progress(data);
        break;
      case 'done':
        settle({ trace: data.trace, result: data.result });
        break;
      case 'refused':
        settle({ kind: 'refused', sentences: data.sentences });
        break;
      case 'failed':
        settle({ kind: 'refused', sentences: [data.sentence] });
        break;
      case 'entries':
        break;
    }
  };
  worker.postMessage(request);
  const stop = (): void => settle({ kind: 'refused', sentences: ['The run was stopped.'] });
  return { outcome, stop };
}

/** The entries of a scenario's timeline, read by the worker that could run it. */
export function storyEntriesOf(
  entriesOf: ScenarioChoice,
): Promise<readonly StoryEntry[] | SourceRefusal> {
  const worker = startWorker('live-worker');
  return new Promise((resolve) => {
    const settle = (value: readonly StoryEntry[] | SourceRefusal): void => {
      worker.terminate();
      resolve(value);
    };
    worker.onerror = (event) => settle({ kind: 'refused', sentences: [event.message] });
    worker.onmessage = ({ data }: MessageEvent<LiveAnswer>) => {
      if (data.kind === 'entries') settle(data.entries);
      else if (data.kind === 'refused') settle({ kind: 'refused', sentences: data.sentences });
      else if (data.kind === 'failed') settle({ kind: 'refused', sentences: [data.sentence] });
    };
    const request: EntriesRequest = { entriesOf };
    worker.postMessage(request);
  });
}
