/**
 * A real browser for the tests of the page: the one of the system, started without anything that
 * would speak to the network by itself. It is found, never downloaded.
 */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts it; where there is none, the error says how to come by one. */
export async function startBrowser(): Promise<Browser> {
  const asked = process.env.LOCKSTEP_BROWSER;
  const executablePath = asked ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new Error(
      `no browser at ${asked ?? PLACES.join(', ')}: install Debian's with "apt-get install ` +
        'chromium", or name a Chromium in LOCKSTEP_BROWSER',
    );
  }
  return chromium.launch({ executablePath, args: QUIET });
}
