/** What it takes until nobody serves a revoked value any more, and what a read under a lease costs. */
import { Cache } from '@hearsay/cache';
import { LeaseRight } from '@hearsay/protocol';
import type { ScopeFreshness } from '@hearsay/spi';
import type { PartOptions } from '../part.ts';
import { atMost, context, type Row } from '../row.ts';
import { median, percentile, worst } from '../statistics.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { pause } from '../time.ts';
import { type WorkerProcess, WorkerProcesses } from '../worker-process.ts';
import type { TimedRevocation } from '../workers/strict-node.ts';

const NODES = 5;
const LEASE_MS = 2000;
const EVERY_MS = 5;
const HEALTHY_P50_MS_MAX = 10;
const HEALTHY_P99_MS_MAX = 50;
const CUT_OFF_MS_MAX = LEASE_MS + 100;
const HIT_RATIO_MAX = 3;
const ENTRIES = 10_000;
const WARM_ROUNDS = 20;

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  progress('hits');
  const rows = measureHits(quick ? 60 : 600);
  progress(`${NODES} processes`);
  using directory = new TemporaryDirectory();
  await using nodes = new WorkerProcesses('strict-node.ts', NODES);
  const path = `${directory.path}/data.db`;
  await nodes.call('start', (index) => ({ node: `node-${index + 1}`, path, leaseMs: LEASE_MS }));
  await nodes.call('holds', () => NODES);
  const [revoker, ...others] = nodes.all;
  const last = others.at(-1);
  if (revoker === undefined || last === undefined) throw new Error('there are no nodes');
  await revoker.call('watch');
  await revoker.call('revoke', { count: 50, everyMs: EVERY_MS });
  rows.push(...(await measureHealthy(revoker, quick ? 300 : 3000)));
  progress('one cut off');
  rows.push(...(await measureCutOff(nodes, revoker, last, quick ? 2 : 10)));
  return rows;
}

async function measureHealthy(revoker: WorkerProcess, count: number): Promise<Row[]> {
  const timed = await revoker.call<TimedRevocation[]>('revoke', { count, everyMs: EVERY_MS });
  const times = timed.map(({ ms }) => ms);
  const waited = timed.filter(({ acknowledged }) => acknowledged < NODES - 1).length;
  const name = `revoke, ${NODES} processes`;
  return [
    atMost(`${name}, p50`, percentile(times, 0.5), 'ms', HEALTHY_P50_MS_MAX),
    atMost(`${name}, p99`, percentile(times, 0.99), 'ms', HEALTHY_P99_MS_MAX),
    context(`${name}, max`, worst(times), 'ms'),
    atMost(`${name}, not acknowledged by all`, waited, '', 0),
  ];
}

/** One holder stands still, as if cut off: it acknowledges nothing, and its right runs out. */
async function measureCutOff(
  nodes: WorkerProcesses,
  revoker: WorkerProcess,
  cutOff: WorkerProcess,
  rounds: number,
): Promise<Row[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await nodes.call('holds', () => NODES);
    process.kill(cutOff.pid, 'SIGSTOP');
    const [timed] = await revoker.call<TimedRevocation[]>('revoke', { count: 1, everyMs: 0 });
    process.kill(cutOff.pid, 'SIGCONT');
    if (timed?.waitedOut === 1) times.push(timed.ms);
    // So that it stands still at another moment of its lease each time.
    await pause((round * LEASE_MS) / rounds);
  }
  const missed = rounds - times.length;
  return [
    atMost(`revoke, one of ${NODES} cut off, max`, worst(times), 'ms', CUT_OFF_MS_MAX),
    context('of these, L', LEASE_MS, 'ms'),
    atMost('rounds in which it was not waited out', missed, '', 0),
  ];
}

interface Value {
  readonly version: number;
}

const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** A hit under a lease against one of an eventual scope, in turns: the median ratio of neighbours counts. */
function measureHits(rounds: number): Row[] {
  const keys = Array.from(
    { length: ENTRIES },
    (_, index) => `lake/schema-${index % 100}/t-${index}`,
  );
  const strict = filled(keys, { strict: { leaseMs: LEASE_MS } });
  const eventual = filled(keys, 'eventual');
  const times: { strict: number[]; eventual: number[] } = { strict: [], eventual: [] };
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    // Who begins changes every round.
    const first = round % 2 === 0 ? time(() => readStrict(strict, keys)) : undefined;
    const eventualNs = time(() => readEventual(eventual, keys));
    const strictNs = first ?? time(() => readStrict(strict, keys));
    if (round < 0) continue;
    times.strict.push(strictNs);
    times.eventual.push(eventualNs);
  }
  const ratios = times.strict.map((ns, round) => ns / (times.eventual[round] ?? Number.NaN));
  return [
    atMost('hit under a lease: ratio to an eventual hit', median(ratios), '×', HIT_RATIO_MAX),
    context('hit under a lease', median(times.strict), 'ns'),
    context('hit of an eventual scope', median(times.eventual), 'ns'),
  ];
}

/** @returns nanoseconds a read */
function time(read: () => number): number {
  const startNs = process.hrtime.bigint();
  const found = read();
  const tookNs = Number(process.hrtime.bigint() - startNs);
  if (found !== ENTRIES) throw new Error(`only ${found} of ${ENTRIES} reads were hits`);
  return tookNs / ENTRIES;
}

// One function a candidate: a shared one would be compiled for both and suit neither.

function readStrict(cache: Cache<Value>, keys: readonly string[]): number {
  let found = 0;
  for (const key of keys) if (cache.get(key) !== undefined) found++;
  return found;
}

function readEventual(cache: Cache<Value>, keys: readonly string[]): number {
  let found = 0;
  for (const key of keys) if (cache.get(key) !== undefined) found++;
  return found;
}

function filled(
  keys: readonly string[],
  consistency: 'eventual' | { readonly strict: { readonly leaseMs: number } },
): Cache<Value> {
  const cache = new Cache<Value>({
    scope: 'table',
    clock,
    entriesMax: ENTRIES,
    ttlMs: 3_600_000,
    consistency,
    freshness: underLease(),
  });
  const ticket = cache.ticket();
  keys.forEach((key, version) => {
    cache.set(key, { version }, { ticket });
  });
  return cache;
}

/** A right as a node gives it, that outlasts the measurement. */
function underLease(): ScopeFreshness {
  const right = new LeaseRight();
  const nowMs = clock.monotonicMs();
  right.grant(nowMs + 3_600_000, clock.wallMs() - nowMs, 1000);
  return {
    freshAsOfMs: () => nowMs,
    prove: async () => false,
    hasReached: () => false,
    reach: async () => false,
    right: { holds: (at) => right.holds(at, clock.wallMs()), prove: async () => false },
  };
}
