/**
 * Makes the pictures of docs/dashboard anew: five real nodes with some traffic, first well, then with
 * one killed and one that lags. `node test/dashboard/screenshots.ts` (Node 24, packages built).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { CHROMIUM_MISSING, launchChromium } from './chromium.ts';
import { meet, NodeProcess } from './node-process.ts';
import { openPage } from './watched-page.ts';

const FOLDER = join(import.meta.dirname, '../../docs/dashboard');
const SCOPES = ['item', 'price', 'auth.role'];
const WRITES = 60;
const WRITE_EVERY_MS = 300;
const LACKING = 40;
const HASTE_MS = 15_000;
/** Until the page has asked everybody again. */
const SETTLED_MS = 3_000;
const DESKTOP = { width: 1280, height: 1340 };
const PHONE = { width: 390, height: 1500 };

if (CHROMIUM_MISSING !== undefined) throw new Error(CHROMIUM_MISSING);

const folder = mkdtempSync(join(tmpdir(), 'hearsay-pictures-'));
const browser = await launchChromium();
const nodes: NodeProcess[] = [];
const start = async (node: string, options: object = {}): Promise<NodeProcess> => {
  const log = { sqlite: join(folder, 'service.db') };
  const started = await NodeProcess.start({ node, log, ...options, admin: { scopes: SCOPES } });
  nodes.push(started);
  return started;
};
try {
  mkdirSync(FOLDER, { recursive: true });
  const late = { poll: { intervalMs: 3_600_000, share: false } };
  for (const number of [1, 2, 3, 4]) await start(`node-${number}`);
  await start('node-5', late);
  await meet(nodes);
  await drive();
  const [first, , , fourth] = nodes as [NodeProcess, NodeProcess, NodeProcess, NodeProcess];
  await take(
    browser,
    first,
    'light.png',
    { viewport: DESKTOP, colorScheme: 'light' },
    'All is well',
  );

  await fourth.kill();
  // For a while after a loss everybody reads the log more often.
  await new Promise((resolve) => setTimeout(resolve, HASTE_MS));
  const writer = await start('writer', { mesh: false });
  const targets = Array.from({ length: LACKING }, (_, index) => ({ key: `lake/t${index}` }));
  await writer.client.invalidate({ scope: 'price', targets });
  const ill = /node-4 is dead; price on node-5 lags/;
  await take(browser, first, 'dark.png', { viewport: DESKTOP, colorScheme: 'dark' }, ill);
  await take(browser, first, 'phone.png', { viewport: PHONE, colorScheme: 'light' }, ill);
} finally {
  await browser.close();
  for (const node of nodes) await node.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Something happens, so that there is something to see. */
async function drive(): Promise<void> {
  for (let write = 0; write < WRITES; write++) {
    const node = nodes[write % 3] as NodeProcess;
    const scope = SCOPES[write % SCOPES.length] as string;
    const target = write % 7 === 0 ? { prefix: 'lake/sales' } : { key: `lake/sales/t${write}` };
    await node.client.invalidate({ scope, targets: [target] });
    await new Promise((resolve) => setTimeout(resolve, WRITE_EVERY_MS));
  }
}

async function take(
  on: Browser,
  node: NodeProcess,
  name: string,
  options: BrowserContextOptions,
  sentence: string | RegExp,
): Promise<void> {
  const { page } = await openPage(on, node.place.url, { ...options, reducedMotion: 'reduce' });
  await page.getByRole('heading', { level: 1, name: sentence }).waitFor();
  for (let write = 0; write < 6; write++)
    await nodes[write % 3]?.client.invalidate({
      scope: 'item',
      targets: [{ key: `lake/orders/t${write}` }],
    });
  await page.getByText('lake/orders/t5').waitFor();
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  await page.screenshot({ path: join(FOLDER, name) });
  await page.context().close();
}
