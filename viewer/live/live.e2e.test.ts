/**
 * The proof that a run in the page is the run of the command line: stories of the library on the
 * live worker in a real browser, their four hashes held against those of the fast back end here;
 * and that the worker starts under the policy of the page that is one file. Here the stories of up
 * to an hour take part; `npm run determinism:page` runs every one, which takes long.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scratch } from '../../cli/testing/program.ts';
import { type Viewing, viewing } from '../../cli/testing/viewing.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { startBrowser } from '../../reports/compare/testing/browser.ts';
import { findScenario, listScenarios } from '../../scenarios/library.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { runScenario } from '../../sim/run/run.ts';
import type { RunDigests } from '../../sim/trace/hashes.ts';
import type { LiveAnswer, LiveRequest } from './live-messages.ts';

const SEED = '1';
const IS_WHOLE = process.env.LOCKSTEP_WHOLE_LIBRARY === '1';
const SHORT_US = 3_600_000_000;

/** The stories that take part. */
const STORIES = listScenarios()
  .map(({ name }) => name)
  .filter((name) => IS_WHOLE || (findScenario(name)?.lengthUs ?? 0) <= SHORT_US);
const WHICH = IS_WHOLE ? 'every story' : 'every short story';

/** Filled in by `beforeAll`; an object, since a test file keeps no state of its own. */
const started: { browser?: Browser; server?: Viewing } = {};

/** What the page tells of a run: the trace stays there but for its size and its last line. */
interface Told {
  readonly last: LiveAnswer;
  readonly traceBytes: number;
  readonly footer: string;
  readonly progress: number;
}

/** Runs one request on a worker of its own, made as the viewer makes it. */
const RUN = `(request) => new Promise((resolve, reject) => {
  const text = document.getElementById('live-worker')?.textContent;
  const worker = new Worker(
    text === undefined ? './live-worker.js' : URL.createObjectURL(new Blob([text])));
  let progress = 0;
  worker.onerror = (event) => reject(new Error('the worker failed: ' + event.message));
  worker.onmessage = ({ data }) => {
    if (data.kind === 'progress') { progress += 1; return; }
    worker.terminate();
    const { trace, ...last } = data;
    const lines = trace === undefined ? [''] : new TextDecoder()
      .decode(trace.subarray(-4000)).trim().split('\\n');
    resolve({ last, progress, traceBytes: trace?.length ?? 0, footer: lines.at(-1) });
  };
  worker.postMessage(request);
})`;

function told(page: Page, request: LiveRequest): Promise<Told> {
  return page.evaluate<Told>(`(${RUN})(${JSON.stringify(request)})`);
}

const ofLibrary = (name: string): LiveRequest => {
  return { scenario: { kind: 'library', name }, seed: SEED, overrides: [] };
};

async function opened(address: string): Promise<{ page: Page; noises: string[] }> {
  const page = await (started.browser as Browser).newPage();
  const noises: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') noises.push(message.text());
  });
  page.on('pageerror', (error) => noises.push(error.message));
  await page.goto(address);
  return { page, noises };
}

function hashesOf({ last }: Told): RunDigests {
  if (last.kind !== 'done') throw new Error(JSON.stringify(last));
  return last.result.hashes;
}

function reference(name: string): RunDigests {
  const scenario = findScenario(name) as Scenario;
  const architecture = scenario.architecture === 'relay' ? relay : fanout;
  return runScenario({ scenario, seed: SEED, architecture, crypto: opensslProvider() }).hashes;
}

beforeAll(async () => {
  [started.server, started.browser] = await Promise.all([viewing(), startBrowser()]);
});

afterAll(async () => {
  await started.browser?.close();
  await started.server?.end();
});

it(`${WHICH} of the library has the same four hashes in the page`, async () => {
  const { page, noises } = await opened((started.server as Viewing).address);
  const differing: string[] = [];
  for (const name of STORIES) {
    // The page works while this thread does: each run has a processor of its own.
    const inPage = told(page, ofLibrary(name));
    const expected = reference(name);
    const run = await inPage;
    const isSame = JSON.stringify(hashesOf(run)) === JSON.stringify(expected);
    if (!isSame || JSON.parse(run.footer).hashes.bytes !== expected.bytes) differing.push(name);
  }
  expect(STORIES.length).toBeGreaterThan(20);
  expect(differing).toEqual([]);
  expect(noises).toEqual([]);
  await page.close();
}, 7_200_000);

it('a text is loaded, and a bad one refused, in the page as here', async () => {
  const { page, noises } = await opened((started.server as Viewing).address);
  const file = new URL('../../scenarios/library/companion-first-message.yaml', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const request: LiveRequest = { scenario: { kind: 'text', text }, seed: SEED, overrides: [] };
  expect(hashesOf(await told(page, request))).toEqual(reference('companion-first-message'));
  const bad = { ...request, scenario: { kind: 'text', text: `${text}\nnonsense: 1\n` } } as const;
  expect((await told(page, bad)).last.kind).toBe('refused');
  expect(noises).toEqual([]);
  await page.close();
});

it('the page of one file runs a story from disk, under its own policy', async () => {
  const file = join(scratch(), 'single.html');
  writeFileSync(file, readFileSync(new URL('../../dist/viewer/single.html', import.meta.url)));
  const { page, noises } = await opened(pathToFileURL(file).href);
  const run = await told(page, ofLibrary('companion-first-message'));
  expect(hashesOf(run)).toEqual(reference('companion-first-message'));
  expect(noises).toEqual([]);
  await page.close();
});
