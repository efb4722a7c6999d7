/**
 * A hit of the cache against a hit of the store that it stands on. Both candidates read the clock on
 * every hit; lru-cache does so with `ttl` and `ttlResolution: 0`. A read ends on the same JavaScript
 * objects, over the same keys in the same order. The machine is noisy, so the two take turns, and the
 * median of the ratios of neighbouring rounds counts, not the ratio of two means.
 */
import { Cache } from '@hearsay/cache';
import type { Target } from '@hearsay/spi';
import { LRUCache } from 'lru-cache';
import { Bench } from 'tinybench';
import type { PartOptions } from '../part.ts';
import { atMost, context, type Row } from '../row.ts';
import { median } from '../statistics.ts';

const RATIO_MAX = 1.5;
const ENTRIES = 10_000;
const TTL_MS = 3_600_000;
const DROPPED = 1_000;

interface Value {
  readonly version: number;
}

const clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  const keys = shuffled(Array.from({ length: ENTRIES }, (_, index) => keyOf(index)));
  const cache = filledCache(keys);
  const withTtl = new LRUCache<string, Value>({ max: ENTRIES, ttl: TTL_MS, ttlResolution: 0 });
  const plain = new LRUCache<string, Value>({ max: ENTRIES });
  keys.forEach((key, version) => {
    withTtl.set(key, { version });
    plain.set(key, { version });
  });
  progress('hits');
  const [hearsay, lruWithTtl, lruPlain] = inTurns(quick ? 60 : 600, [
    () => readHearsay(cache, keys),
    () => readWithTtl(withTtl, keys),
    () => readPlain(plain, keys),
  ]) as [number[], number[], number[]];
  const ratios = hearsay.map((ns, round) => ns / (lruWithTtl[round] ?? Number.NaN));
  progress('other operations');
  return [
    atMost('hit: ratio to lru-cache with ttl', median(ratios), '×', RATIO_MAX),
    context('hit: hearsay get', median(hearsay), 'ns'),
    context('hit: lru-cache get, ttl and ttlResolution 0', median(lruWithTtl), 'ns'),
    context('hit: lru-cache get, no ttl', median(lruPlain), 'ns'),
    ...(await otherOperations(keys, quick)),
  ];
}

/** Rounds that were thrown away at the start, until the optimising compiler has settled. */
const WARM_ROUNDS = 20;

/** @returns per candidate the nanoseconds a read took in each round; who begins changes every round */
function inTurns(rounds: number, candidates: readonly (() => number)[]): number[][] {
  const times: number[][] = candidates.map(() => []);
  for (let round = -WARM_ROUNDS; round < rounds; round++) {
    for (let turn = 0; turn < candidates.length; turn++) {
      const at = (turn + round + WARM_ROUNDS) % candidates.length;
      const startNs = process.hrtime.bigint();
      const found = candidates[at]?.();
      const tookNs = Number(process.hrtime.bigint() - startNs);
      if (found !== ENTRIES) throw new Error(`only ${found} of ${ENTRIES} reads were hits`);
      if (round >= 0) times[at]?.push(tookNs / ENTRIES);
    }
  }
  return times;
}

// One function a candidate: a shared one would be compiled for all three and suit none.

function readHearsay(cache: Cache<Value>, keys: readonly string[]): number {
  let found = 0;
  for (const key of keys) if (cache.get(key) !== undefined) found++;
  return found;
}

function readWithTtl(cache: LRUCache<string, Value>, keys: readonly string[]): number {
  let found = 0;
  for (const key of keys) if (cache.get(key) !== undefined) found++;
  return found;
}

function readPlain(cache: LRUCache<string, Value>, keys: readonly string[]): number {
  let found = 0;
  for (const key of keys) if (cache.get(key) !== undefined) found++;
  return found;
}

/** Each task handles {@link DROPPED} entries; its time is that of one. */
async function otherOperations(keys: readonly string[], quick: boolean): Promise<Row[]> {
  const bench = new Bench({ time: quick ? 100 : 1_000, warmupTime: 100, throws: true });
  addOperations(bench, keys.slice(DROPPED), keys.slice(0, DROPPED));
  const tasks = await bench.run();
  return tasks.map(({ name, result }) => {
    const ns = 'latency' in result ? (result.latency.p50 * 1e6) / DROPPED : null;
    return context(name, ns, 'ns');
  });
}

/** @param kept beside them, so that the cache is full */
function addOperations(bench: Bench, kept: readonly string[], dropped: readonly string[]): void {
  const prefix = 'lake/dropped';
  const below = dropped.map((_, index) => `${prefix}/schema/table-${index}`);
  const targets = dropped.map((key): Target[] => [{ kind: 'key', key }]);
  const byKey = filledCache([...kept, ...dropped]);
  const byPrefix = filledCache([...kept, ...below]);
  const refillKeys = (): void => fill(byKey, dropped);
  const refillPrefix = (): void => fill(byPrefix, below);
  bench
    .add('awaited getOrLoad hit', () => awaitHits(byKey, dropped), { beforeAll: refillKeys })
    .add('fill: ticket and set', () => {
      for (const key of dropped) byKey.set(key, { version: 1 }, { ticket: byKey.ticket() });
    })
    .add(
      'invalidate one entry by its key',
      () => {
        for (const target of targets) byKey.apply(target);
      },
      { beforeEach: refillKeys },
    )
    .add(
      'invalidate 1,000 by one prefix, each',
      () => {
        byPrefix.apply([{ kind: 'prefix', key: prefix }]);
      },
      { beforeEach: refillPrefix },
    );
}

async function awaitHits(cache: Cache<Value>, keys: readonly string[]): Promise<void> {
  for (const key of keys) await cache.getOrLoad(key, neverCalled);
}

function neverCalled(): never {
  throw new Error('a read that was to be a hit called its loader');
}

function filledCache(keys: readonly string[]): Cache<Value> {
  const cache = new Cache<Value>({
    scope: 'table',
    clock,
    entriesMax: ENTRIES,
    ttlMs: TTL_MS,
    consistency: 'eventual',
  });
  fill(cache, keys);
  return cache;
}

function fill(cache: Cache<Value>, keys: readonly string[]): void {
  const ticket = cache.ticket();
  keys.forEach((key, version) => {
    cache.set(key, { version }, { ticket });
  });
}

/** About 40 characters in four segments, as the tables of a catalogue have. */
function keyOf(index: number): string {
  return `lake/catalog-${index % 10}/schema-${index % 100}/table-${String(index).padStart(8, '0')}`;
}

/** Fisher and Yates's shuffle with a fixed seed: every run reads in the same order. */
function shuffled(keys: string[]): string[] {
  let state = 1;
  for (let at = keys.length - 1; at > 0; at--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (at + 1));
    [keys[at], keys[other]] = [keys[other] as string, keys[at] as string];
  }
  return keys;
}
