/** The worker that runs scenarios beside the page: one request, one run, one answer at its end. */

import type { ProgramFacts } from '../../reports/run-document.ts';
import type { EntriesRequest, LiveAnswer, LiveRequest } from './live-messages.ts';
import { liveRun } from './live-run.ts';

/** Put in by the build: which program this is. */
declare const LOCKSTEP_PROGRAM: ProgramFacts;

type Asked = MessageEvent<LiveRequest | EntriesRequest>;

/** What this file needs of a worker's global object; the page's own types are those of windows. */
interface WorkerScope {
  addEventListener(kind: 'message', hear: (event: Asked) => void): void;
  postMessage(answer: LiveAnswer, transfer: readonly Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const room = {
  program: LOCKSTEP_PROGRAM,
  nowMs: performance.now.bind(performance),
  tell: (answer: LiveAnswer): void => {
    scope.postMessage(answer, answer.kind === 'done' ? [answer.trace.buffer] : []);
  },
};

scope.addEventListener('message', ({ data }) => liveRun(data, room));
