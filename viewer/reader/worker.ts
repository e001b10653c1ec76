/** The worker's door: takes questions, answers each with its number. */

import { Reader } from './reader.ts';
import type { AskedQuestion, ReaderAnswer, ReaderAnswers } from './reader-messages.ts';

/** The part of a worker's scope that is used; pages and workers share one library of types. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<AskedQuestion>) => void) | null;
  postMessage(message: ReaderAnswer, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const reader = new Reader();

/** How often progress is told. */
const PROGRESS_MS = 100;

/** Only rows found are handed over; the columns are copied, since the worker searches them too. */
function transferOf(answer: ReaderAnswers[keyof ReaderAnswers]): Transferable[] {
  return answer instanceof Uint32Array ? [answer.buffer] : [];
}

async function take({ id, question }: AskedQuestion): Promise<void> {
  let toldMs = performance.now();
  const progress = (events: number): void => {
    const nowMs = performance.now();
    if (nowMs - toldMs < PROGRESS_MS) return;
    toldMs = nowMs;
    scope.postMessage({ id, kind: 'progress', events });
  };
  try {
    const answer = await reader.answer(question, progress);
    scope.postMessage({ id, kind: 'answer', answer }, transferOf(answer));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    scope.postMessage({ id, kind: 'failed', sentence: `${question.kind}: ${why}` });
  }
}

scope.onmessage = ({ data }) => void take(data);
