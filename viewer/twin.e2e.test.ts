/**
 * Two runs beside each other in a real browser: the day on both architectures, and a day of which
 * one decision is taken otherwise, down to the file that repeats it on the command line.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockstep, scratch } from '../cli/testing/program.ts';
import { type Viewing, viewing } from '../cli/testing/viewing.ts';
import { startBrowser } from '../reports/compare/testing/browser.ts';
import type { RunDocument } from '../reports/run-document.ts';
import { runPage } from '../reports/run-page.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DAY = '#trace=recorded/phone-offline-fanout.trace.ndjson.gz';
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

/** Filled in by `beforeAll`; an object, since a test file keeps no state of its own. */
const started: { browser?: Browser; server?: Viewing } = {};
const folder = scratch();

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

async function opened(address: string, viewport = WIDE, theme?: 'dark'): Promise<Opened> {
  const colorScheme = theme ?? 'light';
  const page = await (started.browser as Browser).newPage({ viewport, colorScheme });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(address);
  await page.waitForSelector('.run canvas');
  return { page, complaints };
}

const site = (at: string): string => `http://127.0.0.1:${(started.server as Viewing).port}/${at}`;

async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
}

/** Where the window of either timeline is, as the minimaps show it. */
function windows(page: Page): Promise<readonly string[]> {
  return page
    .locator('.minimap-window')
    .evaluateAll((all) => all.map((one) => one.getAttribute('style') ?? ''));
}

function row(page: Page, id: string) {
  return page.locator('.acts tbody tr', {
    has: page.getByRole('button', { name: id, exact: true }),
  });
}

beforeAll(async () => {
  [started.server, started.browser] = await Promise.all([viewing(), startBrowser()]);
});
afterAll(async () => {
  await started.browser?.close();
  await started.server?.end();
});

it('the day on the other architecture stands below, and both move together', async () => {
  const { page, complaints } = await opened(site(DAY));
  await page.getByRole('button', { name: 'compare with relay' }).click();
  await page.waitForSelector('.twins');
  expect(await row(page, 'read#3').textContent()).toMatch(/✓ done✗ not done.*≠ done on one side/);
  expect(await row(page, 'still-here').textContent()).toMatch(/≠ .*\d+h \d+m later below/);
  const undone = page.locator('.metrics tr', { hasText: 'things people could not do' });
  expect(await undone.textContent()).toMatch(/do017/);
  const lower = page.locator('.picture canvas').nth(1);
  const before = await windows(page);
  await lower.hover();
  await page.mouse.wheel(0, -600);
  await expect.poll(() => windows(page)).not.toEqual(before);
  const [first, second] = await windows(page);
  expect(first).toBe(second);
  await row(page, 'still-here').getByRole('button').click();
  await expect
    .poll(() => page.locator('.told').allTextContents())
    .toEqual([expect.stringMatching(/events of it/), expect.stringMatching(/events of it/)]);
  await page.keyboard.press('o');
  await expect.poll(() => page.url()).toMatch(/with=relay.*axis=order/);
  const address = page.url();
  expect(await axeFindings(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
  const again = await opened(address, NARROW, 'dark');
  await again.page.waitForSelector('.twins');
  await expect.poll(() => again.page.url()).toBe(address);
  expect(await axeFindings(again.page)).toEqual([]);
  await again.page.close();
});

it('a day on which the phone stays on, and the file that repeats it', async () => {
  const { page, complaints } = await opened(site(DAY));
  await page.getByRole('button', { name: 'what if …' }).first().click();
  await page.getByRole('button', { name: 'without phone-dies' }).click();
  await page.waitForSelector('.changed', { timeout: 120_000 });
  const told = await page.locator('.changed').textContent();
  expect(told).toContain('the entry "phone-dies" of the timeline does not happen');
  expect(told).toContain('The verdict is held above and violated below.');
  expect(told).toContain('until 09:00:00.000000');
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'scenario of the lower run' }).click();
  const file = join(folder, 'phone-offline.yaml');
  await (await waiting).saveAs(file);
  await page.getByRole('button', { name: 'changed', exact: true }).click();
  await page.locator('#tab-verdict').click();
  const shown = await page.locator('.panel .facts code').allTextContents();
  const { stdout } = lockstep(['run', file, '--seed', '7', '--architecture', 'fanout', '--json']);
  const { hashes, verdict } = JSON.parse(stdout) as RunDocument;
  expect(shown).toEqual(Object.values(hashes));
  expect(verdict).toBe('violated');
  expect(await axeFindings(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

it('a frame that is lost, by its event, and again from the address', async () => {
  const at = '#run=companion-first-message&seed=7&find=kind:send+what:message+device:server';
  const { page } = await opened(site(at));
  await page.getByRole('button', { name: 'Found next' }).click();
  await page.locator('#tab-change').click();
  await page.getByRole('button', { name: 'What if no attempt came through?' }).click();
  await page.waitForSelector('.changed', { timeout: 120_000 });
  const told = await page.locator('.changed').textContent();
  expect(told).toMatch(/every attempt of .*\/message:text\/.* is lost on its way/);
  await page.getByRole('button', { name: 'See the first event that differs' }).click();
  await expect.poll(() => page.url()).toMatch(/if=loss.*event=\d+/);
  const address = page.url();
  await page.getByRole('button', { name: 'only the upper run' }).click();
  await page.getByRole('button', { name: 'compare with relay' }).click();
  await page.waitForSelector('.metrics', { timeout: 120_000 });
  await page.close();
  const again = await opened(address);
  await again.page.waitForSelector('.changed', { timeout: 120_000 });
  expect(await again.page.locator('.changed').textContent()).toBe(told);
  await again.page.close();
});

it('one file with two runs opens as their comparison', async () => {
  const built = (name: string) => new URL(`../dist/viewer/${name}`, import.meta.url);
  const runs = ['fanout', 'relay'].map((architecture) => ({
    result: JSON.parse(
      readFileSync(built(`recorded/phone-offline-${architecture}.json`), 'utf8'),
    ) as RunDocument,
    trace: readFileSync(built(`recorded/phone-offline-${architecture}.trace.ndjson.gz`)).toString(
      'base64',
    ),
  }));
  const file = join(folder, 'two.html');
  writeFileSync(file, runPage(readFileSync(built('single.html'), 'utf8'), runs));
  const { page, complaints } = await opened(pathToFileURL(file).href);
  await page.waitForSelector('.twins');
  expect(await page.locator('.twins h3').allTextContents()).toEqual(['fanout held', 'relay held']);
  expect(complaints).toEqual([]);
  await page.close();
});
