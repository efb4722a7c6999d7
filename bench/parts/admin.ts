/** What the admin API adds: how soon subscribers hear of what is applied, what its records and those who look take. */
import { measureCommandLine } from '../admin/command-line.ts';
import { measureOpenDashboard } from '../admin/open-dashboard.ts';
import type { PartOptions } from '../part.ts';
import { atMost, context, type Row } from '../row.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { WorkerProcess } from '../worker-process.ts';
import type { Applied } from '../workers/admin-node.ts';
import type { Delays } from '../workers/admin-subscriber.ts';

const DELIVERY_MS_MAX = 5;
const WARM_EVENTS = 300;

interface Audience {
  readonly subscribers: number;
  readonly everyMs: number;
  /** As many as are let in share a processor with all they listen to: only to be seen. */
  readonly isLimited: boolean;
}

const AUDIENCES: readonly Audience[] = [
  { subscribers: 1, everyMs: 5, isLimited: true },
  { subscribers: 50, everyMs: 5, isLimited: true },
  { subscribers: 500, everyMs: 100, isLimited: false },
];
/** Fills the records, and the journal of the mesh beside them. */
const DROPS = 100_000;
/** One round of drops would take 20 times as much if it were kept; the heap breathes by half of it. */
const GROWTH_MIB_MAX = 5;

export async function run(options: PartOptions): Promise<Row[]> {
  const { quick, progress } = options;
  const rows: Row[] = [];
  for (const audience of AUDIENCES) {
    progress(`${audience.subscribers} subscribers`);
    const { p50Ms, p99Ms, maxMs } = await measureDelivery(audience, quick ? 5 : 20);
    const name = `from applied to ${audience.subscribers} subscribers`;
    rows.push(
      context(`${name}, p50`, p50Ms, 'ms'),
      audience.isLimited
        ? atMost(`${name}, p99`, p99Ms, 'ms', DELIVERY_MS_MAX)
        : context(`${name}, p99`, p99Ms, 'ms'),
      context(`${name}, max`, maxMs, 'ms'),
    );
  }
  progress('records');
  rows.push(...(await measureRecords()));
  progress('the command line');
  rows.push(...(await measureCommandLine(options)));
  return [...rows, ...(await measureOpenDashboard(options))];
}

/** One node writes, another applies it by gossip, and its subscribers are told. */
async function measureDelivery(
  { subscribers: count, everyMs }: Audience,
  seconds: number,
): Promise<Delays> {
  using directory = new TemporaryDirectory();
  const database = `${directory.path}/bench.db`;
  await using writer = new WorkerProcess('admin-node.ts', 'the writer');
  await using node = new WorkerProcess('admin-node.ts', 'the node');
  await using subscribers = new WorkerProcess('admin-subscriber.ts', 'the subscribers');
  await writer.call('start', { node: 'writer', database, isWatched: false });
  const url = await node.call<string>('start', { node: 'node', database, isWatched: true });
  await Promise.all([writer.call('connected', 1), node.call('connected', 1)]);
  await subscribers.call('subscribe', { url, count });
  const measure = async (writes: number): Promise<Delays> => {
    await node.call('takeApplied');
    const last = await writer.call<number>('write', { count: writes, everyMs });
    await subscribers.call('heard', last);
    return subscribers.call<Delays>('delays', await node.call<Applied>('takeApplied'));
  };
  await measure(Math.min(WARM_EVENTS, 5_000 / everyMs));
  // Awaited here, for the processes end with this scope.
  return await measure((seconds * 1000) / everyMs);
}

/** The same drops on a node with the API and on one without. */
async function measureRecords(): Promise<Row[]> {
  const [watched, plain] = [await liveMiB(true), await liveMiB(false)];
  const added = watched.map((mib, index) => mib - (plain[index] ?? 0));
  const [loaded = 0, once = 0, twice = 0] = added;
  return [
    context('heap of the API, loaded', loaded, 'MiB'),
    context(`its records after ${DROPS} drops`, once - loaded, 'MiB'),
    atMost('their growth over as many more', Math.max(0, twice - once), 'MiB', GROWTH_MIB_MAX),
  ];
}

/** @returns what is in use at the start, after the drops, and after as many more */
async function liveMiB(isWatched: boolean): Promise<number[]> {
  using directory = new TemporaryDirectory();
  await using node = new WorkerProcess('admin-node.ts');
  await node.call('start', { node: 'node', database: `${directory.path}/bench.db`, isWatched });
  const live = [await node.call<number>('liveMiB')];
  for (let round = 0; round < 2; round++) {
    await node.call('drop', DROPS);
    live.push(await node.call<number>('liveMiB'));
  }
  return live;
}
