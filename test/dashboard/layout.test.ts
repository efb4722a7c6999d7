import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM_MISSING } from './chromium.ts';
import { contrastsOn } from './contrast.ts';
import { DESKTOP, open, TIMEOUT_MS, useChromium, verdict, WHY_SKIPPED } from './fixture.ts';
import { type MadeUp, serve } from './made-up-cluster.ts';
import { NodeProcess } from './node-process.ts';
import type { WatchedPage } from './watched-page.ts';

useChromium();

/** Everything that can be wrong at once, with names as long as they may be. */
const ILL: MadeUp = {
  names: ['asked', 'b'.repeat(64), 'catalogue-7d9f-x2x4k', 'dead-one', 'left-one', 'suspected-one'],
  scopes: ['item', 'auth.role', 's'.repeat(64)],
  states: { 'dead-one': 'dead', 'left-one': 'left', 'suspected-one': 'suspect' },
  deaf: [['asked', 'catalogue-7d9f-x2x4k']],
  behind: { 'catalogue-7d9f-x2x4k': 12_000 },
  faults: {
    faults: [{ atMs: 1_795_180_629_859, kind: 'admission', text: `refused ${'x'.repeat(80)}` }],
  },
};

describe.skipIf(CHROMIUM_MISSING)(`the page${WHY_SKIPPED}`, { timeout: TIMEOUT_MS }, () => {
  let url = '';
  let stop = (): unknown => undefined;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hearsay-dashboard-'));
    const log = { sqlite: join(folder, 'service.db') };
    const node = await NodeProcess.start({ node: 'node-1', log, mesh: false });
    url = node.place.url;
    stop = async () => {
      await node.kill();
      rmSync(folder, { recursive: true, force: true });
    };
  });
  afterAll(() => stop());

  /** The page that a real node serves, with replies that are made up. */
  async function openMadeUp(madeUp: MadeUp, options?: BrowserContextOptions): Promise<WatchedPage> {
    const opened = await open(`${url}/livez`, options);
    await serve(opened.page, madeUp);
    await opened.page.goto(url);
    await opened.page.getByRole('table', { name: /member/ }).waitFor();
    return opened;
  }

  test.each(['light', 'dark'] as const)(
    'has text that stands out enough, where it is %s',
    async (colorScheme) => {
      const { page } = await openMadeUp(ILL, { ...DESKTOP, colorScheme });
      await verdict(page, /dead-one is dead; /);
      await page.getByText('12,000 behind the log').first().waitFor();
      const contrasts = await contrastsOn(page);
      expect(contrasts.length).toBeGreaterThan(80);
      expect(contrasts.map(({ text }) => text)).toContain('catalogue-7d9f-x2x4k');
      expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
      const paper = await page.evaluate(
        'getComputedStyle(document.documentElement).backgroundColor',
      );
      expect(paper).toBe(colorScheme === 'light' ? 'rgb(251, 251, 249)' : 'rgb(21, 24, 27)');
    },
  );

  test.each([320, 390, 768, 1280])(
    'fits a width of %i without scrolling sideways',
    async (width) => {
      const { page, complaints } = await openMadeUp(ILL, { viewport: { width, height: 844 } });
      await verdict(page, /dead-one is dead; /);
      await page.getByText('12,000 behind the log').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        width,
      );
      const wide = await page.evaluate(`[...document.querySelectorAll('main *')].filter((one) =>
      one.getClientRects().length > 0 && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))`);
      expect(wide).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  test.each([
    [3, 1280],
    [10, 1280],
    [50, 1280],
    [3, 390],
    [10, 390],
    [50, 390],
  ])('draws %i nodes at a width of %i so that no name lies on another', async (count, width) => {
    const names = Array.from(
      { length: count },
      (_, index) => `catalogue-service-7d9f-${index + 1}`,
    );
    const states = { [`catalogue-service-7d9f-${count}`]: 'dead' } as const;
    const { page } = await openMadeUp({ names, states }, { viewport: { width, height: 844 } });
    await page.getByRole('img', { name: `Graph of ${count} nodes` }).waitFor();
    // Where there is no room for all, those are named that matter: the asked one and the dead.
    const named = count === 50 && width === 390 ? 2 : count;
    expect(await page.locator('svg[role=img] text.label').count()).toBe(named);
    expect(await page.evaluate(OVERLAPS)).toEqual([]);
  });

  test('says what the node does not answer, and takes no single old answer for a lasting state', async () => {
    const { page } = await open(`${url}/livez`);
    await serve(page, { names: ['a', 'b'], behind: { b: 7 } });
    let asked = 0;
    await page.route('**/v1/lag', (route) => (asked++ === 0 ? route.fallback() : route.abort()));
    await page.goto(url);
    await page.getByRole('banner').getByText('Live, but no answer about lag').waitFor();
    await verdict(page, 'All is well.');
    await page.getByRole('table', { name: 'item log at 12,345, 2 nodes' }).waitFor();
  });

  test('moves nothing', async () => {
    const { page } = await openMadeUp(ILL);
    const moving = await page.evaluate(`[...document.querySelectorAll('*')].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return transitionDuration !== '0s' || animationName !== 'none';
    }).length`);
    expect(moving).toBe(0);
  });
});

/** Runs in the page: pairs of labels whose boxes, turned as they are, meet. By separating axes. */
const OVERLAPS = `(() => {
  const boxOf = (label) => {
    const { x, y, width, height } = label.getBBox();
    const matrix = label.getScreenCTM();
    // A line box is taller than its letters.
    const [top, bottom] = [y + 0.2 * height, y + 0.8 * height];
    return [[x, top], [x + width, top], [x + width, bottom], [x, bottom]].map(([px, py]) => {
      const point = new DOMPoint(px, py).matrixTransform(matrix);
      return [point.x, point.y];
    });
  };
  const axesOf = (box) => [0, 1].map((i) => [box[i + 1][0] - box[i][0], box[i + 1][1] - box[i][1]]);
  const span = (box, [ax, ay]) => {
    const along = box.map(([x, y]) => x * ax + y * ay);
    return [Math.min(...along), Math.max(...along)];
  };
  const meet = (a, b) => [...axesOf(a), ...axesOf(b)].every((axis) => {
    const [[a0, a1], [b0, b1]] = [span(a, axis), span(b, axis)];
    return a1 > b0 && b1 > a0;
  });
  const labels = [...document.querySelectorAll('svg[role=img] text.label')].map((label) => ({ text: label.textContent, box: boxOf(label) }));
  return labels.flatMap((a, index) => labels.slice(index + 1).filter((b) => meet(a.box, b.box)).map((b) => a.text + ' / ' + b.text));
})()`;
