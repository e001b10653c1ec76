/**
 * The viewer by the paths of the people it is for, in a real browser: a newcomer who asks why a
 * message came late, an expert with the keyboard, somebody with a file from a stranger.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockstep, scratch } from '../cli/testing/program.ts';
import { type Viewing, viewing } from '../cli/testing/viewing.ts';
import { startBrowser } from '../reports/compare/testing/browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DAY = '#trace=recorded/phone-offline-fanout.trace.ndjson.gz';
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

/** Filled in by `beforeAll`; an object, since a test file keeps no state of its own. */
const started: { browser?: Browser; server?: Viewing } = {};
const folder = scratch();

interface Opened {
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: string[];
}

interface Wanted {
  readonly at?: string;
  readonly viewport?: typeof WIDE;
  readonly theme?: 'light' | 'dark';
}

/** A page of its own; complaints of any kind are kept and must be none. */
async function opened({ at = '', viewport = WIDE, theme = 'light' }: Wanted = {}): Promise<Opened> {
  const browser = started.browser as Browser;
  const page = await browser.newPage({ viewport, colorScheme: theme, acceptDownloads: true });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
  const { port } = started.server as Viewing;
  await page.goto(`http://127.0.0.1:${port}/${at}`);
  if (at.startsWith('#')) await page.waitForSelector('.run canvas');
  return { page, complaints };
}

async function axeFindings(page: Page): Promise<readonly string[]> {
  // The page's policy lets no foreign script in, so that the debugger brings this one.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}

beforeAll(async () => {
  started.server = await viewing();
  started.browser = await startBrowser();
});
afterAll(async () => {
  await started.browser?.close();
  await started.server?.end();
});

describe('a newcomer', () => {
  it('finds why the phone showed a message hours after the others', async () => {
    const { page, complaints } = await opened();
    await page.getByRole('button', { name: 'A day with the phone off' }).click();
    const late = page.locator('.late li', { hasText: 'still-here' });
    await expect
      .poll(() => late.textContent())
      .toMatch(/alice\.phone after 7h 50m: .*switched off/);
    await late.getByRole('button').click();
    const copy = page.locator('.copies li', { hasText: 'alice.phone' });
    await expect.poll(() => copy.textContent()).toMatch(/at the server.*switched off/);
    expect(await page.locator('blockquote').textContent()).toMatch(/laptop still works/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('runs a story in the page and sees the hashes of the command line', async () => {
    const { page, complaints } = await opened();
    await page.getByLabel('Find a story').fill('companion-first-message');
    await page.locator('.stories button').click();
    await page.waitForSelector('.run canvas', { timeout: 60_000 });
    const shown = await page.locator('.facts code').allTextContents();
    const { stdout } = lockstep(['run', 'companion-first-message', '--seed', '7', '--json']);
    const { hashes } = JSON.parse(stdout) as { readonly hashes: Record<string, string> };
    expect(shown).toEqual(Object.values(hashes));
    expect(await page.locator('.verdict').textContent()).toBe('held');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('an expert', () => {
  it('goes everywhere by keys, and the address brings everybody to the same place', async () => {
    const { page, complaints } = await opened({ at: DAY });
    await page.keyboard.press('/');
    await page.keyboard.type('device:alice.laptop what:shows');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.panel pre');
    await page.keyboard.press('Escape');
    for (const key of ['.', 'f', 'w', 'd', 'o']) await page.keyboard.press(key);
    await expect.poll(() => page.url()).toContain('axis=order');
    await page.keyboard.press('v');
    await page.waitForSelector('.panel details');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').textContent()).toContain('zoom in, zoom out');
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('message:still-here kind:deliver');
    await expect.poll(() => page.locator('.find output').textContent()).toMatch(/\d+ found/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('find=message');
    const address = page.url();
    const heading = await page.locator('.panel').textContent();
    const again = await (started.browser as Browser).newPage({ viewport: WIDE });
    await again.goto(address);
    await again.waitForSelector('.run canvas');
    await expect.poll(() => again.locator('.panel').textContent()).toBe(heading);
    await expect.poll(() => again.url()).toBe(address);
    expect(complaints).toEqual([]);
    await again.close();
    await page.close();
  });

  it('follows causes, dims the rest, and is told what is summarised', async () => {
    const { page } = await opened({ at: DAY });
    await page.locator('#find').fill('message:still-here kind:commit what:seals');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.panel pre');
    await page.locator('#find').blur();
    await page.keyboard.press('Shift+E');
    await expect.poll(() => page.locator('.told').textContent()).toMatch(/what came of it/);
    await page.getByRole('button', { name: 'show all again' }).click();
    await page.keyboard.press('c');
    await expect
      .poll(() => page.locator('.panel h3').first().textContent())
      .toMatch(/alice\.laptop (handles|is told)/);
    await page.close();
  });

  it('moves the picture by wheel and by dragging', async () => {
    const { page } = await opened({ at: DAY });
    const box = await page.locator('.picture canvas').boundingBox();
    if (box === null) throw new Error('the picture has no place');
    const windowOf = async (): Promise<readonly number[]> => {
      await page.waitForTimeout(300);
      const at = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('at') ?? '';
      return at.split('..').map(Number);
    };
    const [from = 0, until = 0] = await windowOf();
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await page.mouse.wheel(0, -600);
    const [closeFrom = 0, closeUntil = 0] = await windowOf();
    expect(closeUntil - closeFrom).toBeLessThan((until - from) / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 100, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const [laterFrom = 0, laterUntil = 0] = await windowOf();
    expect(laterFrom).toBeGreaterThan(closeFrom);
    expect(laterUntil - laterFrom).toBeCloseTo(closeUntil - closeFrom, -2);
    await page.close();
  });

  it('sees the day drawn, and a click on a mark tells of it', async () => {
    const { page } = await opened({ at: DAY });
    const canvas = page.locator('.picture canvas');
    const colours = await canvas.evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement;
      const context = (element as HTMLCanvasElement).getContext('2d');
      const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] };
      const counts = new Map<string, number>();
      for (let at = 0; at < data.length; at += 4) {
        const colour = `${data[at]} ${data[at + 1]} ${data[at + 2]}`;
        counts.set(colour, (counts.get(colour) ?? 0) + 1);
      }
      return [...counts].filter(([, count]) => count > 100).map(([colour]) => colour);
    });
    // Frames of messages, marks of what is shown, bands: as the style sheet names them.
    for (const colour of ['255 255 255', '26 106 60', '185 180 168']) {
      expect(colours).toContain(colour);
    }
    const box = await canvas.boundingBox();
    const lane = page.locator('.lane', { has: page.locator('[title="alice.laptop"]') });
    const name = await lane.boundingBox();
    if (box === null || name === null) throw new Error('nothing has a place');
    // The window is a day and a hundredth on either side of it; the message is of 9:10.
    const endUs = await page.evaluate(() => {
      const at = new URLSearchParams(location.hash.slice(1)).get('at') ?? '';
      return at.split('..').map(Number);
    });
    const [fromUs = 0, untilUs = 1] = endUs;
    const share = (9 * 3_600e6 + 600e6 - fromUs) / (untilUs - fromUs);
    await page.mouse.click(box.x + share * box.width, name.y + name.height / 2);
    await expect
      .poll(() => page.locator('.panel h3').first().textContent())
      .toMatch(/^alice\.laptop/);
    expect(await page.locator('.panel .when').textContent()).toMatch(/^09:1\d/);
    await page.close();
  });

  it('hides, folds and pins lanes, and all of it is in the address', async () => {
    const { page } = await opened({ at: DAY });
    const menu = async (name: string, item: string): Promise<void> => {
      await page.locator(`.lane-menu summary[title="${name}"]`).click();
      await page.locator('.lane-menu[open]').getByRole('button', { name: item }).click();
    };
    await menu('bob.web', 'pin to the top');
    await menu('carol.tablet', 'hide');
    await menu('dave.phone', 'fold dave');
    await expect.poll(() => page.url()).toMatch(/collapsed=dave/);
    expect(page.url()).toMatch(/pinned=bob\.web/);
    expect(page.url()).toMatch(/hidden=blobs%2Ccarol\.tablet/);
    await page.close();
  });

  it.each([
    ['CSV', /sequence,time_us,node/],
    ['Perfetto', /traceEvents/],
    ['ShiViz', /alice/],
    ['Mermaid', /^sequenceDiagram/],
    ['SVG of the window', /^<svg[^>]*>/],
  ])('takes away %s', async (name, begins) => {
    const { page } = await opened({ at: DAY });
    await page.locator('#tab-keep').click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    const path = await (await waiting).path();
    expect(readFileSync(path, 'utf8').slice(0, 2_000)).toMatch(begins);
    await page.close();
  });
});

describe('a file from a stranger', () => {
  const file = (name: string, bytes: Buffer | string): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  it.each([
    ['no-trace.ndjson', '<html>hello</html>', /not a trace of Lockstep/],
    ['empty.ndjson', '', /nothing in this file/],
    ['broken.gz', gzipSync('x'.repeat(1000)).subarray(0, 20), /not a trace|nothing in this file/],
  ])('%s is refused with a sentence', async (name, bytes, sentence) => {
    const { page, complaints } = await opened();
    await page.locator('input[type=file]').setInputFiles(file(name, bytes));
    await expect.poll(() => page.locator('.troubles').textContent()).toMatch(sentence);
    expect(await page.locator('.stories button').count()).toBeGreaterThan(100);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('with markup for names and texts is shown as text', async () => {
    const trace = join(folder, 'plain.trace.ndjson');
    lockstep(['run', 'companion-first-message', '--seed', '7', '--trace', trace]);
    const evil = '<img src=x onerror=alert(1)>';
    const text = readFileSync(trace, 'utf8').replaceAll('alice.phone', evil);
    const { page, complaints } = await opened();
    await page.locator('input[type=file]').setInputFiles(file('evil.ndjson', text));
    await page.waitForSelector('.run canvas');
    expect(await page.locator('.names').textContent()).toContain(evil);
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('one file', () => {
  it('written by run --html opens from disk and loads nothing', async () => {
    const path = join(folder, 'day.html');
    lockstep(['run', 'companion-first-message', '--seed', '7', '--html', path]);
    const page = await (started.browser as Browser).newPage({ viewport: WIDE });
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector('.run canvas');
    expect(await page.locator('.verdict').textContent()).toBe('held');
    expect(complaints).toEqual([]);
    expect(asked.filter((url) => !/^(file|blob|data):/.test(url))).toEqual([]);
    await page.close();
  });
});

describe('a violated run', () => {
  it('opens at its violation', async () => {
    const path = join(folder, 'violated.html');
    lockstep(['run', 'companion-first-message', '--seed', '7', '--html', path]);
    const data = /(<script type="application\/json" id="run-data">)(.*?)(<\/script>)/s;
    const text = readFileSync(path, 'utf8').replace(data, (_, before, json, after) => {
      const { runs } = JSON.parse(json);
      const [{ result }] = runs;
      const violation = { property: 'O1', subject: 'hello', sequence: 400, virtualUs: 0 };
      const [property] = result.properties.filter(({ id }: { id: string }) => id === 'O1');
      property.verdict = 'violated';
      property.violations = [{ ...violation, sentence: 'It was shown twice.' }];
      result.verdict = 'violated';
      return before + JSON.stringify({ runs }).replaceAll('<', '\\u003c') + after;
    });
    writeFileSync(path, text);
    const page = await (started.browser as Browser).newPage({ viewport: WIDE });
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector('.run canvas');
    await expect.poll(() => page.locator('.violations').textContent()).toMatch(/shown twice/);
    await expect.poll(() => page.url()).toMatch(/event=\d+/);
    const event = Number(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('event'));
    expect(event).toBeLessThanOrEqual(400);
    expect(event).toBeGreaterThan(390);
    expect(page.url()).not.toMatch(/panel=/);
    await page.close();
  });
});

describe('a trace alone', () => {
  it('is judged by running its scenario in the page', async () => {
    const trace = join(folder, 'alone.trace.ndjson.gz');
    lockstep(['run', 'companion-first-message', '--seed', '7', '--trace', trace]);
    const { page, complaints } = await opened();
    await page.locator('input[type=file]').setInputFiles(trace);
    await page.getByRole('button', { name: 'Run its scenario here' }).click();
    await expect
      .poll(() => page.locator('.verdict').textContent(), { timeout: 60_000 })
      .toBe('held');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('everybody', () => {
  it.each([
    ['light', WIDE],
    ['dark', WIDE],
    ['light', NARROW],
    ['dark', NARROW],
  ] as const)('has views without an axe finding: %s, %o', async (theme, viewport) => {
    const start = await opened({ viewport, theme });
    await start.page.waitForSelector('.stories button');
    expect(await axeFindings(start.page)).toEqual([]);
    await start.page.close();
    const { page, complaints } = await opened({ at: DAY, viewport, theme });
    for (const tab of ['verdict', 'event', 'message', 'device', 'keep']) {
      if (tab === 'event') await page.keyboard.press('.');
      await page.locator(`#tab-${tab}`).click();
      expect(await axeFindings(page), tab).toEqual([]);
    }
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    expect(await axeFindings(page), 'help').toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });
});
