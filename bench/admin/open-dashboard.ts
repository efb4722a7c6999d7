/** What an open dashboard costs the node that it looks at, in a browser, while nothing happens. */
import { CHROMIUM_MISSING, launchChromium } from '../../test/dashboard/chromium.ts';
import type { PartOptions } from '../part.ts';
import { processorSeconds } from '../processor-time.ts';
import { atMost, context, type Row } from '../row.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { pause } from '../time.ts';
import { WorkerProcesses } from '../worker-process.ts';

const NODES = 5;
const CORE_PERCENT_MAX = 2;
const SETTLE_MS = 5_000;

export async function measureOpenDashboard({ quick, progress }: PartOptions): Promise<Row[]> {
  using directory = new TemporaryDirectory();
  await using nodes = new WorkerProcesses('admin-node.ts', NODES);
  const database = `${directory.path}/bench.db`;
  const urls = await nodes.call<string>('start', (index) => ({
    node: `node-${index + 1}`,
    database,
    isWatched: true,
  }));
  await nodes.call('connected', () => NODES - 1);
  const [watched] = nodes.all;
  const [url] = urls;
  if (watched === undefined || url === undefined) throw new Error('there are no nodes');
  const spanMs = quick ? 10_000 : 60_000;
  progress('an idle node');
  const idle = await corePercent(watched.pid, spanMs);
  if (CHROMIUM_MISSING !== undefined) progress(`the dashboard is left out: ${CHROMIUM_MISSING}`);
  const open =
    CHROMIUM_MISSING === undefined
      ? await withDashboard(url, () => corePercent(watched.pid, spanMs))
      : null;
  return [
    context(`a node of ${NODES}, idle`, idle, '% of a core'),
    atMost(
      `a node of ${NODES}, idle, with a dashboard open`,
      open,
      '% of a core',
      CORE_PERCENT_MAX,
    ),
  ];
}

async function withDashboard<T>(url: string, look: () => Promise<T>): Promise<T> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.getByRole('table').first().waitFor();
    return await look();
  } finally {
    await browser.close();
  }
}

async function corePercent(pid: number, spanMs: number): Promise<number> {
  await pause(SETTLE_MS);
  const [startMs, start] = [performance.now(), processorSeconds(pid)];
  await pause(spanMs);
  const seconds = (performance.now() - startMs) / 1000;
  return (100 * (processorSeconds(pid) - start)) / seconds;
}
