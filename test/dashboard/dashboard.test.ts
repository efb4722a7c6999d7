import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { CHROMIUM_MISSING } from './chromium.ts';
import {
  logPath,
  open,
  startNode,
  startThree,
  TIMEOUT_MS,
  useChromium,
  verdict,
  WHY_SKIPPED,
} from './fixture.ts';

const TOKEN = 'a-token-of-this-test';
const MEMBERS = /member/;
const ITEM = /^item log at/;

useChromium();

const rowOf = (page: Page, table: RegExp, node: string) =>
  page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: node });

describe.skipIf(CHROMIUM_MISSING)(
  `the dashboard of real nodes${WHY_SKIPPED}`,
  { timeout: TIMEOUT_MS },
  () => {
    test('says in a sentence that all is well, then who is in and how far each is', async () => {
      const { a, b } = await startThree();
      await b.client.invalidate({ scope: 'item', targets: [{ key: 'k' }], waitMs: 5_000 });
      const { page, complaints } = await open(a.place.url);
      await verdict(page, 'All is well.');
      await page.getByText('3 members hear each other. 1 scope is applied through').waitFor();
      for (const node of ['node-1', 'node-2', 'node-3']) {
        expect(await rowOf(page, MEMBERS, node).textContent()).toContain('2 of 2');
        expect(await rowOf(page, MEMBERS, node).textContent()).toContain('coherent');
        await rowOf(page, ITEM, node).getByRole('cell', { name: '1', exact: true }).waitFor();
      }
      await page.getByRole('img', { name: 'Graph of 3 nodes; all coherent' }).waitFor();
      for (const landmark of ['banner', 'main'] as const)
        expect(await page.getByRole(landmark).count()).toBe(1);
      expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
        ...['Members', 'Scopes against the log', 'Faults of the last hour'],
        ...['How fast, how fresh', 'Events as they pass', 'This node'],
      ]);
      for (const table of await page.getByRole('table').all())
        expect(await table.locator('caption').textContent()).not.toBe('');
      await page
        .getByRole('table', { name: /since the node started/ })
        .first()
        .waitFor();
      expect(complaints).toEqual([]);
    });

    test('shows events as they pass, whatever they are named', async () => {
      const { a, b } = await startThree();
      const { page, complaints } = await open(a.place.url);
      const events = page.getByRole('region', { name: 'Events, newest first' });
      await verdict(page, 'All is well.');
      const key = '<img src=x onerror=alert(1)>';
      await b.client.invalidate({ scope: 'item', targets: [{ prefix: 'lake' }, { key }] });
      await events.getByText(`item key ${key} · version 2, gossip from node-2`).waitFor();
      await events.getByText('item prefix lake · version 1, gossip from node-2').waitFor();
      expect(await page.locator('img').count()).toBe(0);

      await page.getByRole('button', { name: 'Pause' }).click();
      await b.client.invalidate({ scope: 'item', targets: [{ tag: 'red' }] });
      await page.getByText('Paused; 1 came since and are not kept.').waitFor();
      expect(await events.getByText('tag red').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    test('names a scope that lags, on whom, by how much and for how long', async () => {
      // Nobody gossips what this one writes, and the last node reads the log once an hour.
      const { path, a } = await startThree({ poll: { intervalMs: 3_600_000, share: false } });
      const writer = await startNode('writer', path, { mesh: false });
      const { page, complaints } = await open(a.place.url);
      await verdict(page, 'All is well.');
      const targets = ['k', 'l', 'm'].map((key) => ({ key }));
      await writer.client.invalidate({ scope: 'item', targets });
      await rowOf(page, ITEM, 'node-3').getByText('3', { exact: false }).first().waitFor();
      await verdict(page, 'item on node-3 lags.');
      await page.getByText(/3 behind the log, for \d/).waitFor();
      await page.getByRole('table', { name: /log at 3, 1 of 3 nodes behind/ }).waitFor();
      expect(complaints).toEqual([]);
    });

    test('names who died and who stands still, keeps the fault, and says so politely', async () => {
      const { a, b, c } = await startThree();
      const { page, complaints } = await open(a.place.url);
      await verdict(page, 'All is well.');
      await c.kill();
      await verdict(page, /node-3 is (suspected|dead)/);
      await verdict(page, 'node-3 is dead.');
      await rowOf(page, MEMBERS, 'node-3').getByText('dead', { exact: true }).waitFor();
      await page.getByRole('img', { name: /Graph of 3 nodes; node-3 dead/ }).waitFor();
      await page
        .getByRole('table', { name: /fault/ })
        .getByText(/node-3 is dead: /)
        .waitFor();
      await page
        .getByRole('region', { name: /^Events/ })
        .getByText(/node-3 is dead/)
        .first()
        .waitFor();
      expect(
        await page.locator('[aria-live="polite"]').getByRole('heading', { level: 1 }).count(),
      ).toBe(1);

      b.signal('SIGSTOP');
      await verdict(page, /node-2|node-3 and node-2/);
      await rowOf(page, MEMBERS, 'node-2')
        .getByText(/^(suspect|no answer|dead)$/)
        .waitFor();
      b.signal('SIGCONT');
      await rowOf(page, MEMBERS, 'node-2').getByText('coherent', { exact: true }).waitFor();
      expect(complaints).toEqual([]);
    });

    test('says since when its node is out of reach, and goes on with the next life of it', async () => {
      const path = logPath();
      const first = await startNode('node-1', path, { mesh: false });
      const { host } = new URL(first.place.url);
      const { page, complaints } = await open(first.place.url);
      await verdict(page, 'All is well.');
      await first.kill();
      await verdict(page, /^This node is out of reach since \d\d:\d\d:\d\d\.$/);
      await page.getByText(/All figures below are \d+ s old and may be wrong/).waitFor();
      await page
        .getByRole('banner')
        .getByText(/^Out of reach, figures of \d\d:\d\d:\d\d$/)
        .waitFor();
      await page.getByText('No events: the node is out of reach. It is tried again.').waitFor();

      await startNode('node-1', path, { mesh: false, admin: { listen: host } });
      await verdict(page, 'All is well.');
      await page
        .getByRole('region', { name: /^Events/ })
        .getByText('the stream was restarted')
        .waitFor();
      expect(complaints.filter((text) => !text.includes('ERR_'))).toEqual([]);
    });

    test('asks for the token, takes no wrong one, and keeps the right one in this tab only', async () => {
      const node = await startNode('node-1', logPath(), { mesh: false, admin: { token: TOKEN } });
      const { page, complaints } = await open(node.place.url);
      await verdict(page, 'This node wants a token.');
      const field = page.getByLabel('Bearer token');
      expect(await page.evaluate('document.activeElement.id')).toBe(await field.getAttribute('id'));
      await field.fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').getByText('The node refuses this token.').waitFor();
      await field.fill(TOKEN);
      await page.getByRole('button', { name: 'Show the mesh' }).click();
      await verdict(page, 'All is well.');
      expect(await field.isVisible()).toBe(false);
      await page.reload();
      await verdict(page, 'All is well.');
      expect(page.url()).not.toContain(TOKEN);
      expect(await page.evaluate('localStorage.length + document.cookie.length')).toBe(0);
      expect(await page.content()).not.toContain(TOKEN);
      expect(complaints).toEqual([]);
    });

    test('can be walked through by keys, and shows where one is', async () => {
      const node = await startNode('node-1', logPath(), { mesh: false });
      const { page } = await open(node.place.url);
      await verdict(page, 'All is well.');
      const stops: string[] = [];
      for (let step = 0; step < 7; step++) {
        await page.keyboard.press('Tab');
        stops.push(
          (await page.evaluate(`(() => {
          const { activeElement: at } = document;
          const { outlineStyle, outlineWidth } = getComputedStyle(at);
          const name = at.getAttribute('aria-label') ?? at.closest('label')?.textContent ?? at.textContent;
          return name.trim() + (outlineStyle === 'solid' && outlineWidth === '3px' ? '' : ': not seen');
        })()`)) as string,
        );
      }
      expect(stops.slice(0, 6)).toEqual([
        ...['Skip to the verdict', 'invalidations', 'applied-through'],
        ...['members, coherence, resets', 'Pause', 'Events, newest first'],
      ]);
      await page.getByLabel('applied-through').focus();
      await page.keyboard.press('Space');
      expect(await page.getByLabel('applied-through').isChecked()).toBe(true);
    });
  },
);
