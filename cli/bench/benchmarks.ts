/** The benchmarks by name. Each is loaded only when it is asked for. */

import type { BenchRow } from './measure.ts';

/** One benchmark of `lockstep bench`. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  measure(): Promise<readonly BenchRow[]>;
}

async function kernel(): Promise<readonly BenchRow[]> {
  const { benchKernel } = await import('../../sim/kernel/event-queue.bench.ts');
  const rows = await benchKernel();
  return rows.map(({ pending, kernelNs, tinyqueueNs, ratio, ratioMin }) => ({
    benchmark: 'kernel',
    what: `one event with hashing, ${pending} pending`,
    measured: `${kernelNs.toFixed(0)} ns`,
    reference:
      tinyqueueNs === undefined
        ? 'tinyqueue is not installed (a development package)'
        : `tinyqueue ${tinyqueueNs.toFixed(0)} ns`,
    ...(ratio === undefined ? {} : { ratio }),
    wanted: `at least ${ratioMin}x`,
    isMet: ratio === undefined ? undefined : ratio >= ratioMin,
  }));
}

async function session(): Promise<readonly BenchRow[]> {
  const { benchSessions } = await import('../../protocol/signal/session.bench.ts');
  const rows = await benchSessions();
  return rows.map(({ name, oursUs, libsignalUs, ratio, ratioMin }) => ({
    benchmark: 'session',
    what: `encrypt, commit, decrypt, commit; 200 bytes, ${name}`,
    measured: `${oursUs.toFixed(1)} µs`,
    reference:
      libsignalUs === undefined
        ? 'libsignal-client is not installed (a development package)'
        : `libsignal-client ${libsignalUs.toFixed(1)} µs`,
    ...(ratio === undefined ? {} : { ratio }),
    wanted: `at least ${ratioMin}x`,
    isMet: ratio === undefined ? undefined : ratio >= ratioMin,
  }));
}

async function history(): Promise<readonly BenchRow[]> {
  const { benchHistory } = await import('../../protocol/fanout/history.bench.ts');
  const { messages, medianMs, limitMs } = benchHistory();
  return [
    {
      benchmark: 'history',
      what: `${messages} messages to a new companion`,
      measured: `${medianMs.toFixed(0)} ms`,
      reference: '',
      wanted: `at most ${limitMs} ms`,
      isMet: medianMs <= limitMs,
    },
  ];
}

async function group(): Promise<readonly BenchRow[]> {
  const { benchGroups } = await import('../../protocol/fanout/groups.bench.ts');
  return benchGroups().map(({ what, made, wanted, tookMs }) => ({
    benchmark: 'group',
    what: `256 members x 3 devices, ${what}, ${tookMs.toFixed(0)} ms to all`,
    measured: `${made.shared} ciphertext and ${made.pairwise} keys`,
    reference: '',
    wanted: `exactly ${wanted.shared} and ${wanted.pairwise}`,
    isMet: made.shared === wanted.shared && made.pairwise === wanted.pairwise,
  }));
}

/** In the order they are run. */
export const BENCHMARKS: readonly Benchmark[] = [
  { name: 'session', summary: 'a message against libsignal-client', measure: session },
  { name: 'kernel', summary: 'the event queue against tinyqueue', measure: kernel },
  { name: 'history', summary: 'a long history to a new companion', measure: history },
  { name: 'group', summary: 'ciphertexts of a message to a large group', measure: group },
  {
    name: 'month',
    summary: 'a month of ten accounts with five devices each, every feature',
    measure: async () => (await import('./month.ts')).benchMonth(),
  },
  {
    name: 'day',
    summary: 'the phone-offline day, wall time and time per copy',
    measure: async () => (await import('./day.ts')).benchDay(),
  },
  {
    name: 'scale',
    summary: 'cost per copy as accounts grow tenfold',
    measure: async () => (await import('./scale.ts')).benchScale(),
  },
  {
    name: 'viewer',
    summary: 'the viewer in a browser: a million events, and the first picture',
    measure: async () => (await import('./viewer.bench.ts')).benchViewer(),
  },
];
