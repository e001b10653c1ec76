/** The built page of a comparison in a real browser, opened from disk. */

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../../cli/testing/program.ts';
import { renderHtml } from './render.ts';
import { startBrowser } from './testing/browser.ts';
import { sampleDocument } from './testing/sample-document.ts';

const TEMPLATE = new URL('../../dist/reports/compare/page.html', import.meta.url);
const file = join(scratch(), 'comparison.html');
const address = pathToFileURL(file).href;
const MEGABYTE = 1_000_000;

const VIEWS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 390].map((width) => ({ colorScheme, width })),
);

/** Filled in by `beforeAll`; an object, since a test file keeps no state of its own. */
const started: { browser?: Browser } = {};

interface Opened {
  readonly page: Page;
  /** What the page said or asked for, beyond its own file. */
  readonly noises: readonly string[];
}

async function opened(options: BrowserContextOptions = {}): Promise<Opened> {
  const viewport = { width: 1280, height: 800 };
  const context = await (started.browser as Browser).newContext({ viewport, ...options });
  const page = await context.newPage();
  const noises: string[] = [];
  page.on('console', (message) => noises.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => noises.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => noises.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (request.url() !== address) noises.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { page, noises };
}

async function closed({ page }: Opened): Promise<void> {
  await page.context().close();
}

const unfold = `document.querySelectorAll('details').forEach((one) => { one.open = true; })`;

beforeAll(async () => {
  writeFileSync(file, renderHtml(sampleDocument(), readFileSync(TEMPLATE, 'utf8')));
  started.browser = await startBrowser();
});

afterAll(async () => {
  await started.browser?.close();
});

describe('the file', () => {
  it('is one file under two megabytes that asks for nothing and complains of nothing', async () => {
    expect(statSync(file).size).toBeLessThan(2 * MEGABYTE);
    const view = await opened();
    await view.page.evaluate(unfold);
    expect(view.noises).toEqual([]);
    await closed(view);
  });

  it('has a policy that stops a planted script, a planted style and a request', async () => {
    const view = await opened();
    const stopped = await view.page.evaluate(`(async () => {
      const stopped = [];
      addEventListener('securitypolicyviolation', (one) => stopped.push(one.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'window.planted = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<p style="color: red">planted</p>');
      await fetch('https://lockstep.invalid/').catch(() => undefined);
      await new Promise((done) => setTimeout(done, 100));
      return { stopped: stopped.sort(), isPlanted: window.planted === true };
    })()`);
    expect(stopped).toEqual({
      stopped: ['connect-src', 'script-src-elem', 'style-src-attr'],
      isPlanted: false,
    });
    await closed(view);
  });

  it('says everything without scripts, and that the pictures need them', async () => {
    const view = await opened({ javaScriptEnabled: false });
    const text = await view.page.locator('main').innerText();
    for (const { sentence } of sampleDocument().headlines) expect(text).toContain(sentence);
    expect(await view.page.locator('.undrawn:visible').count()).toBe(6);
    expect(await view.page.locator('canvas:visible').count()).toBe(0);
    expect(await view.page.locator('.theme:visible').count()).toBe(0);
    await closed(view);
  });
});

describe('the pictures', () => {
  const inkShares = `[...document.querySelectorAll('canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let inked = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) inked += 1;
    return { ratio: canvas.width / canvas.clientWidth, share: inked / (data.length / 4) };
  })`;

  it.each([1, 2.5])('are all drawn, sharp at %s pixels a pixel', async (deviceScaleFactor) => {
    const view = await opened({ deviceScaleFactor });
    const shares = await view.page.evaluate<{ ratio: number; share: number }[]>(inkShares);
    expect(shares).toHaveLength(6);
    for (const { ratio, share } of shares) {
      expect(share).toBeGreaterThan(0.01);
      expect(Math.abs(ratio - deviceScaleFactor)).toBeLessThan(0.02);
    }
    await closed(view);
  });

  it('are the same to the last pixel each time', async () => {
    const shots: string[] = [];
    for (const _ of [1, 2]) {
      const view = await opened();
      const shot = await view.page.evaluate<string>(
        `[...document.querySelectorAll('canvas')].map((one) => one.toDataURL()).join()`,
      );
      shots.push(shot);
      await closed(view);
    }
    expect(shots[0]?.length).toBeGreaterThan(10_000);
    expect(shots[1] === shots[0]).toBe(true);
  });

  it('say in words what is to be seen', async () => {
    const view = await opened();
    const first = await view.page.locator('canvas').first().getAttribute('aria-label');
    expect(first?.replaceAll('\u00a0', ' ')).toBe(
      'Phone relay: from 98.5 % at 0 % to 0 % at 100 %. ' +
        'Client fanout: from 98.5 % at 0 % to 97.3 % at 100 %.',
    );
    await closed(view);
  });
});

describe.each(VIEWS)('in $colorScheme at $width pixels', ({ colorScheme, width }) => {
  it('never scrolls sideways, and unfolded has no finding of axe', async () => {
    const view = await opened({ colorScheme, viewport: { width, height: 844 } });
    const reach = 'document.documentElement.scrollWidth';
    expect(await view.page.evaluate(reach)).toBe(width);
    await view.page.evaluate(unfold);
    expect(await view.page.evaluate(reach)).toBe(width);
    // All stories are made alike: two of them stand for the rest, which would take axe a minute.
    await view.page.evaluate(
      `document.querySelectorAll('.story:nth-of-type(n + 3)').forEach((one) => one.remove())`,
    );
    await view.page.evaluate(axe.source);
    const found = await view.page.evaluate<string[]>(
      `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join()))`,
    );
    expect(found).toEqual([]);
    await closed(view);
  });
});

describe('by hand', () => {
  const ground = 'getComputedStyle(document.body).backgroundColor';

  it('the theme is switched by keys alone, redraws the pictures and is kept', async () => {
    const view = await opened({ colorScheme: 'light' });
    const { page } = view;
    const light = await page.evaluate<string>(ground);
    const drawn = `document.querySelector('canvas').toDataURL()`;
    const before = await page.evaluate(drawn);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.value')).toBe('auto');
    await page.keyboard.press('ArrowLeft');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    expect(await page.evaluate(ground)).not.toBe(light);
    expect((await page.evaluate(drawn)) === before).toBe(false);
    await page.reload();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await closed(view);
  });

  it('follows the system while nothing was chosen', async () => {
    const view = await opened({ colorScheme: 'light' });
    const light = await view.page.evaluate(ground);
    await view.page.emulateMedia({ colorScheme: 'dark' });
    expect(await view.page.evaluate(ground)).not.toBe(light);
    await closed(view);
  });

  it('a table folds and unfolds by keys, and the command is selected when copied', async () => {
    const view = await opened();
    await view.page.locator('figure summary').first().focus();
    await view.page.keyboard.press('Enter');
    expect(await view.page.locator('figure details[open]').count()).toBe(1);
    await view.page.locator('button.copy').focus();
    await view.page.keyboard.press('Enter');
    expect(await view.page.evaluate('String(getSelection())')).toBe(sampleDocument().reproduce);
    await closed(view);
  });

  it('prints light and unfolded from dark, and is dark and folded again after', async () => {
    const view = await opened({ colorScheme: 'dark' });
    await view.page.evaluate(`addEventListener('beforeprint', () => {
      window.folded = document.querySelectorAll('details:not([open])').length;
      window.theme = document.documentElement.dataset.theme;
    })`);
    expect((await view.page.pdf({ format: 'A4' })).length).toBeGreaterThan(50_000);
    expect(await view.page.evaluate('[window.folded, window.theme]')).toEqual([0, 'light']);
    expect(await view.page.locator('details[open]').count()).toBe(0);
    expect(await view.page.evaluate('document.documentElement.dataset.theme ?? ""')).toBe('');
    await closed(view);
  });
});
