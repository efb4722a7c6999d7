import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATH = process.env['HEARSAY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why there is no browser; `undefined` where there is one. */
export const CHROMIUM_MISSING = existsSync(PATH)
  ? undefined
  : `no ${PATH}: apt-get install --no-install-recommends chromium`;

/** A browser without a window that calls nobody by itself. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
