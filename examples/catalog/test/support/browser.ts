import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Where a browser is; null where there is none, which is said aloud. With ATHANOR_REQUIRE_BROWSER=1 it throws instead: there
 * the tests must not go missing.
 */
export function findBrowser(): string | null {
  const found = places.find((place) => place && existsSync(place));
  if (found) return found;
  const cure = 'Install Chromium (Debian: apt-get install chromium), or set CHROMIUM_PATH.';
  if (process.env.ATHANOR_REQUIRE_BROWSER === '1') throw new Error(`The browser tests are required, and no browser was found. ${cure}`);
  console.warn(`\nThe browser tests of the catalog do not run: no browser was found. ${cure}\n`);
  return null;
}

/** Starts a browser that shows nothing and asks nothing of the network by itself. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
