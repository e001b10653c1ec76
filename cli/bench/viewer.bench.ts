/**
 * The viewer in a real browser, headless and without a graphics processor: a trace of a million
 * events from file to picture, frames while zooming and panning, search, cones; and the first
 * picture of the recorded day after the site is opened.
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { serveFiles } from '../view/server.ts';
import { siteFiles } from '../view/view.ts';
import { viewerFile } from '../view/viewer-files.ts';
import { type BenchRow, median } from './measure.ts';
import { repeatedDay } from './million-events.bench.ts';

const EVENTS = 1_000_000;
const LOAD_MS_MAX = 4_000;
const FRAME_MS_MAX = 25;
const FIND_MS_MAX = 300;
const CONE_MS_MAX = 150;
const BYTES_MAX = 250_000;
const OPEN_MS_MAX = 1_000;
const OPENINGS = 5;
const FRAMES = 120;
const PAINT_ASKED_EVERY_MS = 50;
const PAINT_ASKED_MAX = 2_400;

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];
const DAY = 'recorded/phone-offline-fanout.trace.ndjson.gz';

/** All figures; without a browser or its driver, one row that says so. */
export async function benchViewer(): Promise<readonly BenchRow[]> {
  const executablePath = process.env.LOCKSTEP_BROWSER ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) return [size(), missing('no Chromium is installed')];
  const driver = await import('playwright-core').catch(() => undefined);
  if (driver === undefined) return [size(), missing('playwright-core is not installed')];
  const server = await serveFiles(siteFiles(), 0);
  const browser = await driver.chromium.launch({ executablePath, args: QUIET });
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-'));
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const opening = await openings(page, server.address);
    const path = join(folder, 'million.trace.ndjson.gz');
    writeFileSync(path, repeatedDay(viewerFile(DAY), EVENTS));
    return [...(await million(page, server.address, path)), opening, size()];
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function row(what: string, measured: number, most: number, unit = 'ms'): BenchRow {
  return {
    benchmark: 'viewer',
    what,
    measured: `${measured.toFixed(unit === 'ms' ? 0 : 1)} ${unit}`,
    reference: '',
    wanted: `at most ${most} ${unit}`,
    isMet: measured <= most,
  };
}

function missing(why: string): BenchRow {
  const base = { benchmark: 'viewer', what: 'in a browser', measured: 'not measured' };
  return { ...base, reference: `${why} (for development)`, wanted: '', isMet: undefined };
}

function size(): BenchRow {
  const names = ['index.html', 'viewer.js', 'viewer.css', 'reader-worker.js'];
  const bytes = names.reduce((sum, name) => sum + gzipSync(viewerFile(name)).length, 0);
  return row('viewer without data, compressed', bytes / 1_000, BYTES_MAX / 1_000, 'kB');
}

/** From the address to the first picture, each time in a fresh page. */
async function openings(page: Page, address: string): Promise<BenchRow> {
  const times: number[] = [];
  for (let round = 0; round < OPENINGS; round++) {
    await page.goto('about:blank');
    await page.goto(`${address}#trace=${DAY}`);
    times.push(await firstPaintMs(page, 0));
  }
  return row('the recorded day, site opened to first picture', median(times), OPEN_MS_MAX);
}

/** When the first picture after a moment was finished, since that moment of the page's clock. */
async function firstPaintMs(page: Page, sinceMs: number): Promise<number> {
  await page.evaluate(IN_PAGE);
  // Asked again and again from here: the page's policy lets it evaluate nothing by itself.
  for (let asked = 0; asked < PAINT_ASKED_MAX; asked++) {
    const ms = await page.evaluate<number>(`paintedSince(${sinceMs})`);
    if (ms > 0) return ms;
    await page.waitForTimeout(PAINT_ASKED_EVERY_MS);
  }
  throw new Error('nothing was drawn within two minutes');
}

async function million(page: Page, address: string, path: string): Promise<readonly BenchRow[]> {
  await page.goto('about:blank');
  await page.goto(address);
  await page.evaluate(IN_PAGE);
  await page.locator('input[type=file]').setInputFiles(path);
  const since = "performance.getEntriesByName('lockstep:file')[0].startTime";
  const sinceMs = Number(await page.evaluate(since));
  const loadMs = await firstPaintMs(page, sinceMs);
  const moved = await page.evaluate<number[]>(`framesWhileMoving(${FRAMES})`);
  const frames = moved.sort((left, right) => left - right);
  const frameMs = frames[Math.floor(frames.length * 0.95)] ?? 0;
  const findMs = await page.evaluate<number>("timeToFind('packet-loss')");
  const coneMs = await page.evaluate<number>('timeToCone()');
  return [
    row('a million events, file to first picture', loadMs, LOAD_MS_MAX),
    row('the same, 95th percentile frame while zooming and panning', frameMs, FRAME_MS_MAX),
    row('the same, search', findMs, FIND_MS_MAX),
    row('the same, causal cone', coneMs, CONE_MS_MAX),
  ];
}

/** Functions in the page; text, since this side knows no documents. */
const IN_PAGE = `
globalThis.paintedSince = (since) => {
  const paints = performance.getEntriesByName('lockstep:paint');
  const found = paints.find(({ startTime }) => startTime >= since);
  return found === undefined ? 0 : found.startTime + found.duration - since;
};
const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
globalThis.framesWhileMoving = async (frames) => {
  const canvas = document.querySelector('.picture canvas');
  const box = canvas.getBoundingClientRect();
  const times = [];
  let before = await nextFrame();
  for (let step = 0; step < frames; step++) {
    const isPan = step % 3 === 2;
    const deltaY = isPan ? 90 : step < frames / 2 ? -60 : 60;
    canvas.dispatchEvent(new WheelEvent('wheel', {
      bubbles: true, cancelable: true, deltaY, shiftKey: isPan,
      clientX: box.left + box.width / 2, clientY: box.top + 80,
    }));
    const now = await nextFrame();
    times.push(now - before);
    before = now;
  }
  return times;
};
const until = (element, words, act) => new Promise((resolve) => {
  const beganMs = performance.now();
  const look = (_, observer) => {
    if (!words.test(element.textContent ?? '')) return;
    observer.disconnect();
    resolve(performance.now() - beganMs);
  };
  new MutationObserver(look)
    .observe(element, { childList: true, characterData: true, subtree: true });
  act();
});
globalThis.timeToFind = (query) => {
  const input = document.getElementById('find');
  return until(document.querySelector('.find output'), /\\d found/, () => {
    input.value = query;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
};
const press = (key) =>
  window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
globalThis.timeToCone = async () => {
  press('n');
  await new Promise((resolve) => setTimeout(resolve, 500));
  return until(document.querySelector('.timeline'), /what came of it/, () => press('E'));
};
document.addEventListener('change', () => performance.mark('lockstep:file'), true);
`;
