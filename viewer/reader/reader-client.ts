/** The page's side of the worker that keeps the trace: questions out, promises of answers back. */

import type {
  AskedQuestion,
  ReaderAnswer,
  ReaderAnswers,
  ReaderQuestion,
} from './reader-messages.ts';

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly progress: (events: number) => void;
}

export class ReaderClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<ReaderAnswer>) => this.#take(data);
    worker.onerror = (event) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(event.message));
      this.#waiting.clear();
    };
  }

  /** Asks; the answer comes in the order of the questions. */
  ask<K extends ReaderQuestion['kind']>(
    question: Extract<ReaderQuestion, { kind: K }>,
    progress: (events: number) => void = () => {},
  ): Promise<ReaderAnswers[K]> {
    const id = ++this.#asked;
    const asked: AskedQuestion = { id, question };
    return new Promise<ReaderAnswers[K]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, progress });
      this.#worker.postMessage(asked);
    });
  }

  /** Ends the worker; what is still asked is never answered. */
  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #take(answer: ReaderAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    if (answer.kind === 'progress') {
      waiting.progress(answer.events);
      return;
    }
    this.#waiting.delete(answer.id);
    if (answer.kind === 'answer') waiting.resolve(answer.answer as never);
    else waiting.reject(new Error(answer.sentence));
  }
}
