/** What tests of the dashboard share: a browser, nodes, and freeing both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HearsayOptions } from '@hearsay/embed';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { CHROMIUM_MISSING, launchChromium } from './chromium.ts';
import { meet, NodeProcess } from './node-process.ts';
import { openPage, type WatchedPage } from './watched-page.ts';

/** Of one test; a browser and three nodes take a while on a busy machine. */
export const TIMEOUT_MS = 90_000;
export const DESKTOP = { viewport: { width: 1280, height: 900 } };
/** Ends the name of a suite that cannot run. */
export const WHY_SKIPPED = CHROMIUM_MISSING === undefined ? '' : ` [${CHROMIUM_MISSING}]`;

let browser: Browser;
const cleanups: (() => unknown)[] = [];

/** Starts the browser before the tests of a file, and frees after each what it has started. */
export function useChromium(): void {
  beforeAll(async () => {
    if (CHROMIUM_MISSING === undefined) browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
}

/** @returns the path of a version log that is gone after the test */
export function logPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-dashboard-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'service.db');
}

/** A node that follows the scope `item`. */
export async function startNode(
  node: string,
  sqlite: string,
  { admin, ...options }: Partial<HearsayOptions> = {},
): Promise<NodeProcess> {
  const all = { node, log: { sqlite }, ...options, admin: { scopes: ['item'], ...admin } };
  const started = await NodeProcess.start(all);
  cleanups.push(() => started.kill());
  return started;
}

/** Three nodes that know each other. */
export async function startThree(last: Partial<HearsayOptions> = {}) {
  const path = logPath();
  const [a, b, c] = [
    await startNode('node-1', path),
    await startNode('node-2', path),
    await startNode('node-3', path, last),
  ];
  await meet([a, b, c]);
  return { path, a, b, c };
}

export async function open(
  url: string,
  options: BrowserContextOptions = DESKTOP,
): Promise<WatchedPage> {
  const opened = await openPage(browser, url, options);
  cleanups.push(() => opened.page.context().close());
  return opened;
}

/** Resolves once the first sentence is this one. */
export function verdict(page: Page, text: string | RegExp): Promise<void> {
  return page.getByRole('heading', { level: 1, name: text }).waitFor({ timeout: TIMEOUT_MS });
}
